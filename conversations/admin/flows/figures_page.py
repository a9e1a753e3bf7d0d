"""The numbers of a version on its drawing: there now, went through, gave up. Each leads to its sessions."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from conversations import services
from conversations.admin.flows.flow_graph import drawing
from conversations.flows.graph import Marks, Number
from conversations.machine.values import Machine
from conversations.models import Flow, FlowVersion, Session

VIEW = ("conversations.view_flow", "conversations.view_session")
PERIODS = (
    ("7", gettext_lazy("the last 7 days")),
    ("30", gettext_lazy("the last 30 days")),
    ("90", gettext_lazy("the last 90 days")),
    ("", gettext_lazy("all the time")),
)


class FiguresForm(forms.Form):
    """Which version, and since when."""

    version = forms.ModelChoiceField(
        FlowVersion.objects.none(), label=gettext_lazy("version"), required=False, empty_label=None
    )
    days = forms.ChoiceField(choices=PERIODS, label=gettext_lazy("period"), required=False)

    def __init__(self, flow: Flow, data: Any) -> None:
        super().__init__({"version": flow.live_id, "days": "30", **data})
        version: Any = self.fields["version"]
        version.queryset = flow.versions.select_related("flow")
        version.label_from_instance = lambda row: f"v{row.number}"
        for field in self.fields.values():
            field.widget = UnfoldAdminSelectWidget(choices=field.widget.choices)


def figures_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; a version or period that there is not is taken for the usual one."""
    if not request.user.has_perms(VIEW):
        raise PermissionDenied
    flow = get_object_or_404(Flow.objects.select_related("live"), pk=pk)
    form = FiguresForm(flow, request.GET.dict())
    chosen = form.cleaned_data if form.is_valid() else {}
    version = chosen.get("version") or flow.live or flow.versions.first()
    days = chosen.get("days", "30")
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=int(days)) if days else None
    machine = services.readable_machine(version)
    figures = services.figures_of(version, since=since) if version else services.FlowFigures()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Numbers of “%s”") % flow.name,
        "opts": Flow._meta,
        "flow": flow,
        "form": form,
        "version": version,
        "machine": machine,
        "began": figures.began,
    }
    if machine is not None and version is not None:
        shown = _Shown(machine, version, figures, since)
        marks = Marks(numbers=shown.of_states(), way_numbers=shown.of_ways())
        rows = [(node.name, marks.numbers[node.key]) for node in machine.nodes]
        context |= {"drawing": drawing(machine, marks), "rows": rows}
    return TemplateResponse(request, "admin/flows/figures.html", context)


class _Shown:
    """The figures as numbers on the drawing."""

    def __init__(
        self, machine: Machine, version: FlowVersion, figures: services.FlowFigures, since: datetime | None
    ) -> None:
        self.machine, self.version, self.figures, self.since = machine, version, figures, since

    def of_states(self) -> dict[str, list[Number]]:
        return {node.key: self._of_state(node.key) for node in self.machine.nodes}

    def of_ways(self) -> dict[services.FigureOfWay, Number]:
        """The figures of all transitions, with a zero for those that no session took."""
        ways: list[services.FigureOfWay] = [
            (node.key, edge.on, edge.to) for node in self.machine.nodes for edge in node.edges
        ]
        return {way: self._of_way(way) for way in dict.fromkeys(ways)}

    def _of_state(self, key: str) -> list[Number]:
        here, entered, gave_up = (
            counts.get(key, 0) for counts in (self.figures.here, self.figures.entered, self.figures.gave_up)
        )
        through = ngettext("%d time entered", "%d times entered", entered) % entered
        left = ngettext("%d gave up here", "%d gave up here", gave_up) % gave_up
        waits = ngettext("%d is here now", "%d are here now", here) % here
        ended = {"status__in": ",".join(services.GAVE_UP), **self._ended()}
        return [
            Number(sort="here", count=here, words=waits, url=self._in(key, status__exact=Session.Status.ACTIVE)),
            Number(sort="entered", count=entered, words=through, url=self._took("", key)),
            Number(sort="gave_up", count=gave_up, words=left, url=self._in(key, **ended)),
        ]

    def _of_way(self, way: services.FigureOfWay) -> Number:
        source, _on, target = way
        count = self.figures.ways.get(way, 0)
        text = ngettext("%d time taken", "%d times taken", count) % count
        return Number(sort="entered", count=count, words=text, url=self._took(source, target))

    @property
    def _day(self) -> str:
        return self.since.date().isoformat() if self.since else ""

    def _ended(self) -> dict[str, str]:
        return {"finished_at__gte": self.since.isoformat()} if self.since else {}

    def _in(self, key: str, **wanted: str) -> str:
        """The list of those who are in a step, or in the sub-flow that it runs."""
        node = self.machine.node(key)
        if node is not None and node.subflow is not None:
            return _sessions(inside=f"{self.version.pk}>{key}", **wanted)
        return _sessions(version__id__exact=str(self.version.pk), state=key, **wanted)

    def _took(self, source: str, target: str) -> str:
        """The list of those who took a way."""
        return _sessions(went=f"{source}>{target}>{self._day}>{self.version.pk}")


def _sessions(**wanted: str) -> str:
    return f"{reverse('admin:conversations_session_changelist')}?{urlencode(wanted)}"
