"""The start page of a campaign: who gets it, who does not and why, which videos it needs, when it is through."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_time
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns.campaign_columns import NOT_STARTED, moment
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

OTHER = "other"
"""The choice of another time of the next working day."""
START_BUTTON = "scheduling_campaign_save_and_start"
"""The name of the button below the form."""


class StartAdmin(ModelAdmin[Campaign]):
    """A campaign is started on a page that shows the forecast."""

    actions_submit_line = ("save_and_start",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start_view)
        return [path("<int:pk>/start/", view, name="scheduling_campaign_start"), *super().get_urls()]

    @action(description=_("Start"), permissions=["send"], icon="send")
    def start_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_start", args=[object_id]))

    @action(description=_("Start without approval"), permissions=["start_alone"], icon="send")
    def start_alone_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_start", args=[object_id]))

    @action(description=_("Save and start"), permissions=["start_alone"], icon="send", attrs={"data-alone": "yes"})
    def save_and_start(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """To the start page of one that was saved; the page's script shows the button where no approval is needed."""
        return redirect(reverse("admin:scheduling_campaign_start", args=[campaign.pk]))

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """*Save and start*, for a campaign that can be saved and is not started yet."""
        campaign = Campaign.objects.filter(pk=object_id).first() if object_id is not None else None
        if campaign is not None and (campaign.series_id is not None or campaign.state not in NOT_STARTED):
            return []
        may = self.has_add_permission(request) if campaign is None else self.has_change_permission(request, campaign)
        return list(super().get_actions_submit_line(request, object_id)) if may else []

    def has_start_alone_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.start_alone_campaign")

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows the forecast of a start, POST starts it."""
        campaign = get_object_or_404(Campaign.objects.select_related("application"), pk=pk)
        alone = not campaign.needs_approval and campaign.state != Campaign.State.APPROVED
        if not request.user.has_perm(f"scheduling.{'start_alone' if alone else 'send'}_campaign"):
            raise PermissionDenied
        if campaign.state not in (NOT_STARTED if alone else (Campaign.State.APPROVED,)):
            self.message_user(request, gettext("Only an approved campaign can be started."), messages.ERROR)
            return redirect(change_url(campaign))
        if request.method == "POST" and "urgent" in request.POST:
            return self._make_urgent(request, campaign)
        context = self._context(request, campaign, alone=alone)
        forecast = context.get("forecast")
        if request.method == "POST" and forecast is not None:
            if not forecast.against(anyway=request.POST.get("anyway") == "yes"):
                return self._start(request, campaign, forecast, alone=alone)
            self.message_user(request, gettext("It was not started: see what speaks against it."), messages.ERROR)
        return TemplateResponse(request, "admin/campaigns/start.html", context)

    def _make_urgent(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """It goes out in quiet hours too, once a second person has approved the reason."""
        if not request.user.has_perm("scheduling.change_campaign"):
            raise PermissionDenied
        try:
            services.make_urgent(campaign, request.POST["urgent"], by=request.user)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(request.path)
        self.log_change(request, campaign, gettext("It was made urgent."))
        notice = gettext("Approval was asked for once more. Whoever approves it reads your reason.")
        self.message_user(request, notice, messages.SUCCESS)
        return redirect(change_url(campaign))

    def _start(
        self, request: HttpRequest, campaign: Campaign, forecast: services.StartForecast, *, alone: bool
    ) -> HttpResponse:
        try:
            at = _chosen(request, campaign, forecast)
            services.start_campaign(campaign, alone=alone, at=at, by=request.user)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(change_url(campaign))
        self.log_change(request, campaign, gettext("It was started."))
        run = campaign.runs.first()
        if run is None:
            notice = gettext("It is scheduled. It goes out by itself at its time.")
            self.message_user(request, notice, messages.SUCCESS)
            return redirect(change_url(campaign))
        self.message_user(request, gettext("It was started."), messages.SUCCESS)
        return redirect(change_url(run))

    def _context(self, request: HttpRequest, campaign: Campaign, *, alone: bool) -> dict[str, Any]:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Start “%(name)s”") % {"name": campaign.name},
            "opts": Campaign._meta,
            "campaign": campaign,
            "back": change_url(campaign),
        }
        try:
            forecast = services.forecast_start(campaign, alone=alone)
        except SchedulingError as error:
            return {**context, "error": error}
        return {
            **context,
            "forecast": forecast,
            "reach": forecast.reach,
            "zones": [(zone, moment(zone.starts_at, campaign)) for zone in forecast.zones],
            "starts": moment(forecast.starts_at, campaign),
            "ends": moment(forecast.ends_at, campaign) if forecast.ends_at else "",
            "minutes": max(1, round(forecast.render_seconds / 60)) if forecast.render_seconds else 0,
            "odd": forecast.odd,
            "instead": [(better, moment(better.at, campaign)) for better in forecast.odd.instead],
            "may_change": request.user.has_perm("scheduling.change_campaign"),
            "doubts": [blocker for blocker in forecast.blockers if not blocker.final],
            "blockers": [blocker for blocker in forecast.blockers if blocker.final],
        }


def _chosen(request: HttpRequest, campaign: Campaign, forecast: services.StartForecast) -> datetime | None:
    """The moment that is chosen on the page instead of now; None for its own."""
    chosen = request.POST.get("when", "")
    if chosen == OTHER:
        at = parse_time(request.POST.get("working_day_at", ""))
        if at is None:
            fault, remedy = gettext("The time of day is missing."), gettext("Choose one, such as 09:00.")
            raise SchedulingError(fault, code="empty", field="working_day_at", remedy=remedy)
        return services.next_working_day(campaign, at)
    return next((better.at for better in forecast.odd.instead if better.kind == chosen), None)
