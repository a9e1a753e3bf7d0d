"""The steps of a series as its page shows them, one below the other, and the forms that add, copy and remove them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.web.admin import change_url, shorten
from scheduling import services
from scheduling.models import FARTHEST_DAY, Campaign, CampaignRun, EnrolmentStep, Series, content_choices

WIDTH = 60  # letters of a step's words
FIGURES = ("sent", "failed", "left_out")


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """A step with its words, its flaws, and its outcomes so far."""

    step: Campaign
    day: str
    words: str
    problems: tuple[str, ...]
    had: int
    figures: dict[str, int]
    today: int


TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class StepForm(forms.Form):
    """The day and the time of a step."""

    day = forms.IntegerField(
        label=capfirst(_("day")), min_value=-FARTHEST_DAY, max_value=FARTHEST_DAY, initial=0, required=True
    )
    at = forms.TimeField(label=capfirst(_("time of day")), required=False, initial=time(9), widget=TIME)


class NewStepForm(StepForm):
    """And the type that it is sent as."""

    content_type = forms.ChoiceField(label=capfirst(_("sent as")), choices=content_choices)


def shown_steps(series: Series, *, today: date | None = None) -> list[ShownStep]:
    """The steps in their order."""
    steps = list(series.steps.steps().prefetch_related("contents__flow"))
    had = dict(EnrolmentStep.objects.filter(step__in=steps).values_list("step").annotate(Count("pk")))
    sums = CampaignRun.objects.filter(campaign__in=steps).order_by().values("campaign")
    figures: dict[int, Any] = {
        row["campaign"]: row for row in sums.annotate(**{f"all_{name}": Sum(name) for name in FIGURES})
    }
    due = services.due_on(series, today or timezone.localdate()) if series.state == Series.State.RUNNING else {}
    flaws: dict[int, list[str]] = {}
    if series.state == Series.State.DRAFT:
        for problem in services.series_problems(series):
            if problem.step is not None:
                flaws.setdefault(problem.step.pk, []).append(str(problem.error))
    return [
        ShownStep(
            step=step,
            day=services.day_in_words(step.day or 0),
            words=_words(step),
            problems=tuple(flaws.get(step.pk, ())),
            had=had.get(step.pk, 0),
            figures={name: figures.get(step.pk, {}).get(f"all_{name}") or 0 for name in FIGURES},
            today=next((count for due_step, count in due.items() if due_step.pk == step.pk), 0),
        )
        for step in steps
    ]


def _words(step: Campaign) -> str:
    """The first words of a step, or the name of its flow or file."""
    for row in step.contents.all():
        text = row.text or str(row.card.get("title") or "") or str(row.flow or "") or row.file.name or ""
        if text:
            return shorten(text, WIDTH)
    return ""


class TimelineAdmin(ModelAdmin[Series]):
    """Steps are added, copied and removed on the page of their series, by those who may write it."""

    def get_urls(self) -> list[URLPattern]:
        views = (
            ("add_step", "<int:pk>/steps/add/", self.add_step_view),
            ("copy_step", "<int:pk>/steps/<int:step>/copy/", self.copy_step_view),
            ("remove_step", "<int:pk>/steps/<int:step>/remove/", self.remove_step_view),
        )
        wrap = self.admin_site.admin_view
        named = [path(place, wrap(view), name=f"scheduling_series_{name}") for name, place, view in views]
        return [*named, *super().get_urls()]

    def add_step_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Adds a step without words, and leads to its form."""
        series = self._writable(request, pk)

        def add(data: dict[str, Any]) -> Campaign:
            step = Campaign(content_type=data["content_type"])
            return services.save_step(series, step, [], day=data["day"], at=data["at"], by=request.user)  # type: ignore[arg-type]

        return self._saved(request, series, NewStepForm(request.POST), add)

    def copy_step_view(self, request: HttpRequest, pk: int, step: int) -> HttpResponse:
        """The same words on another day."""
        series = self._writable(request, pk)
        row = get_object_or_404(Campaign, pk=step, series=series)

        def copy(data: dict[str, Any]) -> Campaign:
            return services.copy_step(row, day=data["day"], at=data["at"], by=request.user)  # type: ignore[arg-type]

        return self._saved(request, series, StepForm(request.POST), copy)

    def remove_step_view(self, request: HttpRequest, pk: int, step: int) -> HttpResponse:
        """Takes a step out; one that went out stays among the campaigns."""
        series = self._writable(request, pk)
        row = get_object_or_404(Campaign, pk=step, series=series)
        if request.method != "POST":
            return redirect(change_url(series))
        notice = gettext("The step “%(step)s” was removed.") % {"step": services.step_in_words(row)}
        try:
            services.remove_step(row, by=request.user)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, series, notice)
            self.message_user(request, notice, messages.SUCCESS)
        return redirect(change_url(series))

    def _writable(self, request: HttpRequest, pk: int) -> Series:
        if not request.user.has_perm("scheduling.change_series"):
            raise PermissionDenied
        return get_object_or_404(Series, pk=pk)

    def _saved(
        self, request: HttpRequest, series: Series, form: forms.Form, save: Callable[[dict[str, Any]], Campaign]
    ) -> HttpResponse:
        if request.method != "POST":
            return redirect(change_url(series))
        if not form.is_valid():
            field, errors = next(iter(form.errors.items()))
            self.message_user(request, f"{form.fields[field].label}: {errors[0]}", messages.ERROR)
            return redirect(change_url(series))
        try:
            step = save(form.cleaned_data)
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(change_url(series))
        notice = gettext("The step “%(step)s” was added. Write what it says.") % {"step": services.step_in_words(step)}
        self.log_change(request, series, notice)
        self.message_user(request, notice, messages.SUCCESS)
        return redirect(change_url(step))
