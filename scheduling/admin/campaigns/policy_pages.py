"""The sending policy of a company: quiet hours, caps, and the switch that stops everything that is not a reply."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.exceptions import OpenUserError
from core.web.admin import NOTHING, FormAdmin, action, badge, change_url, link
from scheduling import services
from scheduling.admin.campaigns.campaign_life_forms import CancelForm
from scheduling.models import Campaign, SendingPolicy

SHOWN = 5


class PolicyForm(forms.ModelForm[SendingPolicy]):
    """Half of the quiet hours is an error at the field that lacks."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        names = ("quiet_from", "quiet_until")
        lacking = [name for name in names if data.get(name) is None and name not in self.errors]
        if len(lacking) == 1:
            fault = _("Quiet hours have a beginning and an end. Enter both, or none.")
            self.add_error(lacking[0], forms.ValidationError(fault, code="half"))
        return data


@admin.register(SendingPolicy)
class SendingPolicyAdmin(FormAdmin):
    form = PolicyForm
    list_display = ("corporation", "condition", "quiet_hours", "daily_cap", "weekly_cap")
    list_select_related = ("corporation", "stopped_by")
    search_fields = ("corporation__name",)
    ordering = ("pk",)
    fieldsets = (
        (None, {"fields": ("corporation",)}),
        (
            _("Quiet hours"),
            {
                "fields": ("quiet_from", "quiet_until"),
                "description": _("What would go out in between waits until their end. Replies are not held."),
            },
        ),
        (
            _("Caps"),
            {
                "fields": ("daily_cap", "weekly_cap"),
                "description": _("Members get no more campaigns than that. Mandatory ones are not counted."),
            },
        ),
    )
    actions_detail = ("stop_this", "allow_this")

    class Media:
        css = {"all": ("scheduling/campaigns.css",)}

    @display(description=_("sending"))
    def condition(self, policy: SendingPolicy) -> str:
        return badge(_("stopped"), "bad") if policy.stopped_at else badge(_("allowed"), "good")

    @display(description=_("quiet hours"))
    def quiet_hours(self, policy: SendingPolicy) -> str:
        if policy.quiet_from is None or policy.quiet_until is None:
            return NOTHING
        return f"{policy.quiet_from:%H:%M}–{policy.quiet_until:%H:%M}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.quiet_hours_view)
        return [path("<int:pk>/quiet-hours/", view, name="scheduling_sendingpolicy_quiet_hours"), *super().get_urls()]

    def quiet_hours_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The answer to the question on the admin's home."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        policy = get_object_or_404(SendingPolicy, pk=pk)
        wanted = request.POST.get("wanted") == "yes"
        stuck = services.decide_quiet_hours(policy, wanted=wanted, by=request.user)  # type: ignore[arg-type]
        notice = gettext("Campaigns are quiet from 21:00 to 8:00.") if wanted else gettext("There are no quiet hours.")
        self.log_change(request, policy, notice)
        self.message_user(request, notice, messages.SUCCESS)
        self._warn_of(request, stuck)
        return redirect("admin:index")

    def _warn_of(self, request: HttpRequest, stuck: list[Campaign]) -> None:
        for campaign in stuck[:SHOWN]:
            notice = gettext("“%(name)s” can never go out now: its send window lies within the quiet hours.")
            shown = link(change_url(campaign), gettext("Show"))
            self.message_user(request, format_html("{} {}", notice % {"name": campaign}, shown), messages.WARNING)

    def save_model(self, request: HttpRequest, obj: SendingPolicy, form: PolicyForm, change: bool) -> None:
        self._warn_of(request, services.save_sending_policy(obj, by=request.user))  # type: ignore[arg-type]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("corporation",) if obj else ()

    def has_stop_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.stop_sendingpolicy")

    @action(
        description=_("Stop everything"),
        permissions=["stop"],
        icon="front_hand",
        dialog={
            "title": _("Stop everything that is not a reply?"),
            "description": _(
                "No campaign sends any more, for the whole company. What WeChat Work has not been given yet is taken "
                "back. Answers to members go on."
            ),
            "form_class": CancelForm,
            "form_submit_text": _("Stop everything"),
        },
    )
    def stop_this(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        policy = SendingPolicy.objects.select_related("corporation").get(pk=object_id)
        why = form.cleaned_data["why"]
        act = partial(services.stop_sending, policy.corporation, by=request.user, why=why)  # type: ignore[arg-type]
        return self._acted(request, policy, act, gettext("Sending is stopped: %(why)s") % {"why": why})

    @action(
        description=_("Allow sending"),
        permissions=["stop"],
        icon="play_circle",
        dialog={
            "title": _("Allow sending again?"),
            "description": _("Campaigns that run go on where they were stopped."),
            "form_submit_text": _("Allow sending"),
        },
    )
    def allow_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        policy = SendingPolicy.objects.select_related("corporation").get(pk=object_id)
        act = partial(services.allow_sending, policy.corporation)
        return self._acted(request, policy, act, gettext("Sending is allowed again."))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Stop all sending, or allow it again."""
        stopped = SendingPolicy.objects.filter(pk=object_id).exclude(stopped_at=None).exists()
        shown = "allow_this" if stopped else "stop_this"
        return [button for button in super().get_actions_detail(request, object_id) if button.path == shown]

    def _acted(
        self, request: HttpRequest, policy: SendingPolicy, act: Callable[[], object], confirmation: str
    ) -> HttpResponse:
        try:
            act()
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, policy, confirmation)
            self.message_user(request, confirmation, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(policy)})
