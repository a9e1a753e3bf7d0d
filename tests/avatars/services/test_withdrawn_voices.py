"""The consent for a voice is withdrawn: what it said goes or is put away."""

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatars import services
from avatars.speech.synthesis.cache import CachedSpeech, SpeechCache
from avatars.speech.synthesis.cache import key as cache_key
from core.storage import erasures
from tests.avatars.services.test_voice_consents import refused
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def voice():
    return factories.make_voice(engine="gpt_sovits", key="ya", origin="cloned")


@pytest.fixture
def human(voice):
    """Drawn, so that only the voice needs a consent."""
    return factories.make_digital_human(origin="drawn", voice=voice)


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


def test_other_machines_forget_what_a_withdrawn_voice_said(human, voice, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "here"}
    services.withdraw_consent(factories.make_consent(voices=[voice]), by="hr")
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "elsewhere"}
    kept, key = SpeechCache(tmp_path / "elsewhere"), cache_key(engine="gpt_sovits", voice="ya", text="你好")
    kept.put(key, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    erasures.follow(None)
    assert kept.get(key) is None


def test_maintenance_removes_what_was_stored_after_a_withdrawal(voice, settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    services.withdraw_consent(factories.make_consent(voices=[voice]), by="hr")
    kept, key = SpeechCache(tmp_path / "cache"), cache_key(engine="gpt_sovits", voice="ya", text="你好")
    kept.put(key, CachedSpeech(samples=np.zeros(9, np.float32), facts={}))
    services.tidy_disk()
    assert kept.get(key) is None
