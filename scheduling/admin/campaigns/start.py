"""The start page of a campaign: who gets it, who does not and why, which videos it needs, when it is through."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns.columns import moment
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign


class StartAdmin(ModelAdmin[Campaign]):
    """A campaign is started on a page that says what will happen."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start_view)
        return [path("<int:pk>/start/", view, name="scheduling_campaign_start"), *super().get_urls()]

    @action(description=_("Start"), permissions=["send"], icon="send")
    def start_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_start", args=[object_id]))

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what a start would do, POST starts it."""
        if not request.user.has_perm("scheduling.send_campaign"):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("application"), pk=pk)
        if campaign.state != Campaign.State.APPROVED:
            self.message_user(request, gettext("Only an approved campaign can be started."), messages.ERROR)
            return redirect(change_url(campaign))
        context = self._context(request, campaign)
        forecast = context.get("forecast")
        if request.method == "POST" and forecast is not None:
            if not forecast.against(anyway=request.POST.get("anyway") == "yes"):
                return self._start(request, campaign)
            self.message_user(request, gettext("It was not started: see what speaks against it."), messages.ERROR)
        return TemplateResponse(request, "admin/campaigns/start.html", context)

    def _start(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        try:
            services.start_campaign(campaign, by=request.user)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(change_url(campaign))
        self.log_change(request, campaign, gettext("It was started."))
        run = campaign.runs.first()
        if run is None:
            words = gettext("It is scheduled. It goes out by itself at its time.")
            self.message_user(request, words, messages.SUCCESS)
            return redirect(change_url(campaign))
        self.message_user(request, gettext("It was started."), messages.SUCCESS)
        return redirect(change_url(run))

    def _context(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Start “%(name)s”") % {"name": campaign.name},
            "opts": Campaign._meta,
            "campaign": campaign,
            "back": change_url(campaign),
        }
        try:
            forecast = services.forecast_start(campaign)
        except SchedulingError as error:
            return {**context, "error": error}
        return {
            **context,
            "forecast": forecast,
            "reach": forecast.reach,
            "zones": [(one, moment(one.starts_at, campaign)) for one in forecast.zones],
            "starts": moment(forecast.starts_at, campaign),
            "ends": moment(forecast.ends_at, campaign) if forecast.ends_at else "",
            "minutes": max(1, round(forecast.render_seconds / 60)) if forecast.render_seconds else 0,
            "doubts": [one for one in forecast.blockers if not one.final],
            "blockers": [one for one in forecast.blockers if one.final],
        }
