"""System checks of the installation as a whole."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

from core.personal_data import holding_registry, retention
from openuser import roles
from openuser.settings.environment import OLD_NAMES


@register("openuser")
def check_old_setting_names(**_kwargs: Any) -> list[CheckMessage]:
    """Settings that the environment or `.env` still has under their old names."""
    used = [f"{old} → {new}" for old, new in OLD_NAMES.items() if old in os.environ]
    if not used:
        return []
    text = _("These settings have new names: %s.") % ", ".join(used)
    hint = _("Rename them in the environment or in .env: the next release ignores the old names.")
    return [Warning(text, hint=hint, id="openuser.W011")]


@register("openuser")
def check_log_retention(**_kwargs: Any) -> list[CheckMessage]:
    """Settings that would keep log-ins, changes by staff or incidents for less than the law asks for."""
    short = retention.too_short()
    if not short:
        return []
    named = {"settings": ", ".join(short), "days": settings.LEAST_LOG_DAYS}
    fault = _("The law asks to keep these logs for at least %(days)d days: %(settings)s.") % named
    hint = _("Set at least %(days)d, or 0 to keep them for ever. Until then they are kept for %(days)d days.") % named
    return [Error(fault, hint=hint, id="openuser.E013")]


@register
def check_roles(**_kwargs: Any) -> list[CheckMessage]:
    """Models that only a superuser can see, because no role has permissions on them."""
    template = "No role has permissions on {}."
    hint = "Add it to ROLE_PERMISSIONS in openuser/roles.py."
    return [Warning(template.format(label), hint=hint, id="openuser.W010") for label in roles.models_without_roles()]


@register
def check_personal_data(**_kwargs: Any) -> list[CheckMessage]:
    """Models of ours without an entry in the registry of personal data."""
    template = "Nothing says what {} holds about people, so no retention and no erasure covers it."
    hint = "Register it in the personal_data module of its app, or name it there as without personal data."
    ours = [label for label in holding_registry.unlisted_models() if label.split(".")[0] in {"core", *roles.OUR_APPS}]
    return [Warning(template.format(label), hint=hint, id="openuser.W012") for label in ours]
