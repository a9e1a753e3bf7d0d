"""A missing video is replaced by narration or text, by the deadline, and labelled as such."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import services as avatars
from avatars.models import Narration, Render
from avatars.signals import narration_finished
from conversations import services
from conversations.models import Message, ProgressCard
from conversations.videos import lifecycle, text_instead_of_video
from tests.conversations.support.person import Person
from tests.conversations.videos.test_progress_cards import make, settle, shown
from wecom.models import Outbound

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "欢迎加入公司。"
DEADLINE = 120


@pytest.fixture(autouse=True)
def ladder(settings):
    settings.CONVERSATIONS = {
        **settings.CONVERSATIONS,
        "VOICE_FALLBACK": True,
        "VOICE_FALLBACK_SECONDS": 40.0,
        "VIDEO_DEADLINE_SECONDS": DEADLINE,
    }


@pytest.fixture
def person(person):
    """A member who writes English."""
    person.says("Good morning")
    person.says(f"/video {WORDS}")
    settle(ProgressCard.objects.get().outbound, response_code="of-the-card")
    return person


def later(seconds: float):
    return Message.objects.get(render__isnull=False).created_at + timedelta(seconds=seconds)


def waiting() -> Message:
    return Message.objects.get(render__isnull=False)


def speak(to: str = "done", parts: int = 1) -> Narration:
    """Speak the words, as a worker would."""
    narration = Narration.claim(Narration.objects.get().pk)
    assert narration is not None
    names = [default_storage.save(f"narrations/{n}.amr", ContentFile(b"#!AMR\n" + bytes([n]))) for n in range(parts)]
    narration.settle(Narration.Status(to), "" if to == "done" else "engine_failed", parts=names if to == "done" else [])
    narration_finished.send(Narration, narration=narration)
    return narration


@pytest.mark.databases
def test_a_worker_that_comes_late_releases_nothing_again(person, media):
    make(Render.objects.get(), media)
    assert person.read() == ["video"]
    assert lifecycle._release_one(waiting().pk) == 0
    assert person.read() == []


def test_a_fallback_gives_a_video_twice_the_time_that_was_told(person, settings):
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "VIDEO_DEADLINE_SECONDS": 1}
    render, now = Render.objects.get(), timezone.now()
    told = avatars.time_left(render).high
    assert told > 1
    assert text_instead_of_video.deadline_for(render, now=now) == now + timedelta(seconds=2 * told)


def test_a_failed_video_comes_as_labelled_voice(person, media):
    make(Render.objects.get(), media, to="failed")
    assert person.read() == [], "its words are being spoken"
    assert Narration.objects.get().text == WORDS
    speak(parts=2)
    said = person.read()
    assert said[1:] == ["voice", "voice"]
    assert WORDS in said[0]
    assert "made by AI" in said[0]
    message = waiting()
    assert (message.state, message.degraded, message.reason, message.why) == (
        "sending",
        True,
        "degraded:voice",
        "no_face",
    )


def test_a_card_names_the_voice_fallback_only_once_it_arrived(person, media):
    make(Render.objects.get(), media, to="failed")
    speak()
    assert shown() == []
    settle(waiting().outbound)
    assert [status for status, _, _ in shown()] == ["No video this time; it was sent as a voice message"]


def test_where_the_voice_fails_too_the_words_are_written(person, media):
    make(Render.objects.get(), media, to="failed")
    speak(to="failed")
    (text,) = person.read()
    assert WORDS in text
    assert (waiting().reason, waiting().why) == ("degraded:text", "no_face")


def test_a_voice_message_that_cannot_be_delivered_is_written(person, media):
    make(Render.objects.get(), media, to="failed")
    speak()
    person.read()
    settle(waiting().outbound, "failed", "refused")
    (text,) = person.read()
    assert WORDS in text
    assert waiting().reason == "degraded:text"


def test_of_a_voice_message_in_parts_each_is_followed(person, media):
    make(Render.objects.get(), media, to="failed")
    speak(parts=3)
    person.read()
    first, second, last = Outbound.objects.filter(msgtype="voice").order_by("pk")
    assert waiting().outbound == last
    assert (second.first_part, last.first_part) == (first, first)
    settle(first)
    settle(second, "failed", "refused")
    (text,) = person.read()
    assert WORDS in text
    assert waiting().reason == "degraded:text"
    settle(last, "failed", "refused")
    assert person.read() == [], "once is enough"


def test_what_has_no_words_to_speak_is_written_at_once(person, media):
    row = Render.claim(Render.objects.get().pk)
    row.settle(Render.Status.FAILED, "nothing_to_say")
    services.release(row)
    assert len(person.read()) == 1
    assert not Narration.objects.exists()


def test_by_the_deadline_the_words_come_spoken_and_the_video_is_stopped(person):
    assert services.release_all(now=later(DEADLINE - 41)) == 0
    assert not Narration.objects.exists()
    services.release_all(now=later(DEADLINE - 39))
    assert Narration.objects.get().status == "queued"
    speak()
    assert person.read()[-1] == "voice"
    assert (waiting().reason, waiting().why) == ("degraded:voice", "deadline")
    render = Render.objects.get()
    assert (render.status, render.reason) == ("cancelled", "late")


@pytest.mark.databases
def test_with_every_worker_gone_the_words_are_written_by_the_deadline(person):
    for seconds in range(0, DEADLINE + 15, 15):
        services.release_all(now=later(seconds))
        if seconds < DEADLINE:
            assert waiting().state == "waiting"
    (text,) = person.read()
    assert WORDS in text
    assert "in time" in text
    assert (waiting().reason, waiting().why) == ("degraded:text", "deadline")
    assert Narration.objects.get().status == "cancelled"
    assert Render.objects.get().status == "cancelled"


def test_a_video_ready_during_its_narration_goes_out(person, media):
    services.release_all(now=later(DEADLINE - 39))
    make(Render.objects.get(), media)
    assert person.read() == ["video"]
    speak()
    assert person.read() == []
    assert (waiting().reason, waiting().degraded) == ("", False)


@pytest.mark.databases
def test_a_late_video_that_somebody_else_waits_for_goes_on(person, application):
    services.say_video(
        services.conversation_with("lisi", application=application),
        WORDS,
        deadline=timezone.now() + timedelta(hours=1),
        cid="c2",
    )
    services.release_all(now=later_of("zhangsan", DEADLINE + 1))
    assert Render.objects.get().status == "queued"
    assert Message.objects.waiting().get().member.user_id == "lisi"


def later_of(user_id: str, seconds: float):
    return Message.objects.get(render__isnull=False, member__user_id=user_id).created_at + timedelta(seconds=seconds)


def test_a_render_has_twice_its_estimate_before_the_fallback(application):
    other = Person(application, "lisi")
    other.says("hello there")
    Render.objects.all().delete()
    other.says(f"/video {'字' * 580}")
    message = waiting()
    told = avatars.seconds_left(message.render)
    assert told > DEADLINE / 2
    assert message.deadline_at - message.created_at >= timedelta(seconds=2 * told - 5)


def test_whoever_cancels_hears_no_voice(person, media):
    make(Render.objects.get(), media, to="failed")
    person.says("/cancel")
    assert Narration.objects.get().status == "cancelled"
    assert "voice" not in person.read()


def test_chatting_goes_on_during_every_fallback(person, media):
    make(Render.objects.get(), media, to="failed")
    answers = person.says("How are you?") + person.says("Thanks a lot")
    assert len(answers) == 2
    person.taps("progress", ProgressCard.objects.get().task_id)
    assert [status for status, _, _ in shown()] == ["On its way to you"]
    speak()
    assert person.read()[-1] == "voice"


def test_a_video_that_was_asked_for_is_titled_with_its_request(person, media):
    make(Render.objects.get(), media)
    assert Outbound.objects.get(msgtype="video").content["title"] == f"The video you asked for: {WORDS}"
