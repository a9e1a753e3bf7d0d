"""The life of a series: each step is a button for those who may take it, in the states that allow it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns import life_steps
from scheduling.admin.campaigns.life_steps import LifeStepsAdmin, step_button
from scheduling.admin.series.series_life_forms import ApproveSeriesForm, SeriesReachForm
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

    ask_this = step_button(
        life_steps.ASK,
        services.ask_approval,
        title=_("Ask for approval?"),
        description=_("A second person sees the whole series with all its steps."),
        form=SeriesReachForm,
    )
    approve_this = step_button(
        life_steps.APPROVE,
        services.approve,
        title=_("Approve this series?"),
        description=_("The approval holds for exactly this rule and these steps. Any change voids it."),
        form=ApproveSeriesForm,
    )
    send_back_this = step_button(
        life_steps.SEND_BACK,
        services.send_back_mailing,
        title=_("Send this series back?"),
        description=_("It becomes a draft again. Its writer can change it and ask once more."),
    )
    start_this = step_button(
        life_steps.START,
        services.start_series,
        title=_("Start this series?"),
        description=_("Members come in from now on, and each gets the steps on their own days."),
        form=SeriesReachForm,
    )
    pause_this = step_button(
        life_steps.PAUSE,
        services.pause_mailing,
        title=_("Pause this series?"),
        description=_("Nobody comes in, and what WeChat Work has not been given yet is taken back."),
    )
    resume_this = step_button(
        life_steps.RESUME,
        services.resume_mailing,
        title=_("Resume this series?"),
        description=_("Steps whose day has passed meanwhile are handled as the series says of missed ones."),
    )
    cancel_this = step_button(
        life_steps.CANCEL,
        services.cancel_mailing,
        title=_("Cancel this series?"),
        description=_("It ends for good, for all members who are in it. Who has a message keeps it."),
        submit=_("Cancel the series"),
    )

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
