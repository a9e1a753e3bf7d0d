"""An outage of the platform: one probe, no attempts burnt, and the first success wakes everything that waits."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.work.base import Work
from openuser.admin.home import home_problems
from tests.support import factories
from tests.support.emulator import Emulator
from wecom import services, tasks
from wecom.client import outages
from wecom.doctor.access_checks import Outage
from wecom.exceptions import AmbiguousError
from wecom.media import uploads
from wecom.models import Application, Attempt, CardUpdate, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db(transaction=True)

DARK = "http://127.0.0.1:9"  # nobody listens there


def cut_off(application: Application) -> None:
    Application.objects.filter(pk=application.pk).update(api_base_url=DARK)


def reconnect(application: Application, emulator: Emulator) -> None:
    Application.objects.filter(pk=application.pk).update(api_base_url=emulator.url)


def age(application: Application, span: timedelta = timedelta(minutes=6)) -> None:
    """Let the outage have begun earlier, and the next probe be due."""
    application.refresh_from_db()
    assert application.failing_since is not None
    fields: dict[str, Any] = {"failing_since": application.failing_since - span}
    if application.probe_at is not None:
        fields["probe_at"] = timezone.now()
    Application.objects.filter(pk=application.pk).update(**fields)


def deliver(*rows: Outbound) -> None:
    for row in rows:
        Outbound.objects.filter(pk=row.pk).update(due_at=timezone.now())
        dispatcher.deliver(row.pk)


def work_through() -> None:
    """What workers do with everything that is due now."""
    for kind, work in ((Outbound, dispatcher.deliver), (Upload, uploads.run_upload)):
        while pks := list(kind.work_rows().claimable(timezone.now()).values_list("pk", flat=True)):
            for pk in pks:
                work(pk)


@pytest.fixture
def texts(connected, emulator) -> list[Outbound]:
    """Messages to people of their own."""
    people = [emulator.hire() for _ in range(5)]
    return [services.send_text(one.user_id, content="你好") for one in people]


@pytest.fixture(params=["dark", "bad-gateway", "busy"])
def outage(request, connected, emulator) -> Callable[[], None]:
    """The platform is away in this way; calling it ends that."""
    if request.param == "dark":
        cut_off(connected)
        return lambda: reconnect(connected, emulator)
    emulator.fault(request.param, times=99)
    return lambda: emulator.api("DELETE", "faults")


def open_circuit(application: Application, row: Outbound) -> None:
    deliver(row)
    age(application)
    deliver(row)
    assert outages.is_open(application)


@pytest.mark.databases
def test_after_an_outage_no_row_waits_longer_than_a_probe(connected, texts, outage, caplog):
    for text in texts:
        deliver(text)
    age(connected)
    for text in texts:
        deliver(text)
    assert outages.is_open(connected)
    tried = Attempt.objects.count()
    for text in texts:
        deliver(text)
    assert Attempt.objects.count() == tried  # the probe is not due, and nobody else calls
    outage()
    age(connected)
    tasks.probe()
    work_through()
    assert set(Outbound.objects.values_list("status", flat=True)) == {Work.Status.DONE}
    assert [r.message for r in caplog.records if r.name == outages.__name__ and r.levelno == logging.WARNING] == [
        "WeChat Work cannot be reached; everything for it waits.",
        "WeChat Work can be reached again.",
    ]


def test_one_failure_opens_no_circuit(connected, texts, outage):
    deliver(*texts)
    assert not outages.is_open(connected)


def test_a_success_ends_a_spell_of_failures(connected, emulator, texts):
    emulator.fault("bad-gateway")
    deliver(texts[0], texts[1])
    connected.refresh_from_db()
    assert connected.failing_since is None


@pytest.mark.parametrize(
    ("code", "is_outage"),
    [("http_500", True), ("http_503", True), ("no_answer", True), ("broken", True), ("http_404", False), ("x", False)],
)
def test_no_answer_and_a_broken_server_are_an_outage(code, is_outage):
    assert outages.is_outage(AmbiguousError("It may have arrived.", code=code)) is is_outage


def test_a_refusal_is_an_answer(connected, emulator, texts):
    emulator.fault("bad-gateway")
    deliver(texts[0])
    emulator.fault("untrusted-ip")
    deliver(texts[1])
    connected.refresh_from_db()
    assert connected.failing_since is None


def test_a_long_outage_burns_no_attempts(connected, texts, outage):
    open_circuit(connected, texts[0])
    for _ in range(15):
        age(connected, timedelta())
        tasks.probe()
        work_through()
    assert max(Outbound.objects.values_list("attempts", flat=True)) <= 2
    assert set(Outbound.objects.values_list("status", flat=True)) == {Work.Status.QUEUED}


@pytest.mark.databases
def test_probes_take_turns(connected, emulator, texts):
    emulator.fault("bad-gateway", times=99)
    for text in texts:
        deliver(text)
    age(connected)
    deliver(texts[0])
    for _ in range(4):
        age(connected, timedelta())
        tasks.probe()
        work_through()
    assert {text.tries.count() for text in texts} == {2}


def test_a_poisonous_message_cannot_keep_the_circuit_open(connected, emulator, texts):
    emulator.fault("busy", times=99, member=texts[0].recipients[0])
    open_circuit(connected, texts[0])
    age(connected)
    work_through()
    age(connected, timedelta())
    tasks.probe()
    work_through()
    assert [Outbound.objects.get(pk=text.pk).status for text in texts[1:]] == [Work.Status.DONE] * 4


@pytest.mark.databases
def test_a_later_message_keeps_its_place_during_an_outage(connected, person):
    first, second = services.send_text(person.user_id, content="一"), services.send_text(person.user_id, content="二")
    cut_off(connected)
    open_circuit(connected, first)
    for _ in range(5):
        age(connected, timedelta())
        tasks.probe()
        work_through()
    second.refresh_from_db()
    assert (second.attempts, second.tries.count()) == (0, 0)


@pytest.mark.databases
def test_uploads_wait_for_the_probe_and_are_woken(connected, emulator, texts, settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(2000))
    upload = services.ensure_upload(connected, kind="video", path=path, name=path.name, filename="a.mp4")
    cut_off(connected)
    open_circuit(connected, texts[0])
    work_through()
    upload.refresh_from_db()
    assert (upload.reason, upload.attempts) == (Upload.Reason.UNREACHABLE, 0)
    reconnect(connected, emulator)
    age(connected)
    tasks.probe()
    work_through()
    upload.refresh_from_db()
    assert upload.status == Work.Status.DONE


def test_an_upload_alone_is_the_probe_and_does_not_fail(connected, emulator, texts, settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(2000))
    cut_off(connected)
    open_circuit(connected, texts[0])
    Outbound.objects.all().delete()
    upload = services.ensure_upload(connected, kind="video", path=path, name=path.name, filename="a.mp4")
    for _ in range(2 * Upload.max_attempts):
        age(connected, timedelta())
        tasks.probe()
        work_through()
    upload.refresh_from_db()
    assert (upload.status, upload.attempts) == (Work.Status.QUEUED, 0)


@pytest.mark.databases
def test_other_work_of_the_application_is_woken_too(connected, emulator, texts):
    update = factories.make_card_update(
        connected, reason="busy", due_at=timezone.now() + timedelta(minutes=5), attempts=3
    )
    cut_off(connected)
    open_circuit(connected, texts[0])
    reconnect(connected, emulator)
    age(connected)
    tasks.probe()
    work_through()
    assert CardUpdate.claim(update.pk) is not None


@pytest.mark.databases
def test_what_is_put_back_while_the_outage_ends_goes_out(connected, emulator, texts):
    """Who found the answer woke the rows that waited then; this one was still being worked on."""
    cut_off(connected)
    open_circuit(connected, texts[0])
    Outbound.objects.filter(pk=texts[1].pk).update(due_at=timezone.now())
    slow = Outbound.claim(texts[1].pk)
    assert slow is not None
    assert not outages.may_call(slow.application, timezone.now())
    reconnect(connected, emulator)
    outages.record_answer(Application.objects.get())
    outages.postpone(slow, slow.application, Outbound.Reason.UNREACHABLE, tried=False)
    work_through()
    assert Outbound.objects.get(pk=slow.pk).status == Work.Status.DONE


@pytest.mark.databases
def test_a_worker_that_dies_on_an_answer_leaves_the_waking_to_beat(connected, emulator, texts, monkeypatch):
    cut_off(connected)
    open_circuit(connected, texts[0])
    deliver(*texts[1:])
    reconnect(connected, emulator)
    monkeypatch.setattr(outages, "_wake_all", die)
    with pytest.raises(SystemExit):
        outages.record_answer(Application.objects.get())
    monkeypatch.undo()
    Application.objects.update(probe_at=timezone.now())
    tasks.probe()
    work_through()
    assert set(Outbound.objects.values_list("status", flat=True)) == {Work.Status.DONE}
    assert not Application.objects.filter(probe_at__isnull=False).exists()


def die(*_: object) -> int:
    raise SystemExit


def test_an_outage_of_one_application_is_not_that_of_another(connected, texts):
    other = factories.make_application(corporation=connected.corporation, agent_id=1000009)
    cut_off(connected)
    open_circuit(connected, texts[0])
    assert outages.may_call(other, timezone.now())


def test_the_home_page_and_the_doctor_tell_of_it(connected, texts):
    assert Outage(connected).run().level == "good"
    cut_off(connected)
    open_circuit(connected, texts[0])
    finding = Outage(connected).run()
    assert (finding.level, finding.code) == ("bad", "outage")
    assert "5 messages" not in finding.words
    assert "1 message" in finding.words
    assert f"outage-{connected.pk}" in [problem.key for problem in home_problems.problems_for(lambda right: True)]
    assert home_problems.problems_for(lambda right: right != "wecom.view_application") == []
