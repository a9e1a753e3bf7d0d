"""The origin of a picture or a voice: chosen in a form, and stated by accounts with the right to record consents."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

MAY_NOT_STATE = _("Only those who may record consents may state this.")


def origin_field(choices: Iterable[tuple[Any, Any]], *, help_text: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=capfirst(_("origin")),
        required=False,
        choices=list(choices),
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


def reason_field(label: Any, *, help_text: Any) -> forms.CharField:
    """The field for the reason why no consent is needed."""
    return forms.CharField(
        label=capfirst(label), required=False, max_length=300, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


class OriginForm(forms.ModelForm[Any]):
    """A form with the fields `origin` and `origin_reason`."""

    may_state = False
    """Whether the user has the right to record consents; the admin sets it."""

    def refuse(self, field: str, message: Any, *, code: str) -> None:
        self.add_error(field, forms.ValidationError(message, code=code))

    def refuse_statement(self) -> None:
        self.refuse("origin", MAY_NOT_STATE, code="statement_forbidden")
