"""A consent is withdrawn: what waits is cancelled, and what rests on it goes or is locked away."""

import hashlib
import threading
from datetime import date

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections

from avatars import services
from avatars.engines.puppet.rig import disk_cache
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, Narration, Render
from avatars.previews.video_preview import VideoPreview, VideoPreviewCache
from avatars.signals import consent_withdrawn
from avatars.speech.synthesis.cache import CachedSpeech, SpeechCache
from avatars.speech.synthesis.cache import key as cache_key
from tests.avatars.services.test_consents import refused, stored
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def human():
    return factories.make_digital_human(origin="photograph")


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
