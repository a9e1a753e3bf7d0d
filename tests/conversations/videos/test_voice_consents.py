"""Without consent to a cloned voice, or after its withdrawal, the chat gets text."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import services as avatars
from avatars.models import Consent, Narration, Render, Voice
from conversations import services
from conversations.models import Desk, Message
from conversations.videos.consent_withdrawal import recallable
from tests.conversations.replies.test_dispatch import finish
from tests.conversations.videos.test_consent_withdrawal import sent
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def voice(application):
    """The desk's digital human is drawn, and speaks with a cloned voice."""
    Desk.objects.update(progress_cards=False)
    Voice.objects.update(engine="gpt_sovits", key="ya")
    return Voice.objects.get()


def speak(media) -> Narration:
    """A worker has spoken what stands in the place of a video."""
    narration = Narration.objects.get()
    part = default_storage.save("narrations/1.amr", ContentFile(b"#!AMR\n"))
    Narration.objects.filter(pk=narration.pk).update(status="done", parts=[part], finished_at=timezone.now())
    return narration


def test_without_a_voice_consent_the_text_comes_at_once(person, voice):
    (text,) = person.says("/video 欢迎加入公司。")
    assert "欢迎加入公司。" in text
    assert Message.objects.get(degraded=True).why == "voice_consent_missing"


def test_what_waits_becomes_text_when_the_consent_to_the_voice_is_withdrawn(person, voice):
    consent = factories.make_consent(voices=[voice])
    person.says("/video 欢迎。")
    avatars.withdraw_consent(consent, by="hr")
    (text,) = person.read()
    assert "欢迎。" in text
    message = Message.objects.get(render__isnull=False)
    assert (message.degraded, message.why) == (True, "voice_consent_withdrawn")


@pytest.mark.databases
def test_a_video_in_the_outbox_is_taken_back_for_its_voice_too(person, voice, media):
    consent = factories.make_consent(voices=[voice])
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    avatars.withdraw_consent(consent, by="hr")
    assert Outbound.objects.get(msgtype="video").reason == "recalled"
    assert Message.objects.get(render__isnull=False).why == "voice_consent_withdrawn"
    assert len(person.read()) == 1
    assert services.recall_withdrawn() == 0


def test_a_video_with_a_cloned_voice_that_was_sent_is_listed(person, voice, media):
    consent = factories.make_consent(voices=[voice])
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    sent(Outbound.objects.get(msgtype="video"))
    avatars.withdraw_consent(consent, by="hr")
    assert [message.content.text for message in recallable(consent)] == ["欢迎。"]


@pytest.fixture
def spoken(settings):
    """Where a video fails, its words are spoken."""
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "VOICE_FALLBACK": True, "VOICE_FALLBACK_SECONDS": 40.0}


def failed(person) -> None:
    """Its video failed, so that its words are to be spoken."""
    person.says("/video 欢迎。")
    Render.objects.update(status="failed", reason="engine_failed")
    services.release_all()


@pytest.mark.databases
@pytest.mark.usefixtures("spoken")
def test_spoken_words_are_taken_back_or_listed_like_a_video(person, voice, media):
    consent = factories.make_consent(voices=[voice])
    failed(person)
    assert speak(media).voice_consent == consent
    services.release_all()
    (recording,) = Outbound.objects.filter(msgtype="voice")
    person.read()
    avatars.withdraw_consent(consent, by="hr")
    recording.refresh_from_db()
    assert (recording.status, recording.reason) == ("cancelled", "recalled")
    (text,) = person.read()
    assert "欢迎。" in text
    assert (services.recall_withdrawn(), person.read()) == (0, [])


@pytest.mark.usefixtures("spoken")
def test_spoken_words_that_were_sent_are_listed(person, voice, media):
    consent = factories.make_consent(voices=[voice])
    failed(person)
    speak(media)
    services.release_all()
    person.read()
    sent(Outbound.objects.get(msgtype="voice"))
    avatars.withdraw_consent(consent, by="hr")
    assert [message.content.text for message in recallable(consent)] == ["欢迎。"]


@pytest.mark.usefixtures("spoken")
def test_words_whose_consent_ended_before_they_went_out_become_text(person, voice, media):
    consent = factories.make_consent(voices=[voice])
    failed(person)
    speak(media)
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    person.read()
    services.release_all()
    (text,) = person.read()
    assert "欢迎。" in text
    assert not Outbound.objects.filter(msgtype="voice").exists()
    assert Message.objects.get(render__isnull=False).why == "voice_consent_expired"


@pytest.mark.usefixtures("spoken")
def test_narration_waits_in_the_outbox_while_its_consent_lasts(person, voice, media):
    consent = factories.make_consent(voices=[voice], valid_until=timezone.localdate() + timedelta(days=3))
    failed(person)
    speak(media)
    services.release_all()
    spoken = Outbound.objects.get(msgtype="voice")
    assert spoken.expires_at == consent.ends_at
    person.read()
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    Outbound.objects.filter(pk=spoken.pk).update(status="cancelled", reason="expired")
    spoken.refresh_from_db()
    services.follow_up([spoken])
    (text,) = person.read()
    assert "欢迎。" in text
