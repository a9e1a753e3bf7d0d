"""Members of series in the admin: who is in one, which step they had, which is next; and to stop one of them."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import BaseDialogForm

from core.exceptions import OpenUserError
from core.parties.acting_client import named
from core.web.admin import NOTHING, ReadOnlyAdmin, action, change_url, row_link, short_time
from scheduling import services
from scheduling.admin.campaigns.campaign_columns import delivery_badge, moment_in
from scheduling.admin.campaigns.campaign_life_forms import reason_field
from scheduling.admin.series.series_columns import enrolment_badge
from scheduling.models import Delivery, Enrolment, EnrolmentStep


class AddMemberForm(forms.Form):
    """A member by their user ID, and from which day their steps are counted."""

    user_id = forms.CharField(label=capfirst(_("user ID")), max_length=64)
    on = forms.DateField(
        label=capfirst(_("day 0")),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: today."),
    )


class StopForm(BaseDialogForm):
    """Why the series ends for this member."""

    note = reason_field(_("note"), help_text=_("It stands on the member's page."))


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("member_link", "series_link", "day_0", "condition", "steps_had", "next_step", "source_words")
    list_display_links = ("day_0",)
    list_select_related = ("member", "series", "series__application")
    list_filter = ("series", "status", "reason", "source")
    search_fields = ("member__user_id", "member__name")
    search_help_text = _("Search for a member's name, or a user ID.")
    ordering = ("-pk",)
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("member_link", "series_link", "day_0", "source_words", "condition", "note")}),
        (None, {"fields": ("came", "ended", "stopped_by")}),
    )
    change_form_outer_before_template = "admin/series/member.html"
    actions_detail = ("stop_this",)

    class Media:
        css = {"all": ("scheduling/campaigns.css", "scheduling/series.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        queryset: QuerySet[Enrolment] = super().get_queryset(request)
        return queryset.annotate(count_had=Count("taken"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The next steps of a page take as many queries for one row as for all."""
        changes = super().get_changelist_instance(request)
        ahead = services.next_steps(list(changes.result_list))
        for row in changes.result_list:
            row.ahead = ahead.get(row.pk)
        return changes

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.change_enrolment")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only who is still in it can be stopped."""
        over = not Enrolment.objects.active().filter(pk=object_id).exists()
        return [] if over else super().get_actions_detail(request, object_id)

    @display(description=_("member"), ordering="member__name")
    def member_link(self, row: Enrolment) -> str:
        return row_link(row.member)

    @display(description=_("series"), ordering="series__name")
    def series_link(self, row: Enrolment) -> str:
        return row_link(row.series)

    @display(description=_("day 0"), ordering="anchor_on")
    def day_0(self, row: Enrolment) -> str:
        if row.anchor_at is not None:
            return f"{row.anchor_at.astimezone(row.series.zone):%Y-%m-%d %H:%M}"
        return f"{row.anchor_on:%Y-%m-%d}"

    @display(description=_("status"), ordering="status")
    def condition(self, row: Enrolment) -> str:
        return enrolment_badge(row)

    @display(description=_("steps had"), ordering="count_had")
    def steps_had(self, row: Any) -> str:
        return str(row.count_had)

    @display(description=_("next step"))
    def next_step(self, row: Any) -> str:
        ahead = getattr(row, "ahead", None)
        if ahead is None:
            return NOTHING
        return f"{services.day_in_words(ahead.step.day or 0)} · {moment_in(ahead.zone, ahead.at)}"

    @display(description=_("came by"), ordering="source")
    def source_words(self, row: Enrolment) -> str:
        return str(row.get_source_display())

    @display(description=_("taken in at"))
    def came(self, row: Enrolment) -> str:
        return short_time(row.created_at)

    @display(description=_("ended at"))
    def ended(self, row: Enrolment) -> str:
        return short_time(row.ended_at)

    @display(description=_("stopped by"))
    def stopped_by(self, row: Enrolment) -> str:
        return named(row.ended_by, row.ended_client) or NOTHING

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rows = Enrolment.objects.select_related("series__application", "member")
        row = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {**(extra_context or {}), **(_page(row) if row else {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    @action(
        description=_("Stop"),
        permissions=["send"],
        icon="person_off",
        dialog={
            "title": _("Stop the series for this member?"),
            "description": _("The member gets no further step. What is on its way arrives."),
            "form_class": StopForm,
            "form_submit_text": _("Stop"),
        },
    )
    def stop_this(self, request: HttpRequest, form: StopForm, object_id: str) -> HttpResponse:
        row, note = Enrolment.objects.get(pk=object_id), form.cleaned_data["note"]
        try:
            services.stop_member(row, by=request.user, note=note)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            notice = gettext("It ended for this member: %(note)s") % {"note": note}
            self.log_change(request, row, notice)
            self.message_user(request, notice, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(row)})


def _page(row: Enrolment) -> dict[str, Any]:
    """The steps that the member has had, each with its outcome, and those ahead."""
    taken = row.taken.select_related("run", "step").order_by("run__moment", "pk")
    outcomes = {
        delivery.run_id: delivery
        for delivery in Delivery.objects.filter(member=row.member_id, run__taken__enrolment=row)
    }
    zone = services.zone_of(row.series, row.member_id)
    ahead = [
        {"step": services.step_in_words(step.step), "url": change_url(step.step), "at": moment_in(zone, step.at)}
        for step in services.steps_ahead(row.series, row)
    ]
    had = [_had(step, outcomes.get(step.run_id or 0), zone) for step in taken]
    return {"enrolment": row, "had": had, "ahead": ahead}


def _had(step: EnrolmentStep, outcome: Delivery | None, zone: ZoneInfo) -> dict[str, str]:
    shown = {"step": services.step_in_words(step.step), "url": change_url(step.step)}
    if step.run is None:  # deleted with its retention
        return {**shown, "at": NOTHING}
    shown["at"] = moment_in(zone, step.run.moment)
    if outcome is None:
        return shown
    why = f"{change_url(step.run)}?delivery={outcome.pk}"
    reason = str(outcome.get_reason_display()) if outcome.reason else ""
    return {**shown, "badge": delivery_badge(outcome), "reason": reason, "why": why}
