"""A photograph speaks only with consent, checked at the request, at the start and at delivery."""

import hashlib
import threading
from datetime import date, timedelta

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from avatars import services, validators
from avatars.engines.puppet.rig import disk_cache
from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Narration, Render
from avatars.previews.video_preview import VideoPreview, VideoPreviewCache
from avatars.rendering import render_worker
from avatars.signals import consent_withdrawn
from avatars.speech.synthesis.cache import CachedSpeech, SpeechCache
from avatars.speech.synthesis.cache import key as cache_key
from tests.avatars.support import rendering
from tests.avatars.support.rendering import after, make_human, working
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate


@pytest.fixture
def human():
    return factories.make_digital_human(origin="photograph")


def refused(human: DigitalHuman, purpose: str = "chat", **wishes) -> str:
    before = Render.objects.count()
    with pytest.raises(ConsentError) as caught:
        services.request_render(human, "你好", purpose=purpose, **wishes)
    assert caught.value.message
    assert caught.value.remedy
    assert Render.objects.count() == before
    return caught.value.code


def in_video(origin="photograph") -> DigitalHuman:
    """A photograph that the small engines can video."""
    human: DigitalHuman = make_human()
    if origin == "photograph":
        services.withdraw_statements(human, by="hr")
    human.refresh_from_db()
    return human


def stored() -> list[str]:
    if not default_storage.exists("renders"):
        return []
    folders = default_storage.listdir("renders")[0]
    return [
        f"renders/{folder}/{name}" for folder in folders for name in default_storage.listdir(f"renders/{folder}")[1]
    ]


def test_a_photograph_without_a_consent_is_refused(human):
    assert refused(human) == "consent_missing"


def test_a_drawn_one_needs_none():
    render = services.request_render(factories.make_digital_human(origin="drawn"), "你好", purpose="chat")
    assert (render.consent, "consent" in render.recipe) == (None, False)


def test_a_render_names_the_consent_it_relies_on(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    assert render.consent == consent
    assert (render.purpose, render.recipe["consent"]) == ("chat", consent.pk)


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(-9, -1, "consent_expired"), (1, None, "consent_pending"), (1, 9, "consent_pending")],
)
def test_a_consent_counts_on_its_days_only(human, begins, ends, code):
    last = None if ends is None else TODAY() + timedelta(days=ends)
    factories.make_consent(human, valid_from=TODAY() + timedelta(days=begins), valid_until=last)
    assert refused(human) == code


def test_its_first_and_its_last_day_count(human):
    factories.make_consent(human, valid_from=TODAY(), valid_until=TODAY())
    assert services.request_render(human, "你好", purpose="chat").consent is not None


