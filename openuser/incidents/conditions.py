"""The conditions that make an incident, each with its words and its remedy.

To add one, name its kind in `Incident.Kind`, write a class here and list it in `CONDITIONS`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from avatars.models import Render
from core.work.base import Work
from openuser.models import Incident
from wecom.models import Application, Callback, Outbound

RECENT = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A condition that holds: its subject, and the figures for its words."""

    subject: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class Condition(ABC):
    """One condition. Its queries read indices: it is asked every few seconds."""

    kind: ClassVar[Incident.Kind]

    @abstractmethod
    def find(self, now: datetime) -> Iterator[Found]:
        """The subject that it holds for."""

    @abstractmethod
    def words(self, incident: Incident) -> str:
        """The problem, in the active language."""

    @abstractmethod
    def remedy(self, incident: Incident) -> str:
        """The remedy."""

    @abstractmethod
    def path(self, incident: Incident) -> str:
        """The path of the page that shows more."""

    @property
    @abstractmethod
    def permission(self) -> str:
        """The right that opens that page."""

    def knows(self, subject: str) -> bool:
        """Whether this process can tell that it is over for a subject."""
        return True


class Backlog(Condition):
    """Work of a kind that no worker takes."""

    model: ClassVar[type[Work]]
    longest: ClassVar[timedelta]

    def find(self, now: datetime) -> Iterator[Found]:
        ready = self.model.work_rows().filter(status=Work.Status.QUEUED, due_at__lte=now)
        waiting = ready.aggregate(count=Count("pk"), oldest=Min("due_at"))
        if waiting["oldest"] is not None and now - waiting["oldest"] > self.longest:
            yield Found(details={"count": waiting["count"], "minutes": _minutes(now - waiting["oldest"])})

    def remedy(self, incident: Incident) -> str:
        return _("Start workers of the queue “default”, or more of them. The doctor says what does not run.")

    def path(self, incident: Incident) -> str:
        return reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist")

    @property
    def permission(self) -> str:
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"


class CallbacksWait(Backlog):
    """Members write and get no answer."""

    kind = Incident.Kind.CALLBACKS_WAIT
    model = Callback
    longest = timedelta(seconds=60)

    def words(self, incident: Incident) -> str:
        return str(
            _("%(count)d callbacks wait, the oldest for %(minutes)d minutes: members get no answer.") % incident.details
        )


class MessagesWait(Backlog):
    """Messages are due and are not sent."""

    kind = Incident.Kind.MESSAGES_WAIT
    model = Outbound
    longest = timedelta(minutes=5)

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d messages wait to be sent, the oldest for %(minutes)d minutes.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _(
            "Start workers of the queues “default” and “bulk”, or more of them. The doctor says what does not run."
        )


class VideosWait(Backlog):
    """Videos are due and are not made."""

    kind = Incident.Kind.VIDEOS_WAIT
    model = Render
    longest = timedelta(minutes=15)

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d videos wait to be made, the oldest for %(minutes)d minutes.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Start workers of the queue “render”, or more of them. Members get text instead after a while.")


class OfApplication(Condition):
    """A condition of one application."""

    def path(self, incident: Incident) -> str:
        return reverse("admin:wecom_application_change", args=[incident.subject])

    @property
    def permission(self) -> str:
        return "wecom.view_application"


class Outage(OfApplication):
    """WeChat Work does not answer."""

    kind = Incident.Kind.OUTAGE
    longest = timedelta(minutes=1)

    def find(self, now: datetime) -> Iterator[Found]:
        away = Application.objects.filter(enabled=True, probe_at__isnull=False, failing_since__lt=now - self.longest)
        for application in away:
            since = application.failing_since or now
            yield Found(
                subject=str(application.pk), details={"name": str(application), "minutes": _minutes(now - since)}
            )

    def words(self, incident: Incident) -> str:
        return str(
            _("WeChat Work has not answered “%(name)s” for %(minutes)d minutes. Its messages wait.") % incident.details
        )

    def remedy(self, incident: Incident) -> str:
        return _("Check the network and the proxy of the workers. What waits goes out by itself afterwards.")


class Held(OfApplication):
    """A setting of an application is wrong, and it sends nothing."""

    kind = Incident.Kind.HELD

    def find(self, now: datetime) -> Iterator[Found]:
        for application in Application.objects.filter(enabled=True, held_until__gt=now):
            yield Found(
                subject=str(application.pk), details={"name": str(application), "why": application.held_reason[:300]}
            )

    def words(self, incident: Incident) -> str:
        return str(_("“%(name)s” sends nothing until a setting is corrected: %(why)s") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Correct the setting, then save the application. Its page has the connection test.")


class Undecided(Condition):
    """Messages that may or may not have arrived."""

    kind = Incident.Kind.UNDECIDED

    def find(self, now: datetime) -> Iterator[Found]:
        ended = Outbound.objects.filter(status=Outbound.Status.FAILED, finished_at__gte=now - RECENT)
        count = ended.filter(reason=Outbound.Reason.UNKNOWN).count()
        if count:
            yield Found(details={"count": count})

    def words(self, incident: Incident) -> str:
        return str(
            _("%(count)d messages may or may not have arrived, and are too old to be repeated.") % incident.details
        )

    def remedy(self, incident: Incident) -> str:
        return _("Ask the members, then choose for each message: send again, or it arrived.")

    def path(self, incident: Incident) -> str:
        return f"{reverse('admin:wecom_outbound_changelist')}?status__exact=failed"

    @property
    def permission(self) -> str:
        return "wecom.view_outbound"


class OfRenders(Condition):
    """Renders that failed within the last hour."""

    least: ClassVar[int]
    reasons: ClassVar[Mapping[str, str]] = {}

    def find(self, now: datetime) -> Iterator[Found]:
        failed = Render.objects.filter(status=Render.Status.FAILED, finished_at__gte=now - timedelta(hours=1))
        count = failed.filter(**self.reasons).count()
        if count >= self.least:
            yield Found(details={"count": count})

    def path(self, incident: Incident) -> str:
        return f"{reverse('admin:avatars_render_changelist')}?status__exact=failed"

    @property
    def permission(self) -> str:
        return "avatars.view_render"


class RendersFail(OfRenders):
    """Several videos fail."""

    kind = Incident.Kind.RENDERS_FAIL
    least = 3

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d videos failed within an hour. Members got the text.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _(
            "Open one of them: it names the stage, the reason and what to do. The page of engines shows which fail."
        )


class Unlabelled(OfRenders):
    """A video came without the label that the law asks for."""

    kind = Incident.Kind.UNLABELLED
    least = 1
    reasons = {"reason": "unlabelled"}

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d videos lacked their AI label within an hour. They were not sent.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Check the engine and the version of ffmpeg of the render workers.")


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))
