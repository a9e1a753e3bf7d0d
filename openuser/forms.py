"""Forms of accounts: the four roles are offered plainly, the rest of Django's permissions stays out of the way."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from openuser.roles import WORDS, Role


def described() -> list[tuple[str, str]]:
    """The roles as choices, each with what it may do."""
    words = '<strong>{}</strong> <span class="ou-quiet">{}</span>'
    return [(role.value, format_html(words, role.label, WORDS[role])) for role in Role]


class WithRoles(forms.ModelForm[User]):
    """Adds the field `roles`; where there is one for other groups, it offers only groups of people's own."""

    roles = forms.MultipleChoiceField(
        label=_("roles"),
        choices=described,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Whoever needs two roles gets both. Without a role nobody gets in here."),
    )

    is_own = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            mine = self.instance.groups.filter(name__in=Role.values)
            self.initial["roles"] = list(mine.values_list("name", flat=True))
        groups = self.fields.get("groups")
        if isinstance(groups, forms.ModelMultipleChoiceField):
            groups.queryset = Group.objects.exclude(name__in=Role.values)
            groups.label = _("other groups")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rules = data.get("is_superuser") or Role.ADMINISTRATOR in data.get("roles", ())
        if self.is_own and not (data.get("is_active") and rules):
            words = _("You would lock yourself out. Let another administrator do it.")
            self.add_error("roles" if data.get("is_active") else "is_active", forms.ValidationError(words, code="own"))
        return data

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        chosen = self.cleaned_data["roles"]
        others = self.instance.groups.exclude(name__in=Role.values)
        self.instance.groups.set([*others, *Group.objects.filter(name__in=chosen)])

    def lets_in(self) -> bool:
        """Whether what was chosen opens the admin at all."""
        chosen = ("roles", "is_superuser", "groups", "user_permissions")
        return any(self.cleaned_data.get(name) for name in chosen)


class AccountForm(WithRoles, UserChangeForm):  # type: ignore[misc]
    """Changes an account."""


class NewAccountForm(WithRoles, UserCreationForm):  # type: ignore[misc]
    """Makes an account, with its roles at once."""
