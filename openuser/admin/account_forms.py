"""Forms of accounts: the five roles first, Django's other permissions collapsed."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from openuser.roles import DESCRIPTIONS, ROLE_PERMISSIONS, Role

ACTION_LABELS = {
    "add": _("add"),
    "change": _("change"),
    "delete": _("delete"),
    "view": _("look at"),
    "publish": _("publish"),
    "run": _("run"),
    "approve": _("approve"),
    "send": _("send"),
    "start_alone": _("start without approval"),
    "stop": _("stop"),
    "answer": _("answer"),
}


def role_choices() -> list[tuple[str, str]]:
    """The roles as choices, each with its description."""
    layout = '<strong>{}</strong> <span class="ou-quiet">{}</span>'
    return [(role.value, format_html(layout, role.label, DESCRIPTIONS[role])) for role in Role]


class RolesForm(forms.ModelForm[User]):
    """Adds the field `roles`. A field for groups then offers only the groups that are not roles."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=role_choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("An account may have several roles. Without a role, it cannot sign in here."),
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
            groups.label = _("Other groups")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rules = data.get("is_superuser") or Role.ADMINISTRATOR in data.get("roles", ())
        if self.is_own and not (data.get("is_active") and rules):
            fault = _("You would lock yourself out. Let another administrator do it.")
            self.add_error("roles" if data.get("is_active") else "is_active", forms.ValidationError(fault, code="own"))
        return data

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        chosen = self.cleaned_data["roles"]
        others = self.instance.groups.exclude(name__in=Role.values)
        self.instance.groups.set([*others, *Group.objects.filter(name__in=chosen)])

    def allows_login(self) -> bool:
        """Whether the chosen roles and permissions give access to the admin."""
        chosen = ("roles", "is_superuser", "groups", "user_permissions")
        return any(self.cleaned_data.get(name) for name in chosen)


class AccountForm(RolesForm, UserChangeForm):
    """Changes an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            layout = '{} <a class="ou-link" href="../password/">{}</a>'
            unseen = _("Only a hash of it is stored.")
            self.fields["password"].help_text = format_html(layout, unseen, _("Set another password"))


class NewAccountForm(RolesForm, UserCreationForm):
    """Creates an account together with its roles."""


class PermissionsField(forms.ModelMultipleChoiceField[Permission]):
    """Single permissions with translated names; Django's own are English."""

    def label_from_instance(self, obj: Any) -> str:
        act = obj.codename.removesuffix(f"_{obj.content_type.model}")
        kind = obj.content_type.model_class()._meta.verbose_name
        return f"{capfirst(kind)} · {ACTION_LABELS.get(act) or gettext(obj.name)}"


def grantable_permissions() -> QuerySet[Permission]:
    """The permissions on models that roles have permissions on; others open no page."""
    named = Q()
    for label in ROLE_PERMISSIONS:
        options = apps.get_model(label)._meta
        named |= Q(content_type__app_label=options.app_label, content_type__model=options.model_name)
    return Permission.objects.filter(named).select_related("content_type").order_by("content_type", "pk")


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """Beat's task selection with Unfold's style."""


class UnfoldPeriodicTaskForm(PeriodicTaskForm):
    """Beat's form with Unfold's style."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, widget in (("task", UnfoldAdminTextInputWidget()), ("regtask", TaskSelect())):
            if name in self.fields:
                self.fields[name].widget = widget
