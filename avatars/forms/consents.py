"""Forms to record a consent and to withdraw it."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from avatars import services
from avatars.models import Consent, DigitalHuman, Voice
from avatars.thumbnails import portrait_thumb

PORTRAIT_GONE = _("The picture of %(name)s is not there any more. Upload one first.")
COVERS_NOTHING = _("Choose at least one digital human or one voice that the person agrees to.")
ENDS_BEFORE = _("It ends before it begins. Choose a later day, or leave it empty.")


class HumansField(forms.ModelMultipleChoiceField[DigitalHuman]):
    """Digital humans to tick, each with its face."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, human: DigitalHuman) -> str:
        return format_html("{} {}", portrait_thumb(human), human.name)


class ConsentForm(forms.ModelForm[Consent]):
    """A consent to record, for the pictures that its digital humans have now."""

    humans = HumansField(
        label=capfirst(_("digital humans")),
        queryset=DigitalHuman.objects.photographs().order_by("name"),
        required=False,
        help_text=_("It covers the picture that each has now. Another picture needs another consent."),
    )
    voices = forms.ModelMultipleChoiceField(
        label=capfirst(_("voices")),
        queryset=Voice.objects.cloned().order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Those that are cloned from this person. Another voice of the engine needs another consent."),
    )
    purposes = forms.MultipleChoiceField(
        label=capfirst(_("purposes")),
        choices=Consent.Purpose.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("The purposes that the evidence names. Videos for other purposes are refused."),
    )

    class Meta:
        model = Consent
        fields = ("person", "reference", "purposes", "evidence", "valid_from", "valid_until")

    def clean_humans(self) -> Any:
        humans = self.cleaned_data["humans"]
        for human in services.missing_portraits(humans):
            message = PORTRAIT_GONE % {"name": human.name}
            raise forms.ValidationError(message, code="portrait_gone")
        return humans

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("humans") and not data.get("voices") and "humans" in data:
            self.add_error("humans", forms.ValidationError(COVERS_NOTHING, code="covers_nothing"))
        begins, ends = data.get("valid_from"), data.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", forms.ValidationError(ENDS_BEFORE, code="ends_before"))
        return data


class WithdrawForm(BaseDialogForm):  # type: ignore[misc]
    """The reason of a withdrawal, and whether the videos are deleted or kept as evidence."""

    reason = forms.CharField(
        label=capfirst(_("reason")), required=False, max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    videos = forms.ChoiceField(
        label=capfirst(_("videos that were made")),
        choices=services.VideoRetention.choices,
        initial=services.VideoRetention.DELETE,
        widget=UnfoldAdminRadioSelectWidget,
        help_text=_("The picture itself goes in any case, unless another consent covers it; the evidence stays."),
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick this to confirm.")},
    )
