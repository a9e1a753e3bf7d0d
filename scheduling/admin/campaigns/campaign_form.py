"""The form of a campaign: its words, its audience, its moments. A draft with errors is saved; they stand at their
fields.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from scheduling import services
from scheduling.admin.audience_field import AudienceField
from scheduling.admin.campaigns import content_fields
from scheduling.admin.timing_form import REPEATS, TimingFields, WindowFields, initial_timing, zones
from scheduling.campaigns import repetition
from scheduling.campaigns.cards.conversion import element_of
from scheduling.content_kinds.content_kind_registry import kind_named
from scheduling.content_kinds.written import TextKind
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent
from wecom.models import Application

AT_ONCE = "now"
WORKING_DAY = "working_day"
NEW_REPEATS = ((AT_ONCE, _("as soon as it is started")), (WORKING_DAY, _("on the next working day")), *REPEATS)
REPEATING = f"repeat !== '{AT_ONCE}' && repeat !== '{WORKING_DAY}' && repeat !== '{repetition.ONCE}'"
TIMED = f"repeat !== '{AT_ONCE}'"
CONDITIONS = {
    "at": f"{TIMED} && repeat !== 'cron'",
    "only_on": "repeat === 'once'",
    "weekdays": "repeat === 'weekly'",
    "month_day": "repeat === 'monthly'",
    "cron": "repeat === 'cron'",
    "days": REPEATING,
    "ends_on": REPEATING,
    "unknown_days": f"({REPEATING}) && days === 'working'",
    "missed": TIMED,
    "grace_minutes": f"{TIMED} && missed === 'skip'",
    "window_weekdays": "window_days === 'chosen'",
}
OWN = (
    "name",
    "policy",
    "application",
    "content_type",
    "message_class",
    "topic",
    "offers_settings",
    "time_zone",
    "in_member_zone",
    "days",
    "unknown_days",
    "ends_on",
    "missed",
)
PLACES = {"contents": "a_zh_text", "share": "share_b", "variant": "share_b"}
"""The fields at which errors of no field of the form stand."""
WINDOW = ("window_from", "window_until", "window_days", "window_weekdays")

WordsFields = type("WordsFields", (forms.Form,), content_fields.content_fields())


class CampaignForm(WindowFields, TimingFields, WordsFields, forms.ModelForm[Campaign]):  # type: ignore[misc, valid-type]
    """Only values that no campaign can have, such as an unknown number, keep it from being saved."""

    audience = AudienceField(label=capfirst(_("audience")), required=False)
    repeat = forms.ChoiceField(label=capfirst(_("when")), choices=NEW_REPEATS, widget=UnfoldAdminSelectWidget)
    compare = forms.BooleanField(
        label=capfirst(_("compare two variants")),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Some members get variant B, always the same ones."),
    )
    share_b = forms.IntegerField(
        label=capfirst(_("share of variant B in per cent")),
        required=False,
        min_value=1,
        max_value=99,
        initial=50,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    time_zone = forms.ChoiceField(label=capfirst(_("time zone")), choices=zones, widget=UnfoldAdminSelectWidget)
    ends_on = forms.DateField(
        label=capfirst(_("until")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text=Campaign._meta.get_field("ends_on").help_text,
    )

    class Meta:
        model = Campaign
        fields = (*OWN, "grace_minutes", "urgent_reason", "valid_minutes", "interrupts", "link_clicks", *WINDOW)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved: dict[tuple[str, str], CampaignContent] = {}
        if not self.fields or "name" not in self.fields:
            return  # viewers have no fields
        campaign = self.instance
        if campaign.pk:
            self.saved = {(row.variant, row.language): row for row in campaign.contents.all()}
        sender = self._sender()
        if "audience" in self.fields:  # a step has that of its series
            self.fields["audience"].of(sender)  # type: ignore[attr-defined]
        content_fields.offer_variables(self.fields, sender)
        shown = {**_timing(campaign), "audience": campaign.audience, **content_fields.initial_of(self.saved)}
        other = next((row for row in self.saved.values() if row.variant == "B"), None)
        shown |= {"compare": other is not None, "share_b": other.share if other else 50}
        self.initial = {**shown, **self.initial, "at": self.initial.get("at") or shown["at"]}
        if not campaign.pk and _is_public(settings.SITE_URL):
            self.initial["link_clicks"] = Campaign.Clicks.TOTAL  # a new one is of the optional class
        if campaign.pk and not self.is_bound and campaign.state == Campaign.State.DRAFT:
            self._errors = ErrorDict()
            for field, fault in problems_by_field(campaign):
                self._note(field, fault)

    def clean(self) -> dict[str, Any]:
        if self.data.get("repeat") in (AT_ONCE, WORKING_DAY):
            data: dict[str, Any] = forms.ModelForm.clean(self) or self.cleaned_data
        else:
            data = super().clean()
        if "audience" in data:
            self.instance.audience = data["audience"]
        self._set_times(data)
        return data

    def contents(self) -> list[CampaignContent]:
        """The contents that are entered, as rows that may not be saved yet."""
        data, rows = self.cleaned_data, []
        kind = kind_named(data["content_type"])
        share = data.get("share_b") or 50
        for slot, (variant, language) in content_fields.SLOTS.items():
            row = content_fields.content_of(slot, data, kind, self.saved.get((variant, language)))
            if row is not None and (variant == "A" or data.get("compare")):
                rows.append(row)
        compared = {row.variant for row in rows} == {"A", "B"}
        for row in rows:
            row.share = (share if row.variant == "B" else 100 - share) if compared else 100
        return rows

    def full_clean(self) -> None:
        """Errors of cards that are not shown are none."""
        super().full_clean()
        for slot, (variant, _language) in content_fields.SLOTS.items() if self.is_bound else ():
            shown = variant == "A" or self.cleaned_data.get("compare")
            if not shown or "card" not in kind_named(self.cleaned_data.get("content_type") or TextKind.name).fields:
                self.errors.pop(f"{slot}_card", None)

    def _note(self, field: str, fault: str) -> None:
        """Show an error at its field; one of a part of a card stands at that part."""
        field, dash, part = field.partition("-")
        field = field if field in self.fields else "name"
        errors = self._errors.setdefault(field, self.error_class())
        if not dash:
            errors.append(fault)
            return
        self.fields[field].widget.flaws[part] = fault
        told = _("Something in the card is missing or wrong: see the places in red.")
        if told not in errors:
            errors.append(told)

    def _sender(self) -> Application | None:
        """The application that is chosen, or the one that sends if none is."""
        chosen = str(self.data.get("application", "")) if self.is_bound else ""
        if not self.is_bound and self.instance.pk:
            return self.instance.sender
        rows = Application.objects.filter(pk=chosen) if chosen.isdecimal() else Application.objects.none()
        return rows.first() or Application.objects.filter(is_default=True).first()

    def _set_times(self, data: dict[str, Any]) -> None:
        campaign, kind = self.instance, data.get("repeat")
        once = kind in (AT_ONCE, WORKING_DAY, repetition.ONCE)
        campaign.repeats = Campaign.Repeats.ONCE if once else Campaign.Repeats.CRON
        campaign.cron = data["cron"] = "" if once else data.get("cron") or ""
        campaign.starts_at = campaign.next_working_day_at = None
        if kind == WORKING_DAY:
            campaign.next_working_day_at = data.get("at") or time(9)
        if once:
            data["days"], data["ends_on"] = Campaign.Days.EVERY, None
        if kind == repetition.ONCE and data.get("only_on") and data.get("time_zone"):
            campaign.time_zone = data["time_zone"]
            campaign.starts_at = datetime.combine(data["only_on"], data.get("at") or time(9), campaign.zone)
            if campaign.starts_at < timezone.now() and "only_on" in self.changed_data:
                self.add_error("only_on", forms.ValidationError(_("That moment has passed."), code="passed"))


def _is_public(address: str) -> bool:
    """Whether phones may reach an address: it is not that of this machine alone."""
    host = urlsplit(address).hostname or ""
    return bool(host) and host != "localhost" and not host.startswith("127.")


def _timing(campaign: Campaign) -> dict[str, Any]:
    if campaign.repeats == Campaign.Repeats.CRON:
        return {**initial_timing(campaign.cron), "cron": campaign.cron}
    if campaign.next_working_day_at is not None and campaign.starts_at is None:
        at = f"{campaign.next_working_day_at:%H:%M}"
        return {**initial_timing(""), "repeat": WORKING_DAY, "at": at}
    if campaign.starts_at is None:
        return {**initial_timing(""), "repeat": AT_ONCE}
    local = campaign.starts_at.astimezone(campaign.zone)
    return {
        **initial_timing(""),
        "repeat": repetition.ONCE,
        "at": f"{local:%H:%M}",
        "only_on": f"{local:%Y-%m-%d}",
    }


def problems_by_field(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Each error of a saved campaign in words, with the name of its field."""
    slots = {key: slot for slot, key in content_fields.SLOTS.items()}
    problems = set()
    for row in campaign.contents.all():
        for problem in services.content_problems(campaign, row):
            problems.add((problem.code, problem.message))
            slot = slots.get((row.variant, row.language), "a_zh")
            yield _field_of(problem, slot, campaign, row.card), str(problem)
    for problem in services.campaign_problems(campaign):
        if campaign.series_id is not None and problem.field.partition(".")[0] in ("audience", "time_zone"):
            continue  # which it shares with its series
        if (problem.code, problem.message) not in problems:
            field = problem.field.partition(".")[0]
            yield PLACES.get(field, field), str(problem)


def _field_of(problem: SchedulingError, slot: str, campaign: Campaign, card: Mapping[str, Any]) -> str:
    """The field, or the part of a card in one: “a_zh_card-title”."""
    if "card" not in campaign.kind.fields:
        return f"{slot}_{problem.field}"
    place = element_of(card, problem.field.removeprefix("card."))
    return f"{slot}_card-{place}" if place else f"{slot}_card"
