"""The dialogs of a campaign's steps: what is approved, whom it reaches, and the notes that a step takes."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from scheduling import services
from scheduling.admin.campaigns.differences import readable
from scheduling.campaigns import approval
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign

LONGEST = 300


def note_field(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=capfirst(label),
        required=required,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=help_text,
    )


class NoteForm(BaseDialogForm):
    """Why, for the history."""

    why = note_field(_("why"), required=False, help_text=_("It stands in the history."))


class CancelForm(BaseDialogForm):
    """Why a campaign ends."""

    why = note_field(_("why"), required=True, help_text=_("It stands in the history."))


class SendBackForm(BaseDialogForm):
    """What is to be changed."""

    why = note_field(_("what to change"), required=True, help_text=_("The writer reads it on the campaign's page."))


class ReachForm(BaseDialogForm):
    """How many would get it now, and who is left out and why."""

    form_before_template = "admin/campaigns/reach.html"

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        return reach_context(Campaign.objects.get(pk=object_id))


class ApproveForm(ReachForm):
    """What differs from what was last approved. Refuses what was changed meanwhile."""

    form_before_template = "admin/campaigns/approve.html"
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    why = note_field(_("note"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = Campaign.objects.filter(pk=self.object_id).first()
        self.fields["seen"].initial = approval.digest(approval.describe(campaign)) if campaign else ""

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        campaign = Campaign.objects.get(pk=object_id)
        return {
            **reach_context(campaign),
            "asked": services.last_step(campaign, Campaign.State.WAITING),
            "approved": services.last_step(campaign, Campaign.State.APPROVED),
            "rows": readable(services.changed_since_approval(campaign), campaign),
        }


def reach_context(campaign: Campaign) -> dict[str, Any]:
    """How many would get it now; the error of its audience instead, where it has one."""
    try:
        return {"campaign": campaign, "reach": services.campaign_reach(campaign)}
    except SchedulingError as error:
        return {"campaign": campaign, "error": error}
