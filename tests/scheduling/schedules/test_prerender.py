"""The video of nine o'clock is rendered before nine, under a moved clock."""

import pytest

from avatars.models import Render
from avatars.rendering import demand
from conversations.models import Message, PreferenceChange
from conversations.services import change_preferences
from scheduling import services
from scheduling.models import Schedule
from scheduling.schedules import prerender
from tests.scheduling.support.schedules import clock, make_schedule, outcomes
from tests.support.factories import make_digital_human, make_member

pytestmark = pytest.mark.django_db
VIDEO = Schedule.MessageType.VIDEO


def make_video_schedule(**fields):
    return make_schedule(message_type=VIDEO, **fields)


def finish(render):
    Render.objects.filter(pk=render.pk).update(status="done", progress=100)


def test_it_is_begun_some_minutes_before_its_moment_and_once(application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:30"))
    assert not Render.objects.exists()
    services.sweep(now=clock("2026-11-25T08:46"))
    services.sweep(now=clock("2026-11-25T08:47"))
    render = Render.objects.get()
    schedule.refresh_from_db()
    assert (schedule.ahead, schedule.ahead_for) == (render, clock("2026-11-25T09:00"))
    assert not Message.objects.exists()


def test_what_takes_long_is_begun_earlier(application):
    # Of twelve minutes each were the videos that were made here last.
    for number in range(5):
        human = make_digital_human(name=f"h{number}")
        made = {"status": "done", "took_seconds": 720, "content_hash": str(number)}
        Render.objects.create(digital_human=human, text="早上好！", mode="lipsync", **made)
    make_video_schedule(mode="lipsync")
    services.sweep(now=clock("2026-11-25T08:30"))
    assert not Render.objects.filter(status="queued").exists()
    services.sweep(now=clock("2026-11-25T08:40"))
    assert Render.objects.filter(status="queued").count() == 1


def test_the_moment_finds_it_made_and_sends_it_at_once(application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:46"))
    finish(Render.objects.get())
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert Message.objects.get().render == Render.objects.get()
    assert outcomes(schedule) == [("11-25 09:00", "sent")]


def test_one_that_is_late_is_asked_for_again_by_its_moment(application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:46"))
    Render.objects.update(status="failed", reason="engine")
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert Message.objects.get().render.status == "queued"


def test_other_words_are_made_ahead_anew(application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:46"))
    schedule.refresh_from_db()
    schedule.text = "大家早上好！"
    services.save_schedule(schedule, now=clock("2026-11-25T08:48"))
    services.sweep(now=clock("2026-11-25T08:49"))
    assert set(Render.objects.values_list("text", flat=True)) == {"早上好！", "大家早上好！"}


def test_nothing_is_prerendered_for_text_pauses_or_days_off(application):
    make_schedule()
    services.pause(make_video_schedule(text="休息"))
    # 2026-11-28 is a Saturday.
    make_video_schedule(text="工作日", days="working", now="2026-11-27T12:00")
    services.sweep(now=clock("2026-11-28T08:50"))
    assert not Render.objects.exists()


def test_nothing_is_rendered_ahead_where_all_members_read(application):
    member = make_member(application, "zhangsan")
    schedule = make_video_schedule()
    assert schedule.user_ids == ["zhangsan"]
    change_preferences(member, prefers_text=True, origin=PreferenceChange.Origin.CHAT)
    services.sweep(now=clock("2026-11-25T08:46"))
    assert not Render.objects.exists()
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert Message.objects.get().render is None


def test_what_cannot_be_made_is_left_to_its_moment(application):
    schedule = make_video_schedule()
    application.desk.delete()
    assert prerender.prepare_all(now=clock("2026-11-25T08:50")) == 0
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert outcomes(schedule) == [("11-25 09:00", "failed")]


def say_something_else(schedule):
    schedule.text = "晚上好！"
    services.save_schedule(schedule, now=clock("2026-11-25T08:47"))


def be_a_draft(schedule):
    schedule.draft = True
    services.save_schedule(schedule, now=clock("2026-11-25T08:47"))


@pytest.mark.databases
@pytest.mark.parametrize(
    "end",
    [services.pause, services.remove, say_something_else, be_a_draft],
    ids=lambda end: end.__name__,
)
def test_a_video_that_is_made_ahead_ends_with_its_schedule(end, application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:46"))
    assert Render.objects.get().status == "queued"
    end(schedule)
    assert [(render.status, render.reason) for render in Render.objects.all()] == [("cancelled", "unwanted")]


def test_from_its_moment_on_the_messages_wait_for_it(application):
    schedule = make_video_schedule()
    services.sweep(now=clock("2026-11-25T08:46"))
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert not schedule.videos.exists()
    demand.cancel_all_unwanted()
    assert Render.objects.get().status == "queued"
    Message.objects.update(state=Message.State.CANCELLED)
    demand.cancel_all_unwanted()
    assert Render.objects.get().status == "cancelled"
