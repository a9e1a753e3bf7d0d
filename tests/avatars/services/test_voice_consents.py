"""A cloned voice speaks only with consent, for any digital human."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from avatars import consent, services
from avatars.exceptions import ConsentError
from avatars.models import BUILT_IN, Consent, DigitalHuman, Likeness, Render, Statement, Voice
from avatars.previews import voice_preview
from avatars.rendering import narration as narrating
from avatars.rendering import render_worker
from tests.avatars.support import rendering
from tests.avatars.support.child_processes import wait_until
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
    with transaction.atomic():
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
    render = services.request_render(human, rendering.LONG[:80], purpose="chat")
    with working():
        wait_until(lambda: rendering.stage_of(render) == "filming")
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
