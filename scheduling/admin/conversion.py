"""A schedule becomes a campaign: a button on its page that lists the differences in behaviour."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldBooleanSwitchWidget

from core.web.admin import action, change_url
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule


class ConvertForm(BaseDialogForm):
    """The differences, and whether the schedule ends when the campaign starts."""

    form_before_template = "admin/campaigns/convert.html"
    ends_schedule = forms.BooleanField(
        label=capfirst(_("end the schedule when the campaign starts")),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("It is paused then, so that no member gets both."),
    )

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        schedule = Schedule.objects.select_related("application", "topic").get(pk=object_id)
        return {"schedule": schedule, "differences": services.successor_of(schedule).differences}


class ConversionAdmin(ModelAdmin[Schedule]):
    """Schedules that can be turned into campaigns."""

    def has_convert_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.add_campaign")

    @action(
        description=_("Turn into a campaign"),
        permissions=["convert"],
        icon="campaign",
        dialog={
            "title": _("Turn this schedule into a campaign?"),
            "description": _("A draft is made with the same words, members and times."),
            "form_class": ConvertForm,
            "form_submit_text": _("Make the campaign"),
        },
    )
    def convert_this(self, request: HttpRequest, form: ConvertForm, object_id: str) -> HttpResponse:
        schedule, ends = Schedule.objects.get(pk=object_id), form.cleaned_data["ends_schedule"]
        try:
            campaign = services.convert_schedule(schedule, ends_schedule=ends, by=request.user)  # type: ignore[arg-type]
        except SchedulingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponse(headers={"HX-Redirect": change_url(schedule)})
        words = gettext("The campaign “%(name)s” was made from it.") % {"name": campaign.name}
        self.log_change(request, schedule, words)
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(campaign)})

    @admin.action(description=_("Go on as campaigns"), permissions=["replace"])
    def go_on_as_campaigns(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        """Campaigns without approval go on in their place."""
        count = 0
        for schedule in queryset:
            try:
                campaign = services.replace_schedule(schedule, by=request.user)  # type: ignore[arg-type]
            except SchedulingError as error:
                self.message_user(request, f"{schedule}: {error}", messages.ERROR)
                continue
            words = gettext("The campaign “%(name)s” goes on in its place.") % {"name": campaign.name}
            self.log_change(request, schedule, words)
            count += 1
        if count:
            words = ngettext("%d schedule goes on as a campaign.", "%d schedules go on as campaigns.", count) % count
            self.message_user(request, words, messages.SUCCESS)

    def has_replace_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.start_alone_campaign")

    def resumed(self, request: HttpRequest, schedule: Schedule) -> bool:
        """Resume a schedule, or say why not: a campaign has taken its place."""
        try:
            return services.resume(schedule)
        except SchedulingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return False
