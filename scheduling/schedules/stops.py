"""Schedules while everything that is not a reply is stopped: messages of a run that were not sent yet wait. One that
waits for longer than the grace period of its schedule expires, as a moment does that comes too late.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from conversations import services as conversations
from conversations.models import Message
from scheduling.models import Run, Schedule
from scheduling.schedules.audience import application_of
from wecom.models import Corporation, Outbound


def await_runs(corporation: Corporation) -> None:
    """Wait for the runs that are being written, which know of no stop; those that come later wait for this transaction.

    Each run locks its schedule first.
    """
    schedules = Schedule.objects.select_for_update(of=("self",)).order_by("pk")
    list(schedules.filter(Q(application=None) | Q(application__corporation=corporation)).values_list("pk"))


def await_releases(corporation: Corporation) -> None:
    """Wait for the videos of runs that are being released by a worker that has not seen the stop, which is committed.

    A release locks its message before it asks for the policy: it ends here, or finds the stop. One message at a time,
    because others lock several in an order of their own.
    """
    told = Message.objects.filter(
        application__corporation=corporation, cid__in=Run.objects.exclude(cid="").values("cid")
    )
    videos = told.exclude(render=None)
    keys = {
        *videos.waiting().values_list("pk", flat=True),
        *videos.filter(outbound__status__in=Outbound.UNFINISHED).values_list("pk", flat=True),  # it may become text
    }
    for pk in sorted(keys):
        with transaction.atomic():
            Message.objects.select_for_update().filter(pk=pk).only("pk").first()


def hold(corporation: Corporation, *, now: datetime) -> int:
    """Hold the messages of a company's runs; returns how many."""
    unsent = Outbound.objects.filter(status__in=Outbound.UNFINISHED).exclude(cid="")
    count = 0
    for run in Run.objects.filter(cid__in=unsent.values("cid")).select_related("schedule__application").order_by("pk"):
        application = application_of(run.schedule)
        if application is not None and application.corporation_id == corporation.pk:
            count += conversations.hold_unsent(run.cid, expires_at=now + run.schedule.grace)
    return count


def hold_released(message: Message, *, now: datetime) -> None:
    """Hold a video that is ready only now, or its words, if a run said it."""
    run = Run.objects.filter(cid=message.cid).select_related("schedule").first() if message.cid else None
    if run is not None:
        conversations.hold_unsent(run.cid, expires_at=now + run.schedule.grace)
