"""A message that goes out with others follows every rule that it follows alone, and ends alike."""

import ast
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support import factories
from tests.wecom.support.deliveries import tries
from wecom import services
from wecom.client import error_codes
from wecom.exceptions import AmbiguousError, NotReached, WeComError
from wecom.models import Application, Circuit, DailyQuota, Guard, Member, Outbound, SendReservation
from wecom.outbox import dispatcher, outcomes
from wecom.outbox.batches import batch_dispatcher, calls, pace, settlement
from wecom.signals import page_wanted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

Scene = Callable[[Application, Outbound], object]
FOR_NOW = {"held_reason": "", "held_until": None, "failing_since": None, "probe_at": None}
# What the platform answers: a code of each kind that we know, one of no kind, and the ways not to answer.
CODES = {f"{min(codes)}": {"name": "", "errcode": min(codes)} for codes, _kind in error_codes.KINDS}
NAMED = ("bad-gateway", "unavailable", "reset-before", "reset-after", "truncated", "html", "empty", "unlicensed")
FAULTS: dict[str, dict[str, Any]] = {
    **CODES,
    "40058": {"name": "", "errcode": 40058},
    **{n: {"name": n} for n in NAMED},
}


@pytest.fixture(autouse=True)
def full_pace(monkeypatch):
    monkeypatch.setattr(pace, "_slowed", {})
    monkeypatch.setattr(calls, "AT_ONCE", 1)


@pytest.fixture
def no_page(monkeypatch) -> None:
    """No receiver makes a page for a video that is too large."""
    monkeypatch.setattr(page_wanted, "receivers", [])
    monkeypatch.setattr(page_wanted, "use_caching", False)


@pytest.fixture
def taken(monkeypatch) -> list[int]:
    """The messages that went out with others."""
    keys: list[int] = []
    make = calls.make

    def note(made: list[calls.Call], *args: Any, **options: Any) -> bool:
        keys.extend(call.outbound.pk for call in made)
        return make(made, *args, **options)

    monkeypatch.setattr(calls, "make", note)
    return keys


def end_of(row: Outbound) -> dict[str, Any]:
    """All that a delivery writes, but what no two of them share."""
    row = Outbound.objects.select_related("application").get(pk=row.pk)
    minutes = None if row.is_finished else round((row.due_at - timezone.now()).total_seconds() / 60)
    application = row.application
    names = ("status", "reason", "attempts", "errcode", "was_ambiguous", "gave_way", "repeat", "lease_owner")
    return {
        **{name: getattr(row, name) for name in names},
        "minutes": minutes,
        "results": list(row.results().values()),
        "has body": row.body is not None,
        "was tried": row.first_attempt_at is not None,
        "msgid": bool(row.msgid),
        "tries": list(row.tries.order_by("number").values_list("outcome", "errcode", "detail")),
        "counted": SendReservation.objects.filter(outbound=row).count(),
        "held": bool(application.held_reason),
        "circuit": list(Circuit.objects.values_list("api", flat=True)),
    }


def calm(application: Application) -> None:
    """Nothing of an earlier delivery holds the next one."""
    Application.objects.filter(pk=application.pk).update(**FOR_NOW)
    Circuit.objects.all().delete()


def message(emulator, words: str = "你好") -> Outbound:
    return services.send_text(emulator.hire().user_id, content=words)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_answer_of_the_platform_ends_alike(connected, emulator, taken, name):
    ends = []
    for by, company in ((dispatcher.deliver, 0), (batch_dispatcher.deliver, 2)):
        calm(connected)
        row = message(emulator)
        others = [message(emulator) for _ in range(company)]
        emulator.fault(path="message/send", member=row.recipients[0], times=2, **FAULTS[name])
        by(row.pk)
        ends.append(end_of(row))
        emulator.api("DELETE", "faults")
    assert ends[1] == ends[0]
    assert taken[0] == row.pk
    assert len(taken) == 1 + len(others)


