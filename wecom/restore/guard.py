"""Keeps a restored or copied database from sending old messages again: senders wait until a person confirms.

A small file outside the database has the newest attempt, written before its call. A database that is behind the file
was restored from a backup; one that does not know the file came from another place. `senders.json` lies in the var
folder; it must live as long as the installation and be no part of the database's backup. Several machines that send
from one database share it, or are confirmed once each. `sent_journal` beside it has each call, so that messages that
went out after the backup are not sent again.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from core.work.base import Work
from wecom.models import Attempt, Callback, ForgottenCall, Guard, Outbound
from wecom.models.restore_guard import new_instance
from wecom.restore import senders_file, sent_journal

logger = logging.getLogger(__name__)

UNNAMED = ""  # a restored database from which nothing was ever sent, and which has no name yet


def confirmed() -> Guard | None:
    """The guard of a database that may send; None while a person must confirm first."""
    if not settings.WECOM["RESTORE_GUARD"]:
        return Guard()
    note = senders_file.read()  # first: its attempts were committed before
    row, newest = _row()
    if row.held_since is None:
        because = _doubt(note, row, newest)
        if because is not None:
            _hold(row, because, newest)
            if note.restored:
                senders_file.change(lambda fresh: fresh.restored.clear())
            return None
        if note.key not in row.places:
            _register(row)
    return None if row.held_since else row


@dataclass(frozen=True, kw_only=True)
class Glance:
    """The row of the guard and the newest attempt, as another statement read them along."""

    instance: str
    places: list[str]
    is_open: bool
    newest: int


def glance_columns() -> tuple[Subquery, ...]:
    """Columns that `glance_at` reads, for a query of anything."""
    rows = Guard.objects.filter(pk=Guard.ONLY)
    is_open = Case(When(held_since=None, forgotten=0, then=Value(1)), default=Value(0), output_field=IntegerField())
    return (
        Subquery(rows.values("instance")),
        Subquery(rows.values(text=Cast("places", TextField()))),
        Subquery(rows.values(open=is_open)),
        Subquery(_newest_attempt()),
    )


def glance_at(instance: str | None, places: str | None, is_open: int | None, newest: int | None) -> Glance:
    """The glance from the values of `glance_columns`."""
    return Glance(
        instance=instance or UNNAMED, places=json.loads(places or "[]"), is_open=bool(is_open), newest=newest or 0
    )


def confirmed_at(note: senders_file.Note, glance: Glance) -> Guard | None:
    """`confirmed`, by the file and the glance after it; None too where that must look again.

    So mostly a message asks nothing of its own.
    """
    if not settings.WECOM["RESTORE_GUARD"]:
        return Guard()
    row = Guard(pk=Guard.ONLY, instance=glance.instance, places=glance.places)
    if not glance.is_open or note.key not in row.places:
        return None
    return row if _doubt(note, row, glance.newest) is None else None


def note_restore() -> None:
    """Note that this database was restored, so that it is held also if nothing was sent since its backup.

    In the file, because the tables may be those of an older version: the first look of a sender holds it.
    """
    names = Guard.objects.filter(pk=Guard.ONLY).values_list("instance", flat=True)
    name = names.first() or UNNAMED

    def add(note: senders_file.Note) -> None:
        note.restored = [*note.restored, name]

    if settings.WECOM["RESTORE_GUARD"]:
        senders_file.change(add)


def hold_restored() -> None:
    """Hold a database that was restored, before anything is to be sent, so that pages say so."""
    if senders_file.read().restored:
        confirmed()


def record_attempts(guard: Guard, attempts: Mapping[Attempt, Sequence[str]]) -> None:
    """Note that attempts are about to be made, each to these members; before their calls, after their commit."""
    if not settings.WECOM["RESTORE_GUARD"]:
        return
    name, newest = guard.instance, max(attempt.pk for attempt in attempts)

    def advance(note: senders_file.Note) -> None:
        note.marks[name] = max(note.marks.pop(name, 0), newest)

    sent_journal.record_calls(name, (_call(name, attempt, to) for attempt, to in attempts.items()))
    senders_file.change(advance)


def record_refusals(guard: Guard, attempts: Sequence[Attempt]) -> None:
    """Note that attempts certainly reached no member."""
    if settings.WECOM["RESTORE_GUARD"] and attempts:
        sent_journal.record_refusals(guard.instance, [attempt.pk for attempt in attempts])


def sent_before(guard: Guard, outbound: Outbound) -> list[str]:
    """Its recipients who got it after the backup that this database was restored from.

    A call to one member is met once. A message from the same callback or request is known by its correlation ID, a file
    by that alone. Else a message written after a person confirmed is new, even in the same words, and so is the answer
    to a callback.
    """
    if not guard.forgotten or guard.released_at is None:
        return []
    if outbound.broadcast:
        calls = ForgottenCall.objects.filter(broadcast=outbound.broadcast).values_list("instance", "members")
        gone = {(name, member) for name, members in calls.iterator() for member in sent_journal.split(bytes(members))}
        names = {name for name, _member in gone}
        return [
            recipient
            for recipient in outbound.recipients
            if any((name, sent_journal.digest(name, recipient)) in gone for name in names)
        ]
    call = _same_answer(outbound) or _same_words(outbound, guard.released_at)
    if call is None:
        return []
    call.delete()
    return list(outbound.recipients)


def _same_answer(outbound: Outbound) -> ForgottenCall | None:
    """The call by which the same callback or request was answered."""
    if not outbound.cid:
        return None
    calls = ForgottenCall.objects.filter(cid=outbound.cid, broadcast="")
    if not outbound.upload_id:
        return calls.filter(fingerprint=outbound.fingerprint).first()
    (member,) = outbound.recipients[:1] or [""]
    files = calls.filter(msgtype=outbound.msgtype)
    return next((call for call in files if bytes(call.members) == sent_journal.digest(call.instance, member)), None)


def _same_words(outbound: Outbound, released_at: datetime) -> ForgottenCall | None:
    """The call of a message that waited when the backup was made."""
    if outbound.created_at > released_at or Callback.objects.filter(cid=outbound.cid).exclude(cid="").exists():
        return None
    return ForgottenCall.objects.filter(fingerprint=outbound.fingerprint, broadcast="").first()


def restore_hold() -> Guard | None:
    """The guard while senders wait for a person."""
    return Guard.objects.filter(pk=Guard.ONLY).exclude(held_since=None).first()


@transaction.atomic
def release_restore_hold(*, discard: bool) -> int:
    """A person confirmed: send the queued messages, or discard them. Returns how many.

    A message that went out after the backup, by the journal, is not sent again: it ends as `RESTORED`.
    """
    row = _locked()
    # Under a new name, so that marks of the old one no longer count.
    row.places = [*row.places, row.held_place] if row.held_place else row.places
    row.instance, row.held_since, row.held_because, row.held_place = new_instance(), None, "", ""
    row.released_at = timezone.now()
    row.save()
    waiting = Outbound.objects.filter(status__in=Work.UNFINISHED)
    count = waiting.count()
    if discard:
        # A message that may have arrived is not marked as unsent.
        tried = Q(was_ambiguous=True) | Q(
            pk__in=Attempt.objects.filter(outcome=Attempt.Outcome.OPEN).values("outbound")
        )
        ended = {"finished_at": timezone.now(), "lease_owner": "", "lease_until": None}
        waiting.filter(tried).update(status=Work.Status.FAILED, reason=Outbound.Reason.UNKNOWN, **ended)
        for outbound in waiting.iterator():
            outbound.cancel(Outbound.Reason.DISCARDED)
    else:
        wake_guarded()
    logger.warning("A person let senders go on.", extra={"discarded": discard, "messages": count})
    return count


def wake_guarded() -> None:
    """Messages that wait for a person are due now; the sweeper wakes them."""
    guarded = Outbound.objects.filter(status__in=Work.UNFINISHED, reason=Outbound.Reason.GUARDED)
    guarded.update(due_at=timezone.now(), woken_at=None)


def _call(name: str, attempt: Attempt, to: Sequence[str]) -> sent_journal.Call:
    outbound = attempt.outbound
    return sent_journal.call(
        name,
        attempt.pk,
        fingerprint=outbound.fingerprint,
        broadcast=outbound.broadcast,
        to=to,
        cid=outbound.cid,
        msgtype=outbound.msgtype if outbound.upload_id else "",
    )


def _doubt(note: senders_file.Note, row: Guard, newest: int) -> Guard.Because | None:
    if note.marks.get(row.instance, 0) > newest or {row.instance, UNNAMED} & {*note.restored}:
        return Guard.Because.RESTORED
    # A database that nothing was sent from yet, or that is older than this guard, takes the place that it finds.
    if not newest or not row.places or note.key in row.places:
        return None
    # Another process may have named the file, and sent, between the two readings. Its name is older than its place.
    if senders_file.read().key not in row.places:
        return Guard.Because.MOVED
    return None


@transaction.atomic
def _hold(row: Guard, because: Guard.Because, newest: int) -> None:
    place = senders_file.change().key
    held = Guard.objects.filter(pk=row.pk, instance=row.instance, held_since=None)
    if held.update(held_since=timezone.now(), held_because=because, held_place=place):
        held_row = Guard.objects.filter(pk=row.pk)
        held_row.update(forgotten=_recall(row.instance, newest) if because == Guard.Because.RESTORED else 0)
        logger.error("Nothing is sent until a person confirms this database.", extra={"because": because.value})


def _recall(instance: str, newest: int) -> int:
    """Take over from the journal which calls were made after an attempt; returns how many."""
    ForgottenCall.objects.all().delete()
    calls = sent_journal.calls_after(instance, newest)
    rows = (
        ForgottenCall(
            instance=instance,
            fingerprint=call.fingerprint,
            broadcast=call.broadcast,
            members=call.members,
            cid=call.cid,
            msgtype=call.msgtype,
        )
        for call in calls
    )
    count = 0
    while some := list(islice(rows, 1000)):
        count += len(ForgottenCall.objects.bulk_create(some))
    return count


@transaction.atomic
def _register(row: Guard) -> None:
    place = senders_file.change().key
    current = _locked()
    if place and place not in current.places:
        current.places = [*current.places, place]
        current.save(update_fields=["places"])


def _row() -> tuple[Guard, int]:
    """The row, and the newest attempt of its database; in one statement, because each message asks for it."""
    rows = Guard.objects.filter(pk=Guard.ONLY).annotate(newest=Subquery(_newest_attempt()))
    row = rows.first()
    if row is None:
        Guard.objects.get_or_create(pk=Guard.ONLY)
        row = rows.get()
    return row, row.newest or 0


def _newest_attempt() -> QuerySet[Attempt, Any]:
    return Attempt.objects.order_by("-pk").values("pk")[:1]


def _locked() -> Guard:
    _row()
    return Guard.objects.select_for_update().get(pk=Guard.ONLY)
