"""The next moments of a campaign, below the fields that say when: shown anew while these are filled in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from core.text.time_zones import time_zones
from scheduling import services
from scheduling.admin.campaigns.campaign_form import AT_ONCE, NEW_REPEATS, WORKING_DAY
from scheduling.admin.timing_form import TimingFields
from scheduling.campaigns import repetition
from scheduling.descriptions import describe_moment, describe_rule, describe_zone
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign
from wecom.models import Application

SHOWN = 5
OFTEN = 24
LOOK_AHEAD = timedelta(days=60)
"""How long before a year begins its unknown working days are warned of."""
PASSED = _("That moment has passed.")
UNKNOWN = _("The working days of that year are not known yet.")
HELD = _(
    "The working days of %(year)d are not known yet: from then on nothing is sent. They are published in November; "
    "import the list under Working days and holidays."
)
COUNTED = _(
    "The working days of %(year)d are not known yet: from then on Monday to Friday count, holidays or not. They are "
    "published in November; import the list under Working days and holidays."
)


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The rule of a campaign in words, "" for one that goes out once, and its next moments."""

    words: str
    zone: str
    moments: tuple[str, ...]
    warnings: tuple[str, ...]


class MomentsForm(TimingFields):
    """The times that a form says so far."""

    repeat = forms.ChoiceField(choices=NEW_REPEATS, required=False)
    time_zone = forms.CharField(required=False)
    days = forms.CharField(required=False)
    unknown_days = forms.CharField(required=False)
    ends_on = forms.DateField(required=False)
    application = forms.ModelChoiceField(Application.objects.all(), required=False)

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data if self.cleaned_data.get("repeat") in (AT_ONCE, WORKING_DAY) else super().clean()

    def moments(self, now: datetime) -> Moments | None:
        """The moments of these times; None while some are missing. Raises `SchedulingError` for wrong ones."""
        if not self.is_valid():
            return None
        data, kind = self.cleaned_data, self.cleaned_data["repeat"]
        if data["time_zone"] not in time_zones():
            fault, remedy = gettext("There is no such time zone."), gettext("Write a name like Asia/Shanghai.")
            raise SchedulingError(fault, code="zone_unknown", field="time_zone", remedy=remedy)
        campaign = Campaign(application=data["application"], time_zone=data["time_zone"], ends_on=data["ends_on"])
        campaign.days, campaign.unknown_days = data["days"], data["unknown_days"] or campaign.unknown_days
        if kind == WORKING_DAY:
            at = services.next_working_day(campaign, data["at"] or time(9), now=now)
            known = campaign.calendar.knows(at.astimezone(campaign.zone).date())
            return _once(campaign, at, now, *([] if known else [str(UNKNOWN)]))
        if kind == repetition.ONCE:
            at = datetime.combine(data["only_on"], data["at"], campaign.zone)
            return _once(campaign, at, now, *([str(PASSED)] if at < now else []))
        if kind == AT_ONCE or not data.get("cron"):
            return None
        campaign.repeats, campaign.cron = Campaign.Repeats.CRON, data["cron"]
        return _repeatedly(campaign, now)


class MomentsAdmin(ModelAdmin[Campaign]):
    """The form asks for its moments whenever something in it changes."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.moments_view)
        return [path("moments/", view, name="scheduling_campaign_moments"), *super().get_urls()]

    @display(description=_("next runs"))
    def moments(self, _campaign: Campaign | None) -> SafeString:
        return render_to_string("admin/campaigns/moments.html", {"whole": True})

    def moments_view(self, request: HttpRequest) -> HttpResponse:
        """The moments of the times in the query."""
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {}
        try:
            context["shown"] = MomentsForm(request.GET).moments(timezone.now())
        except SchedulingError as error:
            context["error"] = error
        return HttpResponse(render_to_string("admin/campaigns/moments.html", context))


def _once(campaign: Campaign, at: datetime, now: datetime, *warnings: str) -> Moments:
    moments = (describe_moment(at, campaign.zone),)
    return Moments(words="", zone=describe_zone(campaign.zone, now), moments=moments, warnings=warnings)


def _repeatedly(campaign: Campaign, now: datetime) -> Moments:
    rule, last = campaign.rule, campaign.ends_on
    assert rule is not None
    text = describe_rule(rule)  # first, because it refuses a wrong cron line
    coming = [at for at in rule.upcoming(now, SHOWN) if last is None or at.astimezone(campaign.zone).date() <= last]
    return Moments(
        words=text,
        zone=describe_zone(campaign.zone, now),
        moments=tuple(describe_moment(at, campaign.zone) for at in coming),
        warnings=tuple(_warnings(campaign, coming, now)),
    )


def _warnings(campaign: Campaign, coming: list[datetime], now: datetime) -> Iterator[str]:
    rule, year = campaign.rule, (now + LOOK_AHEAD).astimezone(campaign.zone).year
    assert rule is not None
    if rule.working_days and not rule.calendar.knows_year(year):
        yield str(HELD if rule.holds else COUNTED) % {"year": year}
    elif not coming:
        yield gettext("It never comes due: no such day is a working day, or it lies after the last day.")
    first = coming[0] if coming else now
    times = sum(1 for _at in rule.every_day.between(first - timedelta(microseconds=1), first + timedelta(days=1)))
    if times > OFTEN:
        yield gettext("Each member gets %(count)d messages on a day.") % {"count": times}
