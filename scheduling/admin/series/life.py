"""The life of a series: each step is a button for those who may take it, in the states that allow it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns.life_forms import CancelForm, NoteForm, SendBackForm
from scheduling.admin.campaigns.life_steps import LifeStepsAdmin
from scheduling.admin.series.life_forms import ApproveSeriesForm, SeriesReachForm
from scheduling.models import Series

S = Series.State
STEPS = {
    "ask_this": (S.DRAFT,),
    "approve_this": (S.WAITING,),
    "send_back_this": (S.WAITING,),
    "start_this": (S.APPROVED,),
    "pause_this": (S.RUNNING,),
    "resume_this": (S.PAUSED,),
    "cancel_this": (S.APPROVED, S.RUNNING, S.PAUSED),
}
"""The button of each step, and the states in which it is shown."""


class SeriesLifeAdmin(LifeStepsAdmin):
    """The steps of a series."""

    steps = STEPS
    actions_detail = (*STEPS, "rehearse_this", "copy_this")

    @action(
        description=_("Ask for approval"),
        permissions=["write"],
        icon="outgoing_mail",
        dialog={
            "title": _("Ask for approval?"),
            "description": _("A second person sees the whole series with all its steps."),
            "form_class": SeriesReachForm,
            "form_submit_text": _("Ask for approval"),
        },
    )
    def ask_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self.take_step(request, object_id, services.ask_series_approval, gettext("Approval was asked for."))

    @action(
        description=_("Approve"),
        permissions=["approve"],
        icon="verified",
        dialog={
            "title": _("Approve this series?"),
            "description": _("The approval holds for exactly this rule and these steps. Any change voids it."),
            "form_class": ApproveSeriesForm,
            "form_submit_text": _("Approve"),
        },
    )
    def approve_this(self, request: HttpRequest, form: ApproveSeriesForm, object_id: str) -> HttpResponse:
        data = form.cleaned_data
        act = partial(services.approve_series, seen=data["seen"], why=data["why"])
        return self.take_step(request, object_id, act, gettext("It was approved."))

    @action(
        description=_("Send back"),
        permissions=["approve"],
        icon="undo",
        dialog={
            "title": _("Send this series back?"),
            "description": _("It becomes a draft again. Its writer can change it and ask once more."),
            "form_class": SendBackForm,
            "form_submit_text": _("Send back"),
        },
    )
    def send_back_this(self, request: HttpRequest, form: SendBackForm, object_id: str) -> HttpResponse:
        why = form.cleaned_data["why"]
        act = partial(services.send_back_series, why=why)
        return self.take_step(request, object_id, act, gettext("It was sent back: %(note)s") % {"note": why})

    @action(
        description=_("Start"),
        permissions=["send"],
        icon="send",
        dialog={
            "title": _("Start this series?"),
            "description": _("Members come in from now on, and each gets the steps on their own days."),
            "form_class": SeriesReachForm,
            "form_submit_text": _("Start"),
        },
    )
    def start_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self.take_step(request, object_id, services.start_series, gettext("It runs."))

    @action(
        description=_("Pause"),
        permissions=["send"],
        icon="pause_circle",
        dialog={
            "title": _("Pause this series?"),
            "description": _("Nobody comes in, and what WeChat Work has not been given yet is taken back."),
            "form_class": NoteForm,
            "form_submit_text": _("Pause"),
        },
    )
    def pause_this(self, request: HttpRequest, form: NoteForm, object_id: str) -> HttpResponse:
        act = partial(services.pause_series, why=form.cleaned_data["why"])
        return self.take_step(request, object_id, act, gettext("It is paused."))

    @action(
        description=_("Resume"),
        permissions=["send"],
        icon="play_circle",
        dialog={
            "title": _("Resume this series?"),
            "description": _("Steps whose day has passed meanwhile are handled as the series says of missed ones."),
            "form_submit_text": _("Resume"),
        },
    )
    def resume_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self.take_step(request, object_id, services.resume_series, gettext("It goes on."))

    @action(
        description=_("Cancel"),
        permissions=["send"],
        icon="cancel",
        dialog={
            "title": _("Cancel this series?"),
            "description": _("It ends for good, for all members who are in it. Who has a message keeps it."),
            "form_class": CancelForm,
            "form_submit_text": _("Cancel the series"),
        },
    )
    def cancel_this(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        act = partial(services.cancel_series, why=form.cleaned_data["why"])
        return self.take_step(request, object_id, act, gettext("It is cancelled."))

    @action(
        description=_("Copy"),
        permissions=["write"],
        icon="content_copy",
        dialog={
            "title": _("Copy this series?"),
            "description": _("The copy is a draft with the same rule and steps. Nobody is in it."),
            "form_submit_text": _("Copy"),
        },
    )
    def copy_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        copy = services.copy_series(Series.objects.get(pk=object_id), by=request.user)  # type: ignore[arg-type]
        self.message_user(request, gettext("This is the copy."), messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(copy)})
