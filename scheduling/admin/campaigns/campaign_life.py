"""The life of a campaign: each step is a button for those who may take it, in the states that allow it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.exceptions import OpenUserError
from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.campaigns import life_steps
from scheduling.admin.campaigns.campaign_life_forms import ApproveForm, ReachForm, reach_context
from scheduling.admin.campaigns.life_steps import LifeStep, LifeStepsAdmin, step_button
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

S = Campaign.State
STEPS = {
    "ask_this": (S.DRAFT,),
    "ask_start_this": (S.DRAFT,),
    "approve_this": (S.WAITING,),
    "send_back_this": (S.WAITING,),
    "start_this": (S.APPROVED,),
    "start_alone_this": (S.DRAFT, S.WAITING),
    "run_now_this": (S.SCHEDULED, S.RUNNING),
    "pause_this": (S.SCHEDULED, S.RUNNING),
    "resume_this": (S.PAUSED,),
    "cancel_this": (S.APPROVED, S.SCHEDULED, S.RUNNING, S.PAUSED),
}
"""The button of each step, and the states in which it is shown."""
OF_ALONE = {"ask_start_this", "start_alone_this"}
"""Those of campaigns without approval."""


def _sent_now(count: int) -> str:
    return ngettext("%d campaign is sent now.", "%d campaigns are sent now.", count)


def _paused(count: int) -> str:
    return ngettext("%d campaign is paused.", "%d campaigns are paused.", count)


def _going_on(count: int) -> str:
    return ngettext("%d campaign goes on.", "%d campaigns go on.", count)


class LifeAdmin(LifeStepsAdmin):
    """The steps of a campaign."""

    steps = STEPS
    actions_detail = (*STEPS, "preview_this", "rehearse_this", "copy_this")

    def hidden_steps(self, row: Campaign | None) -> set[str]:
        """A step of a series lives with its series."""
        if row is not None and row.series_id is not None:
            return {*STEPS, "copy_this"}
        hidden = super().hidden_steps(row)
        hidden |= OF_ALONE if row is None or row.needs_approval else {"ask_this"}
        return hidden if row is not None and row.rule is not None else hidden | {"run_now_this"}

    def has_send_back_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Those who approve, and of one without approval those who could start it."""
        if self.has_approve_permission(request, object_id):
            return True
        campaign = Campaign.objects.filter(pk=object_id).first() if object_id else None
        alone = campaign is not None and not campaign.needs_approval
        return alone and request.user.has_perm("scheduling.start_alone_campaign")

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
        try:
            services.read_audience(campaign.audience)
        except SchedulingError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponse(headers={"HX-Redirect": change_url(campaign)})
        return self.take_step(request, object_id, services.ask_approval, gettext("Approval was asked for."))

    ask_start_this = step_button(
        life_steps.ASK_START,
        services.ask_approval,
        title=_("Ask for a start?"),
        description=_("Those who may start it see it on their home page. It sends nothing until then."),
        form=ReachForm,
    )
    approve_this = step_button(
        life_steps.APPROVE,
        services.approve,
        title=_("Approve this campaign?"),
        description=_("The approval holds for exactly this. Any change voids it."),
        form=ApproveForm,
    )
    send_back_this = step_button(
        life_steps.SEND_BACK,
        services.send_back_mailing,
        title=_("Send this campaign back?"),
        description=_("It becomes a draft again. Its writer can change it and ask once more."),
    )
    run_now_this = step_button(
        life_steps.RUN_NOW,
        services.run_campaign_now,
        title=_("Send this campaign now?"),
        description=_("It goes out once more, besides its own moments, to all who are in its audience now."),
        form=ReachForm,
    )
    pause_this = step_button(
        life_steps.PAUSE,
        services.pause_mailing,
        title=_("Pause this campaign?"),
        description=_("What WeChat Work has not been given yet is taken back and waits until you resume it."),
    )
    resume_this = step_button(
        life_steps.RESUME,
        services.resume_mailing,
        title=_("Resume this campaign?"),
        description=_("Those who have not got it get it now. No member gets it twice."),
    )
    cancel_this = step_button(
        life_steps.CANCEL,
        services.cancel_mailing,
        title=_("Cancel this campaign?"),
        description=_("It ends for good. Members who have not got it do not get it; who has it keeps it."),
        submit=_("Cancel the campaign"),
    )

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
        fresh |= {"urgent_reason": ""}  # which was that of the other
        for name, value in {**fresh, **Campaign.OF_ITS_OWN, "watched_from": None, "next_at": None}.items():
            setattr(campaign, name, value)
        campaign.name = gettext("Copy of %(name)s") % {"name": campaign.name}
        campaign.name = campaign.name[:80]
        services.save_campaign(campaign, contents, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, gettext("This is the copy."), messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(campaign)})

    @admin.action(description=_("Run now"), permissions=["send"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> HttpResponse | None:
        """A page that tells who gets them comes first."""
        if "confirmed" not in request.POST:
            asked = [reach_context(campaign) for campaign in queryset.select_related("application")]
            context = {**self.admin_site.each_context(request), "title": _("Send them now?"), "asked": asked}
            return TemplateResponse(request, "admin/campaigns/run_now.html", context)
        self._do_with_each(request, queryset, life_steps.RUN_NOW, services.run_campaign_now, _sent_now)
        return None

    @admin.action(description=_("Pause"), permissions=["send"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._do_with_each(request, queryset, life_steps.PAUSE, services.pause_mailing, _paused)

    @admin.action(description=_("Resume"), permissions=["send"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._do_with_each(request, queryset, life_steps.RESUME, services.resume_mailing, _going_on)

    def _do_with_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Campaign],
        step: LifeStep,
        act: Callable[..., object],
        done_text: Callable[[int], str],
    ) -> None:
        """Take the step of each chosen campaign; a refusal is shown with the campaign's name."""
        count = 0
        for campaign in queryset:
            try:
                act(campaign, by=request.user)
            except OpenUserError as error:
                self.message_user(request, f"{campaign}: {error}", messages.ERROR)
            else:
                self.log_change(request, campaign, str(step.said))
                count += 1
        if count:
            self.message_user(request, done_text(count) % count, messages.SUCCESS)
