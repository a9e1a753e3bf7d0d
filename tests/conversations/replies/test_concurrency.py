"""Several members and workers act on one row at the same moment."""

import threading

import pytest
from django.db import transaction

from avatars.models import Render
from avatars.signals import render_finished
from conversations import services
from conversations.models import Conversation, Message
from conversations.videos.lifecycle import cancel_waiting
from tests.conversations.replies.test_dispatch import finish
from tests.conversations.support.at_once import at_once
from tests.conversations.support.person import Person
from wecom.models import Application, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

# How long one waits for the other to be in the middle of it; on SQLite only one of them can be.
MEET = 0.7


def conversation(application: Application, user_id: str = "zhangsan"):
    return Conversation.objects.locked(application, application.corporation.members.get(user_id=user_id))


def test_a_render_may_finish_while_its_person_cancels(person, application, media):
    person.says("/video 欢迎。")
    render = Render.claim(Render.objects.get().pk)
    settled, entered = threading.Event(), threading.Event()

    def settle() -> None:
        with transaction.atomic():
            render.settle(Render.Status.DONE, video="renders/gone.mp4")
            settled.set()
            entered.wait(MEET)
            render_finished.send(Render, render=render)

    def cancel() -> int:
        settled.wait(MEET)
        with transaction.atomic():
            locked = conversation(application)
            entered.set()
            return cancel_waiting(locked)

    at_once(settle, cancel)
    assert not Message.objects.waiting().exists()


def test_two_renders_with_the_same_people_in_another_order_finish_at_once(person, application, media):
    other = Person(application, "lisi")
    for first, second, words in ((person, other, "一。"), (other, person, "二。")):
        first.says(f"/video {words}")
        second.says(f"/video {words}")
    renders = [Render.claim(render.pk) for render in Render.objects.order_by("pk")]
    start = threading.Barrier(2)

    def settle(render: Render) -> None:
        start.wait()
        with transaction.atomic():
            render.settle(Render.Status.FAILED, "no_face")
            render_finished.send(Render, render=render)

    at_once(*(lambda render=render: settle(render) for render in renders))
    assert not Message.objects.waiting().exists()


def test_who_just_asked_for_a_video_keeps_it_though_another_cancels(person, application):
    person.says("/video 欢迎。")
    Person(application, "lisi").says("你好")
    asked = threading.Event()

    def ask() -> None:
        with transaction.atomic():
            services.say_video(conversation(application, "lisi"), "欢迎。", cid="c1")
            asked.set()
            threading.Event().wait(MEET)

    def cancel() -> int:
        asked.wait(5)
        with transaction.atomic():
            return cancel_waiting(conversation(application))

    assert at_once(ask, cancel)[1] == 1
    assert Render.objects.get().status == "queued"
    assert Message.objects.waiting().get().member.user_id == "lisi"


def test_a_video_whose_file_is_gone_goes_out_as_text(person, application, media):
    person.says("/video 第一。")
    other = Person(application, "lisi")
    other.says("/video 第二。")
    for render in Render.objects.all():
        finish(render, media)
    (media / "renders" / f"{Render.objects.order_by('pk')[0].pk}.mp4").unlink()
    other.read()
    assert services.release_all() == 2
    assert "第一。" in person.read()[-1]
    assert other.read() == ["video"]
    assert Message.objects.filter(degraded=True).count() == 1
    assert Outbound.objects.filter(msgtype="video").count() == 1
