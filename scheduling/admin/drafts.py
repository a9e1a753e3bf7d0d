"""Drafts of schedules in the admin: their writers ask for publishing, and others publish them or send them back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from core.evidence.stated_reasons import check_reason
from core.parties.acting_client import named
from core.web.admin import action, badge, change_url
from scheduling import services
from scheduling.admin.forms import RunNowForm, reach_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule

OF_DRAFTS = ("ask_for_publishing_this", "publish_this", "send_back_this")


class PublishForm(RunNowForm):
    """The confirmation of *Publish*: content, time, recipients. Refuses a draft that was changed meanwhile."""

    form_before_template = "admin/schedule_publish.html"
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schedule = Schedule.objects.filter(pk=self.object_id).first()
        self.fields["seen"].initial = schedule.updated_at.isoformat() if schedule else ""

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        schedule = Schedule.objects.select_related("application", "asked_by").get(pk=object_id)
        return reach_of(schedule)


class SendBackForm(BaseDialogForm):
    """Why a draft is not published yet."""

    note = forms.CharField(
        label=capfirst(_("what to change")),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        validators=[check_reason],
        help_text=_("The person who asked reads it on the home page and on the draft."),
    )


class DraftsAdmin(ModelAdmin[Schedule]):
    """Without the right to publish, a person writes drafts only."""

    change_form_outer_before_template = "admin/schedule_draft.html"

    def has_publish_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.publish_schedule")

    def has_write_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.change_schedule")

    def has_change_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, obj: Schedule | None) -> bool:
        return obj is None or obj.draft or self.has_publish_permission(request)

    @display(description=_("status"), ordering="paused")
    def condition(self, schedule: Schedule) -> str:
        if schedule.draft and schedule.asked_at:
            who = named(schedule.asked_by, schedule.asked_client)
            return format_html("{} <span class='ou-quiet'>{}</span>", badge(_("publishing asked for"), "warn"), who)
        if schedule.draft:
            return badge(_("sent back") if schedule.returned_note else _("draft"), "info")
        return badge(_("paused"), "warn") if schedule.paused else badge(_("going on"), "good")

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        obj.draft = obj.draft or (not change and not self.has_publish_permission(request))
        services.save_schedule(obj)
        for words in services.warnings(obj):
            self.message_user(request, words, messages.WARNING)
        if obj.draft and not change:
            words = gettext("It is a draft and sends nothing. Ask for publishing when it is ready.")
            self.message_user(request, words, messages.INFO)

    @action(
        description=_("Ask for publishing"),
        permissions=["write"],
        icon="outgoing_mail",
        dialog={
            "title": _("Ask for publishing?"),
            "description": _("Those who may publish see it on their home page. It sends nothing until then."),
            "form_submit_text": _("Ask for publishing"),
        },
    )
    def ask_for_publishing_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        schedule = Schedule.objects.get(pk=object_id)
        act = partial(services.ask_for_publishing, schedule, by=request.user)  # type: ignore[arg-type]
        return self._settled(request, schedule, act, gettext("Publishing was asked for."))

    @action(
        description=_("Publish"),
        permissions=["publish"],
        icon="publish",
        dialog={
            "title": _("Publish this schedule?"),
            "description": _("It sends at its times from now on."),
            "form_class": PublishForm,
            "form_submit_text": _("Publish"),
        },
    )
    def publish_this(self, request: HttpRequest, form: PublishForm, object_id: str) -> HttpResponse:
        schedule, seen = Schedule.objects.get(pk=object_id), form.cleaned_data["seen"]
        act = partial(services.publish, schedule, seen=seen)
        return self._settled(request, schedule, act, gettext("It was published."))

    @action(
        description=_("Send back"),
        permissions=["publish"],
        icon="undo",
        dialog={
            "title": _("Send this draft back?"),
            "description": _("It stays a draft, and its writer can change it and ask again."),
            "form_class": SendBackForm,
            "form_submit_text": _("Send back"),
        },
    )
    def send_back_this(self, request: HttpRequest, form: SendBackForm, object_id: str) -> HttpResponse:
        schedule, note = Schedule.objects.get(pk=object_id), form.cleaned_data["note"]
        words = gettext("It was sent back: %(note)s") % {"note": note}
        return self._settled(request, schedule, partial(services.send_back, schedule, note=note), words)

    def draft_actions(self, request: HttpRequest, schedule: Schedule) -> set[str]:
        """The buttons of a draft that this person needs in its state."""
        if self.has_publish_permission(request):
            return {"publish_this", *(["send_back_this"] if schedule.asked_at else [])}
        return set() if schedule.asked_at else {"ask_for_publishing_this"}

    def _settled(self, request: HttpRequest, schedule: Schedule, act: Callable[[], object], words: str) -> HttpResponse:
        try:
            act()
        except SchedulingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, schedule, words)
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(schedule)})