def test_its_day_is_that_of_here_and_not_of_greenwich(human, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    factories.make_consent(human, valid_from=date(2026, 1, 1), valid_until=date(2026, 3, 1))
    last, next_day = "2026-03-01T23:59:59+08:00", "2026-03-02T00:00:00+08:00"
    assert services.covering_consent(human, now=timezone.datetime.fromisoformat(last)) is not None
    with pytest.raises(ConsentError):
        services.covering_consent(human, now=timezone.datetime.fromisoformat(next_day))
    assert Consent.objects.get().ends_at == timezone.datetime.fromisoformat(next_day)


def test_a_purpose_that_nobody_agreed_to_is_refused(human):
    factories.make_consent(human, purposes=["chat"])
    assert refused(human, "campaign") == "consent_purpose"
    assert services.request_render(human, "你好", purpose="chat").consent is not None
    assert services.request_render(human, "试一试").consent is not None  # a trial, not for a member


def test_several_consents_add_up(human):
    factories.make_consent(human, purposes=["chat"])
    many = factories.make_consent(human, purposes=["campaign"])
    assert services.request_render(human, "你好", purpose="campaign").consent == many


def test_another_picture_needs_another_consent(human):
    factories.make_consent(human)
    human.portrait.save("other.png", ContentFile(b"somebody else"), save=True)
    assert refused(human) == "consent_portrait"


def test_a_consent_for_one_covers_no_other(human):
    factories.make_consent(factories.make_digital_human(origin="photograph"))
    assert refused(human) == "consent_missing"


def test_one_that_is_withdrawn_is_refused(human):
    services.withdraw_consent(factories.make_consent(human), by="hr")
    assert refused(human) == "consent_withdrawn"


def test_a_new_consent_makes_new_videos(human):
    first = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    Render.objects.update(status="done")
    services.withdraw_consent(first, by="hr")
    second = factories.make_consent(human)
    again = services.request_render(human, "你好", purpose="chat")
    assert (again.pk == render.pk, again.consent) == (False, second)


def test_a_withdrawal_cancels_what_waits_and_says_why(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    heard = []

    def hear(consent, **_):
        heard.append((consent.pk, Render.objects.get().status))

    consent_withdrawn.connect(hear)
    try:
        ended = services.withdraw_consent(consent, by="hr", reason="离职")
    finally:
        consent_withdrawn.disconnect(hear)
    render.refresh_from_db()
    consent.refresh_from_db()
    assert (ended.cancelled, ended.videos) == (1, 0)
    assert (render.status, render.reason) == ("cancelled", "consent_withdrawn")
    assert render.reason_words
    assert (consent.withdrawn_by, consent.withdrawn_reason) == ("hr", "离职")
    assert heard == [(consent.pk, "cancelled")]


def test_a_withdrawal_ends_nobody_elses_videos(human):
    other = factories.make_digital_human(origin="photograph")
    factories.make_consent(other)
    theirs = services.request_render(other, "你好", purpose="chat")
    services.withdraw_consent(factories.make_consent(human), by="hr")
    theirs.refresh_from_db()
    assert theirs.status == "queued"


def test_it_is_withdrawn_once(human):
    consent = factories.make_consent(human)
    services.withdraw_consent(consent, by="first")
    with pytest.raises(ConsentError):
        services.withdraw_consent(consent, by="second")
    consent.refresh_from_db()
    assert consent.withdrawn_by == "first"


@pytest.mark.parametrize("videos", ["delete", "keep"])
def test_its_videos_go_or_are_locked_away(human, videos):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    folder = f"renders/{'a' * 32}"
    files = {name: default_storage.save(f"{folder}/{name}", ContentFile(b"video")) for name in ("video", "poster")}
    Render.objects.update(status="done", **files)
    small = default_storage.save(f"{folder}/small.mp4", ContentFile(b"small"))
    services.request_rendition(render, limit=9)
    render.renditions.update(status="done", video=small)
    assert services.withdraw_consent(consent, by="hr", videos=videos).videos == 1
    render.refresh_from_db()
    assert stored() == []
    assert (render.status, render.reason) == ("done", "consent_withdrawn")
    assert render.renditions.get().video.name == ""
    if videos == "delete":
        assert (render.video.name, render.poster.name) == ("", "")
    else:
        assert render.video.name.startswith("withheld/")
        assert default_storage.open(render.video.name).read() == b"video"
    with pytest.raises(ConsentError):
        services.check_consent(render)


def test_a_failed_one_is_not_made_again_without_a_consent(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    services.withdraw_consent(consent, by="hr")
    with pytest.raises(ConsentError):
        services.retry_render(Render.objects.get(pk=render.pk))
    assert Render.objects.get().status == "cancelled"


def test_what_has_expired_meanwhile_is_not_begun(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_expired")


def test_what_was_queued_before_there_were_consents_waits_for_none(human):
    render = factories.make_render(human, recipe={"portrait": human.portrait.name})
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_missing")


def test_an_engine_is_tried_with_somebody_who_may_be_shown(human):
    drawn = factories.make_digital_human(origin="drawn")
    assert services.try_engine("render", "puppet", "你好").digital_human == drawn
    services.withdraw_statements(drawn, by="hr")
    with pytest.raises(ConsentError):
        services.try_engine("render", "puppet", "你好")


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_a_video_says_on_which_consent_it_rests():
    human = in_video()
    consent = factories.make_consent(human)
    render = after(services.request_render(human, "你好", purpose="chat"))
    assert (render.status, render.reason, render.consent) == ("done", "", consent)
    assert default_storage.exists(render.video.name)


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_a_video_whose_consent_ends_meanwhile_is_not_kept():
    human = in_video()
    consent = factories.make_consent(human)
    render = services.request_render(human, rendering.LONG, purpose="chat")

    with working():
        while rendering.stage_of(render) != "filming":
            pass
        Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_expired")
    assert stored() == []


def test_all_that_was_computed_of_the_face_is_purged(human, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    content = hashlib.sha256(b"no picture").hexdigest()
    rigs, glances = disk_cache.rig_cache(tmp_path / "cache"), VideoPreviewCache(tmp_path / "cache")
    theirs, others = disk_cache.key(content, "a" * 64), disk_cache.key("b" * 64, "a" * 64)
    rigs.put(theirs, b"rig")
    rigs.put(others, b"rig")
    consent = factories.make_consent(human)
    video = default_storage.save(f"renders/{'a' * 32}/video.mp4", ContentFile(b"video"))
    render = factories.make_render(human, consent=consent, status="done", video=video)
    glances.put(render.content_id, VideoPreview(bars=(1,), times=(0.0,), sheet=b"sheet"))
    services.withdraw_consent(consent, by="hr")
    assert (rigs.get(theirs), rigs.get(others)) == (None, b"rig")
    assert glances.get(render.content_id) is None


def there(name: str) -> bool:
    return default_storage.exists(name)


def test_the_picture_goes_and_the_evidence_stays(human):
    consent = factories.make_consent(human)
    services.withdraw_consent(consent, by="hr")
    assert not there(human.portrait.name)
    assert there(consent.evidence.name)
    assert refused(human) == "consent_withdrawn"
    assert services.missing_portraits([human, factories.make_digital_human()]) == [human]


@pytest.mark.parametrize(("until", "stays"), [(None, True), (date(2020, 1, 2), False)])
def test_the_picture_stays_while_another_consent_covers_it(human, until, stays):
    factories.make_consent(human, valid_from=date(2020, 1, 1), valid_until=until)
    services.withdraw_consent(factories.make_consent(human), by="hr")
    assert there(human.portrait.name) == stays


def test_an_earlier_picture_goes_with_its_consent(human):
    consent, earlier = factories.make_consent(human), human.portrait.name
    human.portrait.save("other.png", ContentFile(b"other"), save=True)
    services.withdraw_consent(consent, by="hr")
    assert (there(earlier), there(human.portrait.name)) == (False, True)


@pytest.mark.parametrize("videos", ["delete", "keep"])
def test_the_ready_sound_of_its_videos_goes(human, videos):
    consent = factories.make_consent(human)
    mine = default_storage.save(f"recordings/{'a' * 32}.wav", ContentFile(b"sound"))
    shared = default_storage.save(f"recordings/{'b' * 32}.wav", ContentFile(b"sound"))
    ended = [
        factories.make_render(human, consent=consent, status=status, recording=name)
        for status, name in (("failed", mine), ("queued", shared))
    ]
    theirs = factories.make_render(recording=shared)
    services.withdraw_consent(consent, by="hr", videos=videos)
    assert [Render.objects.get(pk=render.pk).recording.name for render in ended] == ["", ""]
    assert (there(mine), there(shared)) == (False, True)
    assert Render.objects.get(pk=theirs.pk).recording.name == shared


def said_by(engine: str, human: DigitalHuman, **fields) -> Narration:
    return factories.make_narration(human, recipe={"speech_engine": engine, "voice": "zhang"}, **fields)


def test_what_a_voice_said_that_may_be_cloned_goes_and_ours_stays(human, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    kept = SpeechCache(tmp_path / "cache")
    keys = {engine: cache_key(engine=engine, voice="zhang", text="你好") for engine in ("gpt_sovits", "kokoro")}
    for key in keys.values():
        kept.put(key, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    parts = [default_storage.save(f"narrations/{'a' * 32}/{n}.amr", ContentFile(b"#!AMR")) for n in range(2)]
    cloned = said_by("gpt_sovits", human, status="done", parts=parts[:1])
    waiting = said_by("gpt_sovits", human)
    ours = said_by("kokoro", human, status="done", parts=parts[1:])
    services.withdraw_consent(factories.make_consent(human), by="hr")
    assert [there(name) for name in parts] == [False, True]
    for narration in (cloned, waiting, ours):
        narration.refresh_from_db()
    assert (cloned.parts, cloned.reason) == ([], "consent_withdrawn")
    assert (waiting.status, waiting.reason) == ("cancelled", "consent_withdrawn")
    assert (ours.parts, ours.status) == (parts[1:], "done")
    assert kept.get(keys["gpt_sovits"]) is None
    assert kept.get(keys["kokoro"]) is not None


def test_a_consent_that_ends_before_it_begins_cannot_be_written(human):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_consent(human, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1))


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.pdf", factories.PDF),
        ("a.JPG", b"\xff\xd8\xff\xe0" + b"\0" * 20),
        ("a.jpeg", b"\xff\xd8\xff\xe1" + b"\0" * 20),
        ("a.png", PNG),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 "),
        ("a.mp3", b"ID3\x04" + b"\0" * 20),
        ("a.mp3", b"\xff\xfb\x90\x64" + b"\0" * 20),
        ("a.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0"),
        ("a.mp4", b"\0\0\0\x20ftypisom\0\0\0\0"),
    ],
)
def test_evidence_is_what_its_name_says(name, start):
    file = SimpleUploadedFile(name, start)
    validators.check_evidence(file)
    assert file.read() == start


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.pdf", PNG), ("a.png", factories.PDF), ("a.jpg", b"<svg onload=alert(1)>"), ("a.mp4", b"MZ"), ("a.pdf", b"")],
)
def test_evidence_that_is_something_else_is_refused(name, start):
    with pytest.raises(ValidationError) as caught:
        validators.check_evidence(SimpleUploadedFile(name, start))
    assert caught.value.code == "evidence_kind"


def test_evidence_of_more_than_twenty_megabytes_is_refused():
    file = SimpleUploadedFile("a.pdf", factories.PDF + b"\0" * validators.EVIDENCE_MOST)
    with pytest.raises(ValidationError) as caught:
        validators.check_evidence(file)
    assert caught.value.code == "evidence_large"


def test_of_two_who_withdraw_at_once_one_does(human):
    consent = factories.make_consent(human)
    outcomes = []

    def withdraw():
        try:
            services.withdraw_consent(consent, by="hr")
            outcomes.append("withdrawn")
        except ConsentError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=withdraw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["withdrawn", "withdrawn_before"]
