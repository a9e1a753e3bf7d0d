"""The admin's log-in form: the password, then the code of an account with a second factor."""

from typing import Any

from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from openuser.pages import login_throttle
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

    def get_invalid_login_error(self) -> ValidationError:
        return self._with_wait(super().get_invalid_login_error(), self.cleaned_data.get("username", ""))

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
        address = login_throttle.address_of(self.request)
        device = devices.verify(user, code, is_known=login_throttle.is_known(user.get_username(), address))
        if device is None:
            # Counts like a wrong password.
            user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=self.request)
            fault = _("This code is wrong or was used before. Wait for the next one.")
            raise self._with_wait(ValidationError(fault, code="code_wrong"), user.get_username())
        user.otp_device = device  # django-otp notes it in the session

    def _with_wait(self, error: ValidationError, name: str) -> ValidationError:
        """The error, and for how long the next try is refused."""
        seconds = login_throttle.seconds_to_wait(self.request, {"username": name})
        if not seconds:
            return error
        fault = ngettext("Try again in %(seconds)d second.", "Try again in %(seconds)d seconds.", seconds)
        return ValidationError([error, ValidationError(fault % {"seconds": seconds}, code="wait")])
