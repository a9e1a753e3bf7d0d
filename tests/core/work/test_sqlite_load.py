"""SQLite under load: a web process, four workers, a render and a beat write at once without an error."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from avatars.models import Render
from conversations.models import Message
from core.work import sweeper
from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import Envelope, text_xml
from wecom.callbacks import processor
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, EACH, WORKERS = 6, 4, 4


def test_web_workers_render_and_beat_write_at_once(settings):
    settings.WORK_REWAKE_SECONDS = 0
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    factories.make_answer()
    render = Render.claim(factories.make_render().pk)
    ended = threading.Event()

    def web(person: int) -> None:
        for number in range(EACH):
            xml = text_xml(application, user=f"person{person}", msg_id=number + 1)
            assert Envelope(application, xml).post(Client()).status_code == 200

    def busy(act: Callable[[], object]) -> None:
        while not ended.wait(0.01):
            act()

    def closing(act: Callable[..., None], *arguments: object) -> None:
        try:
            act(*arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE + WORKERS + 2) as pool:
        others = [pool.submit(closing, work_off, ended) for _ in range(WORKERS)]
        others += [pool.submit(closing, busy, lambda: render.update_leased(progress=1))]
        others += [pool.submit(closing, busy, sweeper.sweep)]
        try:
            for sender in [pool.submit(closing, web, person) for person in range(PEOPLE)]:
                sender.result()
            wait_for(lambda: not Callback.objects.exclude(status="done").exists(), "all callbacks")
        finally:
            ended.set()
        for other in others:
            other.result()
    assert Callback.objects.count() == Outbound.objects.count() == PEOPLE * EACH
    assert Message.objects.filter(direction="out").count() == PEOPLE * EACH
    assert set(Callback.objects.values_list("attempts", flat=True)) == {1}


def work_off(ended: threading.Event) -> None:
    while not ended.wait(0.01):
        for pk in Callback.objects.filter(status="queued").values_list("pk", flat=True):
            processor.handle(pk)