def test_the_faults_play_every_outcome_that_we_know():
    errors = [error_codes.exception_for(fault["errcode"], "") for fault in FAULTS.values() if "errcode" in fault]
    errors += [AmbiguousError("", code="http_502"), NotReached("", code="x")]  # of bad-gateway, and of reset-before
    met = {outcomes.handling_of(error).error for error in errors}
    assert met == {kind.error for kind in outcomes.ERROR_HANDLING}
    assert WeComError in met


def rules() -> set[str]:
    """The conditions that the code asks before it calls for a message."""
    tree = ast.parse(inspect.getsource(dispatcher._deliver))
    asked = [node.test for node in ast.walk(tree) if isinstance(node, ast.If) and isinstance(node.test, ast.BoolOp)]
    return {node.func.id for test in asked for node in ast.walk(test) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]


def expire(_application: Application, row: Outbound) -> None:
    Outbound.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def leave(application: Application, row: Outbound) -> None:
    Member.objects.update_or_create(
        corporation=application.corporation, user_id=row.recipients[0], defaults={"status": "left"}
    )


def hold(application: Application, _row: Outbound) -> None:
    later = timezone.now() + timedelta(minutes=7)
    Application.objects.filter(pk=application.pk).update(held_reason="60020", held_until=later)


def cut_off(application: Application, _row: Outbound) -> None:
    now = timezone.now()
    Application.objects.filter(pk=application.pk).update(failing_since=now, probe_at=now + timedelta(minutes=5))


def carry_a_file(application: Application, row: Outbound) -> None:
    upload = factories.make_upload(application, kind="image")
    Outbound.objects.filter(pk=row.pk).update(upload=upload, msgtype="image", content={})


def carry_no_form(application: Application, row: Outbound) -> None:
    upload = factories.make_upload(application, kind="video", form="link", status="done")
    Outbound.objects.filter(pk=row.pk).update(upload=upload, msgtype="video", content={})


def restore(_application: Application, row: Outbound) -> None:
    Guard.objects.update(forgotten=1)
    Outbound.objects.filter(pk=row.pk).update(sent_before=row.recipients)


def be_unclear(_application: Application, row: Outbound) -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    Outbound.objects.filter(pk=row.pk).update(was_ambiguous=True, first_attempt_at=long_ago, body=b"{}")


def close(application: Application, _row: Outbound) -> None:
    now = timezone.now()
    Circuit.objects.create(
        corporation=application.corporation,
        api="message/send",
        since=now,
        until=now + timedelta(minutes=3),
        errcode=45009,
    )


def be_full(application: Application, row: Outbound) -> None:
    values = {"application": application, "user_id": row.recipients[0], "at": timezone.now(), "outbound": row}
    SendReservation.objects.bulk_create(SendReservation(**values) for _ in range(30))


def use_up_the_day(application: Application, _row: Outbound) -> None:
    application.corporation.accounts = 1
    application.corporation.save()
    day = timezone.localdate()  # the warm-up may have counted in this shard
    defaults = {"recipients": 200}
    DailyQuota.objects.update_or_create(application=application, day=day, shard=0, defaults=defaults)


def be_empty(_application: Application, row: Outbound) -> None:
    Outbound.objects.filter(pk=row.pk).update(recipients=["a|b"])


def be_cancelled(_application: Application, row: Outbound) -> None:
    Outbound.objects.get(pk=row.pk).cancel("recalled")


def be_stopped(_application: Application, row: Outbound) -> None:
    services.hold_unsent(row.cid)


def be_confirmed(_application: Application, _row: Outbound) -> None:
    Guard.objects.update(held_since=timezone.now(), held_because=Guard.Because.values[0])


SCENES: dict[str, tuple[Scene, ...]] = {
    "_went_out_before": (restore, be_confirmed),
    "_is_too_late": (expire, be_unclear),
    "_is_unreachable": (leave,),
    "_is_held": (hold,),
    "_lacks_upload": (carry_a_file,),
    "_lacks_form": (carry_no_form,),
    "_is_cut_off": (cut_off,),
    "_attempt": (close, be_full, use_up_the_day, be_empty, be_cancelled, be_stopped),
}


