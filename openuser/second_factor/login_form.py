"""The admin's log-in form: the password, then the code of an account with a second factor."""

from typing import Any

from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from openuser.second_factor import devices


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Opens no session before both factors are right. `asks_code` once the password was."""

    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=32,
        help_text=_("From your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput({"autocomplete": "one-time-code", "class": " ".join(BASE_INPUT_CLASSES)}),
    )
    asks_code = False

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if devices.device_of(user) is not None:
            self._ask_code(user)

    def _ask_code(self, user: Any) -> None:
        self.asks_code = True
        self.fields["code"].widget.attrs["autofocus"] = ""
        # The second step sends the password again, as in django-otp's form: nothing waits half logged in.
        self.fields["password"].widget.render_value = True
        code = self.cleaned_data.get("code", "")
        if not code:
            raise ValidationError(_("This account has a second factor."), code="code_required")
        device = devices.verify(user, code)
        if device is None:
            # Counts like a wrong password.
            user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=self.request)
            words = _("This code is wrong or was used before. Wait for the next one.")
            raise ValidationError(words, code="code_wrong")
        user.otp_device = device  # django-otp notes it in the session
