"""The life of a campaign: each step is a button for those who may take it, in the states that allow it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns.life_forms import ApproveForm, CancelForm, NoteForm, ReachForm, SendBackForm
from scheduling.admin.campaigns.life_steps import LifeStepsAdmin
from scheduling.admin.campaigns.problems import audience_problem
from scheduling.models import Campaign

S = Campaign.State
STEPS = {
    "ask_this": (S.DRAFT,),
    "approve_this": (S.WAITING,),
    "send_back_this": (S.WAITING,),
    "start_this": (S.APPROVED,),
    "pause_this": (S.SCHEDULED, S.RUNNING),
    "resume_this": (S.PAUSED,),
    "cancel_this": (S.APPROVED, S.SCHEDULED, S.RUNNING, S.PAUSED),
}
"""The button of each step, and the states in which it is shown."""


class LifeAdmin(LifeStepsAdmin):
    """The steps of a campaign."""

    steps = STEPS
    actions_detail = (*STEPS, "preview_this", "rehearse_this", "copy_this")

    def hidden_steps(self, row: Campaign | None) -> set[str]:
        """A step of a series lives with its series."""
        if row is not None and row.series_id is not None:
            return {*STEPS, "copy_this"}
        return super().hidden_steps(row)

    @action(
        description=_("Ask for approval"),
        permissions=["write"],
        icon="outgoing_mail",
        dialog={
            "title": _("Ask for approval?"),
            "description": _("A second person sees what would be sent, and approves it or sends it back."),
            "form_class": ReachForm,
            "form_submit_text": _("Ask for approval"),
        },
    )
    def ask_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        campaign = Campaign.objects.get(pk=object_id)
        problem = audience_problem(campaign)
        if problem is not None:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponse(headers={"HX-Redirect": change_url(campaign)})
        return self.take_step(request, object_id, services.ask_approval, gettext("Approval was asked for."))

    @action(
        description=_("Approve"),
        permissions=["approve"],
        icon="verified",
        dialog={
            "title": _("Approve this campaign?"),
            "description": _("The approval holds for exactly this. Any change voids it."),
            "form_class": ApproveForm,
            "form_submit_text": _("Approve"),
        },
    )
    def approve_this(self, request: HttpRequest, form: ApproveForm, object_id: str) -> HttpResponse:
        data = form.cleaned_data
        act = partial(services.approve, seen=data["seen"], why=data["why"])
        return self.take_step(request, object_id, act, gettext("It was approved."))

    @action(
        description=_("Send back"),
        permissions=["approve"],
        icon="undo",
        dialog={
            "title": _("Send this campaign back?"),
            "description": _("It becomes a draft again. Its writer can change it and ask once more."),
            "form_class": SendBackForm,
            "form_submit_text": _("Send back"),
        },
    )
    def send_back_this(self, request: HttpRequest, form: SendBackForm, object_id: str) -> HttpResponse:
        why = form.cleaned_data["why"]
        act = partial(services.send_back_campaign, why=why)
        return self.take_step(request, object_id, act, gettext("It was sent back: %(note)s") % {"note": why})

    @action(
        description=_("Pause"),
        permissions=["send"],
        icon="pause_circle",
        dialog={
            "title": _("Pause this campaign?"),
            "description": _("What WeChat Work has not been given yet is taken back and waits until you resume it."),
            "form_class": NoteForm,
            "form_submit_text": _("Pause"),
        },
    )
    def pause_this(self, request: HttpRequest, form: NoteForm, object_id: str) -> HttpResponse:
        act = partial(services.pause_campaign, why=form.cleaned_data["why"])
        return self.take_step(request, object_id, act, gettext("It is paused."))

    @action(
        description=_("Resume"),
        permissions=["send"],
        icon="play_circle",
        dialog={
            "title": _("Resume this campaign?"),
            "description": _("Those who have not got it get it now. No member gets it twice."),
            "form_submit_text": _("Resume"),
        },
    )
    def resume_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self.take_step(request, object_id, services.resume_campaign, gettext("It goes on."))

    @action(
        description=_("Cancel"),
        permissions=["send"],
        icon="cancel",
        dialog={
            "title": _("Cancel this campaign?"),
            "description": _("It ends for good. Members who have not got it do not get it; who has it keeps it."),
            "form_class": CancelForm,
            "form_submit_text": _("Cancel the campaign"),
        },
    )
    def cancel_this(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        act = partial(services.cancel_campaign, why=form.cleaned_data["why"])
        return self.take_step(request, object_id, act, gettext("It is cancelled."))

    @action(
        description=_("Copy"),
        permissions=["write"],
        icon="content_copy",
        dialog={
            "title": _("Copy this campaign?"),
            "description": _("The copy is a draft with the same words, members and times."),
            "form_submit_text": _("Copy"),
        },
    )
    def copy_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        campaign = Campaign.objects.prefetch_related("contents").get(pk=object_id)
        contents = list(campaign.contents.all())
        for row in (campaign, *contents):
            row.pk, row._state.adding = None, True
        fresh: dict[str, Any] = {"state": S.DRAFT, "reason": "", "approved_hash": "", "created_by": request.user}
        for name, value in {**fresh, "watched_from": None, "next_at": None}.items():
            setattr(campaign, name, value)
        campaign.name = gettext("Copy of %(name)s") % {"name": campaign.name}
        campaign.name = campaign.name[:80]
        services.save_campaign(campaign, contents, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, gettext("This is the copy."), messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(campaign)})
