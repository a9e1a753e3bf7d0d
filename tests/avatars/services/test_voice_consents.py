"""A cloned voice speaks only with consent, for any digital human."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from avatars import consent, services
from avatars.exceptions import ConsentError
from avatars.models import BUILT_IN, Consent, DigitalHuman, Likeness, Narration, Render, Statement, Voice
from avatars.previews import voice_preview
from avatars.rendering import narration as narrating
from avatars.rendering import render_worker
from avatars.speech.synthesis.cache import CachedSpeech, SpeechCache
from avatars.speech.synthesis.cache import key as cache_key
from tests.avatars.support import rendering
from tests.avatars.support.rendering import after, make_human, working
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate


@pytest.fixture
def voice():
    return factories.make_voice(engine="gpt_sovits", key="ya", origin="cloned")


@pytest.fixture
def human(voice):
    """Drawn, so that only the voice needs a consent."""
    return factories.make_digital_human(origin="drawn", voice=voice)


def refused(act, *args, **wishes) -> str:
    with pytest.raises(ConsentError) as caught:
        act(*args, **wishes)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value.code


def ended(consent: Consent) -> None:
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))


def test_a_cloned_voice_needs_a_consent_even_for_drawings(human):
    assert refused(services.request_render, human, "你好", purpose="chat") == "voice_consent_missing"
    assert not Render.objects.exists()


def test_with_a_consent_it_speaks_and_the_row_says_on_which(human, voice):
    consent = factories.make_consent(voices=[voice])
    render = services.request_render(human, "你好", purpose="chat")
    assert (render.consent, render.voice_consent) == (None, consent)
    assert render.recipe["voice_consent"] == consent.pk


def test_a_synthetic_voice_of_any_engine_needs_none():
    voice = factories.make_voice(engine="edge", key="zh-CN-XiaoxiaoNeural", origin="synthetic")
    render = services.request_render(factories.make_digital_human(origin="drawn", voice=voice), "你好")
    assert (render.voice_consent, "voice_consent" in render.recipe) == (None, False)


@pytest.mark.parametrize(
    ("begins", "ends", "code"), [(-9, -1, "voice_consent_expired"), (1, None, "voice_consent_pending")]
)
def test_it_counts_on_its_days_only(human, voice, begins, ends, code):
    last = None if ends is None else TODAY() + timedelta(days=ends)
    factories.make_consent(voices=[voice], valid_from=TODAY() + timedelta(days=begins), valid_until=last)
    assert refused(services.request_render, human, "你好") == code


def test_a_purpose_that_nobody_agreed_to_is_refused(human, voice):
    factories.make_consent(voices=[voice], purposes=["chat"])
    assert refused(services.request_render, human, "你好", purpose="campaign") == "voice_consent_purpose"
    assert services.request_render(human, "你好", purpose="chat").voice_consent is not None


def test_another_voice_of_the_engine_needs_another_consent(human, voice):
    factories.make_consent(voices=[voice])
    Voice.objects.filter(pk=voice.pk).update(key="somebody-else")
    assert refused(services.request_render, DigitalHuman.objects.get(pk=human.pk), "你好") == "voice_consent_other"


def test_a_consent_to_the_face_is_none_to_the_voice(voice):
    human = factories.make_digital_human(origin="photograph", voice=voice)
    factories.make_consent(human)
    assert refused(services.request_render, human, "你好") == "voice_consent_missing"
    both = factories.make_consent(human, voices=[voice])
    render = services.request_render(human, "你好")
    assert (render.consent, render.voice_consent) == (both, both)


def test_a_templates_voice_counts_before_its_digital_humans(voice):
    plain = factories.make_digital_human(origin="drawn")
    template = factories.make_template(plain, script="欢迎！", voice=voice, variables=[])
    assert refused(services.request_template_render, template, {}) == "voice_consent_missing"
    DigitalHuman.objects.filter(pk=plain.pk).update(voice=voice)
    template.voice = factories.make_voice(origin="synthetic")
    template.save()
    template.refresh_from_db()
    assert services.request_template_render(template, {}).voice_consent is None


def test_ready_sound_is_heard_in_the_place_of_the_voice(human):
    sound = services.Recording(data=b"RIFF", sha256="a" * 64, suffix=".wav", seconds=1.0)
    render = services.request_render(human, "你好", recording=sound)
    assert render.voice_consent is None
    assert consent.decide_for_render(render).voice is None
    consent.check(render, locked=True)


def test_an_audition_needs_a_consent_too_also_of_what_was_kept(voice, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path}
    wish = voice_preview.VoicePreview(
        text=voice.sample_text, engine=voice.engine, voice=voice.key, provider=settings.AVATARS["AI_LABEL_PROVIDER"]
    )
    voice_preview.cache(tmp_path).put(wish.key, b"sound")
    assert refused(services.preview_voice, voice) == "voice_consent_missing"
    consent = factories.make_consent(voices=[voice])
    assert services.preview_voice(voice) == b"sound"
    services.withdraw_consent(consent, by="hr")
    assert refused(services.preview_voice, voice) == "voice_consent_withdrawn"
    assert voice_preview.cache(tmp_path).get(wish.key) is None


def test_words_are_spoken_on_a_consent_only(human, voice):
    assert refused(services.request_narration, human, "你好") == "voice_consent_missing"
    consent = factories.make_consent(voices=[voice], purposes=["chat"])
    narration = services.request_narration(human, "你好", purpose="chat")
    assert (narration.voice_consent, narration.recipe["voice_consent"]) == (consent, consent.pk)
    assert refused(services.request_narration, human, "你好", purpose="campaign") == "voice_consent_purpose"


def test_an_engine_is_tried_with_a_voice_that_may_be_heard(human, voice, settings):
    settings.SPEECH_ENGINES = {**settings.SPEECH_ENGINES, "gpt_sovits": {"class": "x", "voice": "theirs"}}
    DigitalHuman.objects.update(voice=factories.make_voice())
    assert refused(services.try_engine, "speech", "gpt_sovits", "你好") == "voice_consent_missing"
    factories.make_consent(voices=[voice])
    assert services.try_engine("speech", "gpt_sovits", "你好").voice_consent is not None


def test_what_has_expired_meanwhile_is_not_begun(human, voice):
    consent = factories.make_consent(voices=[voice])
    render = services.request_render(human, "你好")
    narration = services.request_narration(human, "你好")
    ended(consent)
    render_worker.render_next()
    narrating.narrate(narration.pk)
    for row in (render, narration):
        row.refresh_from_db()
        assert (row.status, row.reason) == ("failed", "voice_consent_expired")


def test_a_voice_that_is_declared_cloned_keeps_what_waits_from_being_made(voice):
    services.declare_synthetic(voice, by="hr", reason="A stock voice.")
    render = services.request_render(factories.make_digital_human(voice=voice), "你好")
    services.withdraw_statements(voice, by="hr")
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "voice_consent_missing")


def test_a_voice_whose_row_is_gone_stays_somebodys(human, voice):
    consent = factories.make_consent(voices=[voice])
    render = services.request_render(human, "你好")
    DigitalHuman.objects.update(voice=factories.make_voice())
    voice.delete()
    ended(consent)
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "voice_consent_expired")


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_a_video_whose_voice_is_withdrawn_meanwhile_is_not_kept():
    human = make_human(speech="theirs")
    services.withdraw_statements(human.voice, by="hr")
    consent = factories.make_consent(voices=[human.voice])
    render = services.request_render(human, rendering.LONG, purpose="chat")
    with working():
        while rendering.stage_of(render) != "filming":
            pass
        ended(consent)
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "voice_consent_expired")
    assert not default_storage.exists("renders") or not default_storage.listdir("renders")[0]


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_nobody_stands_in_with_the_voice_of_somebody_who_has_not_agreed(settings):
    settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE = "theirs", "a"
    factories.make_voice(engine="theirs", key="a", origin="cloned")
    render = after(services.request_render(make_human(voice="buggy"), "你好"))
    assert (render.status, render.speech_engine_used) == ("queued", ""), "the first fault of a studio is forgiven"
    Render.objects.all().delete()
    factories.make_consent(voices=list(Voice.objects.filter(engine="theirs")))
    render = after(services.request_render(make_human(voice="buggy"), "你好呀"))
    assert (render.status, render.speech_engine_used) == ("done", "theirs")


@pytest.mark.parametrize("videos", ["delete", "keep"])
def test_a_withdrawal_cancels_forgets_and_puts_away(human, voice, videos, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    kept = SpeechCache(tmp_path / "cache")
    key, ours = (
        cache_key(engine="gpt_sovits", voice="ya", text="你好"),
        cache_key(engine="kokoro", voice="b", text="好"),
    )
    for name in (key, ours):
        kept.put(name, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    consent = factories.make_consent(voices=[voice])
    waiting = services.request_render(human, "在等", purpose="chat")
    spoken = services.request_narration(human, "在等")
    video = default_storage.save(f"renders/{'a' * 32}/video.mp4", ContentFile(b"video"))
    made = factories.make_render(human, voice_consent=consent, status="done", video=video)
    part = default_storage.save(f"narrations/{'a' * 32}/1.amr", ContentFile(b"#!AMR"))
    recipe = {"speech_engine": "gpt_sovits", "voice": "ya"}
    said = factories.make_narration(human, recipe=recipe, status="done", parts=[part])
    portrait = human.portrait.name

    counts = services.withdraw_consent(consent, by="hr", videos=videos)

    assert (counts.cancelled, counts.videos) == (1, 1)
    for row in (waiting, spoken, made, said):
        row.refresh_from_db()
        assert row.reason == "voice_consent_withdrawn"
        assert row.reason_words
    assert (waiting.status, spoken.status) == ("cancelled", "cancelled")
    assert made.video.name.startswith("withheld/") if videos == "keep" else not made.video
    assert (said.parts, default_storage.exists(part), default_storage.exists(video)) == ([], False, False)
    assert (kept.get(key), kept.get(ours) is None) == (None, False)
    assert default_storage.exists(portrait), "the drawing's consent was not withdrawn"
    assert refused(services.check_consent, made) == "voice_consent_withdrawn"


def test_a_withdrawal_removes_only_what_relied_on_it(human, voice, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    kept, key = SpeechCache(tmp_path / "cache"), cache_key(engine="gpt_sovits", voice="ya", text="你好")
    kept.put(key, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    first = factories.make_consent(voices=[voice])
    render, narration = services.request_render(human, "你好"), services.request_narration(human, "你好")
    factories.make_consent(voices=[voice])
    services.withdraw_consent(first, by="hr")
    for row in (render, narration):
        row.refresh_from_db()
        assert (row.status, row.reason) == ("cancelled", "voice_consent_withdrawn")
    assert kept.get(key) is not None
    assert services.request_render(human, "你好").status == "queued"


def test_face_and_voice_of_a_video_are_withdrawn_separately(voice):
    human = factories.make_digital_human(origin="photograph", voice=voice)
    face, spoken = factories.make_consent(human), factories.make_consent(voices=[voice], person="李四")
    narration = services.request_narration(human, "你好")
    services.withdraw_consent(face, by="hr")
    narration.refresh_from_db()
    assert narration.status == "queued", "another person's voice, with consent"
    assert not default_storage.exists(human.portrait.name)
    services.withdraw_consent(spoken, by="hr")
    narration.refresh_from_db()
    assert (narration.status, narration.reason) == ("cancelled", "voice_consent_withdrawn")


def test_maintenance_removes_what_was_stored_after_a_withdrawal(voice, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    services.withdraw_consent(factories.make_consent(voices=[voice]), by="hr")
    kept, key = SpeechCache(tmp_path / "cache"), cache_key(engine="gpt_sovits", voice="ya", text="你好")
    kept.put(key, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    services.clean_up()
    assert kept.get(key) is None


def test_lists_know_consents_without_a_query_per_row(human, voice, django_assert_num_queries):
    def usable():
        with django_assert_num_queries(1):
            return [services.human_allowed(each) for each in services.annotate_consents(DigitalHuman.objects.all())]

    assert usable() == [False]
    factories.make_consent(voices=[voice])
    assert usable() == [True]
    assert [one.voice_consented for one in services.annotate_voice_consents(Voice.objects.all())] == [True]


def test_what_rests_on_a_withdrawn_voice_is_not_shown_in_lists(human, voice):
    consent = factories.make_consent(voices=[voice])
    services.request_render(human, "你好")
    assert Render.objects.filter(services.allowed_renders()).exists()
    ended(consent)
    assert not Render.objects.filter(services.allowed_renders()).exists()


def test_videos_from_before_a_voice_was_declared_cloned_are_hidden(voice):
    services.declare_synthetic(voice, by="hr", reason="A stock voice.")
    human = factories.make_digital_human(voice=voice)
    video = services.request_render(human, "你好")
    other = services.request_render(factories.make_digital_human(origin="drawn"), "你好")
    old = factories.make_render(factories.make_digital_human(origin="drawn"))
    services.withdraw_statements(voice, by="hr")
    shown = set(Render.objects.filter(services.allowed_renders()).values_list("pk", flat=True))
    assert shown == {other.pk, old.pk}
    assert refused(services.check_consent, video) == "voice_consent_missing"


def test_a_likeness_is_of_a_face_or_of_a_voice(human, voice):
    consent = factories.make_consent(voices=[voice])
    for fields in ({}, {"digital_human": human, "portrait": "a", "voice": voice, "voice_key": "b"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Likeness.objects.create(consent=consent, **fields)


def test_the_voices_that_come_with_us_are_nobodys():
    services.seed_voices()
    assert Voice.objects.exists()
    assert not Voice.objects.cloned().exists()
    assert set(Statement.objects.values_list("recorded_by", "reason")) == {("OpenUser", BUILT_IN)}


class TestInTheAdmin:
    @pytest.fixture
    def page(self, admin_client):
        return admin_client

    def fields(self, **changes):
        values = {"name": "小雅", "engine": "cosyvoice", "key": "小雅", "gender": "female", "language": "zh"}
        values |= {"speed": "0.9", "mood": "warm"}
        return {**values, **changes}

    def test_somebody_must_say_whose_a_voice_is(self, page):
        answer = page.post("/admin/avatars/voice/add/", self.fields())
        assert answer.status_code == 200
        assert "origin" in answer.context["adminform"].form.errors
        answer = page.post("/admin/avatars/voice/add/", self.fields(origin="synthetic"))
        assert "origin_reason" in answer.context["adminform"].form.errors
        wish = self.fields(origin="synthetic", origin_reason="A stock voice of the engine.")
        assert page.post("/admin/avatars/voice/add/", wish).status_code == 302
        voice = Voice.objects.get()
        assert (voice.origin, voice.speed, voice.mood) == ("synthetic", 0.9, "warm")
        statement = Statement.objects.get()
        assert (statement.recorded_by, statement.reason) == ("admin", "A stock voice of the engine.")
        listed = page.get("/admin/avatars/statement/").content.decode()
        assert "A stock voice of the engine." in listed

    def test_a_built_in_one_is_nobodys(self, page):
        page.post("/admin/avatars/voice/add/", self.fields(engine="kokoro", key="zf_xiaoyi"))
        assert Voice.objects.get().origin == "synthetic"

    def test_a_consent_is_recorded_for_voices_alone(self, page, voice):
        form = page.get(f"/admin/avatars/consent/add/?voices={voice.pk}").content.decode()
        assert 'name="voices"' in form
        today = TODAY().isoformat()
        wish = {"person": "张三", "purposes": ["chat"], "valid_from": today}
        evidence = {"evidence": ContentFile(factories.PDF, name="a.pdf")}
        answer = page.post("/admin/avatars/consent/add/", {**wish, **evidence})
        assert "humans" in answer.context["adminform"].form.errors, "it covers nothing"
        evidence = {"evidence": ContentFile(factories.PDF, name="a.pdf")}
        assert page.post("/admin/avatars/consent/add/", {**wish, **evidence, "voices": [voice.pk]}).status_code == 302
        consent = Consent.objects.get()
        assert [row.voice_key for row in consent.likenesses.all()] == ["gpt_sovits:ya"]
        assert str(voice) in page.get(f"/admin/avatars/consent/{consent.pk}/change/").content.decode()
        assert page.get(f"/admin/avatars/render/?rests_on={consent.pk}").status_code == 200

    def test_a_voice_is_declared_synthetic_and_the_history_says_by_whom(self, page, voice):
        wish = self.fields(name=voice.name, engine=voice.engine, key=voice.key, origin="synthetic")
        assert (
            page.post(f"/admin/avatars/voice/{voice.pk}/change/", wish | {"origin_reason": "Bought."}).status_code
            == 302
        )
        assert voice.origin == "synthetic"
        assert "origin" in page.get(f"/admin/avatars/voice/{voice.pk}/history/").content.decode().lower()

    def test_another_name_of_the_engine_makes_the_statement_void(self, page, voice):
        services.declare_synthetic(voice, by="hr", reason="Bought.")
        Voice.objects.filter(pk=voice.pk).update(key="somebody")
        voice.refresh_from_db()
        assert (voice.origin, Statement.objects.get().state) == ("cloned", "void")

    def test_only_those_who_may_record_consents_declare_a_voice_synthetic(self, client, voice):
        clerk = User.objects.create_user("clerk", is_staff=True)
        rights = Permission.objects.filter(codename__in=["view_voice", "add_voice", "change_voice"])
        clerk.user_permissions.set(rights)
        client.force_login(clerk)
        wish = self.fields(name=voice.name, engine=voice.engine, key=voice.key, origin="synthetic")
        address = f"/admin/avatars/voice/{voice.pk}/change/"
        answer = client.post(address, wish | {"origin_reason": "Trust me."})
        assert "origin" in answer.context["adminform"].form.errors
        assert voice.origin == "cloned"

    def test_the_list_of_digital_humans_says_that_a_voice_lacks_its_consent(self, page, human):
        listed = page.get("/admin/avatars/digitalhuman/?may=missing").content.decode()
        assert human.name in listed

    def test_an_audition_says_why_not(self, page, voice):
        answer = page.get(f"/admin/avatars/voice/{voice.pk}/audition/")
        assert (answer.status_code, answer.json()["code"]) == (422, "voice_consent_missing")


class TestOverREST:
    def test_a_consent_for_a_voice(self, human, voice):
        api = factories.make_api("consents:write", "consents:read", "renders:write", "digital_humans:read")
        wish = {"digital_human": human.pk, "text": "早安"}
        answer = api.post("/api/v1/renders/", wish, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "voice_consent_missing")
        assert api.get(f"/api/v1/voices/{voice.pk}/").json()["consented"] is False
        assert api.get(f"/api/v1/voices/{voice.pk}/audition/").status_code == 409
        fields = {"person": "张三", "purposes": ["chat"]}
        evidence = ContentFile(factories.PDF, name="a.pdf")
        answer = api.post("/api/v1/consents/", {**fields, "evidence": evidence}, format="multipart")
        assert (answer.status_code, "digital_humans" in str(answer.json())) == (422, True), answer.json()
        evidence = ContentFile(factories.PDF, name="a.pdf")
        answer = api.post(
            "/api/v1/consents/", {**fields, "evidence": evidence, "voices": [voice.pk]}, format="multipart"
        )
        assert (answer.status_code, answer.json()["voices"]) == (201, [voice.pk]), answer.json()
        made = api.post("/api/v1/renders/", wish, format="json")
        assert (made.status_code, made.json()["voice_consent"]) == (202, answer.json()["id"])
        assert api.get("/api/v1/consents/").json()["results"][0]["renders"] == 1
        gone = api.post(f"/api/v1/consents/{answer.json()['id']}/withdraw/", {}, format="json")
        assert gone.json()["cancelled"] == 1
        assert Narration.objects.count() == 0
