"""The dialogs of a campaign's steps: the content to approve, its reach, and the notes that a step takes."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from core.evidence.stated_reasons import check_reason
from scheduling import services
from scheduling.admin.campaigns.campaign_differences import Row, readable
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Mailing

LONGEST = 300


def note_field(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    """A note in a dialog."""
    return forms.CharField(
        label=capfirst(label),
        required=required,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=help_text,
    )


def reason_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A reason in a dialog, which is given in words."""
    field = note_field(label, required=required, help_text=help_text)
    field.validators.append(check_reason)
    return field


class NoteForm(BaseDialogForm):
    """Why, for the history."""

    why = reason_field(_("why"), required=False, help_text=_("It stands in the history."))


class CancelForm(BaseDialogForm):
    """Why a campaign ends."""

    why = reason_field(_("why"), help_text=_("It stands in the history."))


class SendBackForm(BaseDialogForm):
    """The changes that the approver asks for."""

    why = reason_field(_("what to change"), help_text=_("The writer reads it on the campaign's page."))


class ReachForm(BaseDialogForm):
    """How many would get it now, and who is left out and why."""

    form_before_template = "admin/campaigns/reach.html"

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        return reach_context(Campaign.objects.get(pk=object_id))


class ApprovalForm(BaseDialogForm):
    """The differences from the last approval, and the reach. Refuses a campaign that was changed meanwhile."""

    model: type[Mailing]
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    why = note_field(_("note"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.model._default_manager.filter(pk=self.object_id).first()
        self.fields["seen"].initial = self.digest_of(row) if row else ""

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        row: Any = self.model._default_manager.get(pk=object_id)
        history = {"asked": services.last_change(row, "waiting"), "approved": services.last_change(row, "approved")}
        return {**self.reach_of(row), **history, "rows": self.rows_of(row)}

    def digest_of(self, row: Any) -> str:
        """The hash of the content that the approver sees."""
        raise NotImplementedError

    def reach_of(self, row: Any) -> dict[str, Any]:
        """The members that it reaches."""
        raise NotImplementedError

    def rows_of(self, row: Any) -> list[Row]:
        """The lines of the differences."""
        raise NotImplementedError


class ApproveForm(ApprovalForm):
    """A campaign as it is approved."""

    model = Campaign
    form_before_template = "admin/campaigns/approve.html"

    def digest_of(self, row: Campaign) -> str:
        return services.campaign_digest(services.describe_campaign(row))

    def reach_of(self, row: Campaign) -> dict[str, Any]:
        return reach_context(row)

    def rows_of(self, row: Campaign) -> list[Row]:
        return readable(services.changed_since_approval(row), row)


def reach_context(campaign: Campaign) -> dict[str, Any]:
    """How many would get it now; the error of its audience instead, where it has one."""
    try:
        return {"campaign": campaign, "reach": services.campaign_reach(campaign)}
    except SchedulingError as error:
        return {"campaign": campaign, "error": error}