def test_every_rule_before_a_call_has_a_scene():
    assert rules() == set(SCENES) - {"_attempt"}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("scene", [one for scenes in SCENES.values() for one in scenes], ids=lambda one: one.__name__)
def test_every_rule_before_a_call_holds_in_a_batch(connected, emulator, no_page, scene: Scene, is_first: bool):
    services.send_text(emulator.hire().user_id, content="热身")
    dispatcher.deliver(Outbound.objects.get().pk)  # the database is known to the guard
    ends = []
    for in_batch in (False, True):
        row = message(emulator)
        Outbound.objects.filter(pk=row.pk).update(cid=f"{in_batch}")
        row.refresh_from_db()
        others = [message(emulator) for _ in range(2)] if in_batch else []
        scene(connected, row)
        for pk in [row.pk] if is_first or not in_batch else [others[0].pk, row.pk]:
            (batch_dispatcher if in_batch else dispatcher).deliver(pk)
        end = end_of(row)
        ends.append(end | {"tries": tries(row)})
        Circuit.objects.all().delete()
        DailyQuota.objects.all().delete()
        Guard.objects.update(forgotten=0, held_since=None)
        Application.objects.update(**FOR_NOW)
    assert ends[1] == ends[0]
    assert ends[0]["status"] != "done" or scene is restore


@pytest.mark.parametrize("case", ["withdrawn", "expired"])
def test_what_ends_during_a_batch_is_not_called_for(connected, emulator, monkeypatch, case):
    monkeypatch.setattr(calls, "LOOK", 0.01)
    slow, late, last = message(emulator), message(emulator, "迟到"), message(emulator)
    emulator.fault("slow", member=slow.recipients[0], seconds=0.6)
    if case == "expired":
        Outbound.objects.filter(pk=late.pk).update(expires_at=timezone.now() + timedelta(seconds=0.4))
    goes_on = batch_dispatcher._goes_on

    def cancel_then_go_on(row: Outbound) -> bool:
        if case == "withdrawn":
            Outbound.objects.get(pk=late.pk).cancel("erased")
        return bool(goes_on(row))

    monkeypatch.setattr(batch_dispatcher, "_goes_on", cancel_then_go_on)
    batch_dispatcher.deliver(slow.pk)
    end = end_of(late)
    assert (end["tries"], end["counted"]) == ([("retry", None, settlement.NOT_CALLED)], 0)
    assert end_of(last)["status"] == "done"
    batch_dispatcher.deliver(late.pk)
    assert end_of(late)["status"] == "cancelled"
    assert emulator.calls("message/send") == 2


def test_what_a_batch_puts_back_keeps_its_number(connected, emulator):
    row, busy = message(emulator), message(emulator)
    dispatcher.deliver(row.pk)
    first = bytes(Outbound.objects.get(pk=row.pk).body or b"")
    services.resend(Outbound.objects.get(pk=row.pk))
    Outbound.objects.filter(pk=busy.pk).update(priority=1)
    emulator.fault("rate-limited", member=busy.recipients[0])
    batch_dispatcher.deliver(busy.pk)
    assert end_of(row)["tries"][-1] == ("retry", None, settlement.NOT_CALLED)
    calm(connected)
    Outbound.objects.update(due_at=timezone.now())
    batch_dispatcher.deliver(row.pk)
    assert bytes(Outbound.objects.get(pk=row.pk).body or b"") != first
    assert end_of(row)["status"] == "done"


def test_what_a_batch_leaves_out_is_tried_by_the_clock_after_it(connected, emulator, monkeypatch):
    slow, late = message(emulator), message(emulator)
    leave(connected, late)
    began, seen = timezone.now(), []
    alone = dispatcher.deliver_claimed
    emulator.fault("slow", member=slow.recipients[0], seconds=0.5)

    def note(row: Outbound, now: Any, *rest: Any) -> None:
        seen.append(now - began)
        alone(row, now, *rest)

    monkeypatch.setattr(dispatcher, "deliver_claimed", note)
    batch_dispatcher.deliver(slow.pk, now=began)
    assert seen[0] > timedelta(seconds=0.5)
