"""System checks: the shape of the WECHAT_* keys, and that production does not serve the emulator."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.translation import gettext as _

from core.diagnosis import Level
from wecom import services


@register("openuser")
def check_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Report WECHAT_* values that cannot be right, before any call uses them."""
    finding = services.doctor_checks()[0].run()
    if finding.level != Level.BAD:
        return []
    return [Warning(finding.words, hint=f"{finding.where} {finding.remedy}".strip(), id="wecom.W001")]


@register(Tags.security, deploy=True)
def check_emulator(**_kwargs: Any) -> list[CheckMessage]:
    """The emulator shows secrets and impersonates any member without a login: it must run as a separate process."""
    if not apps.is_installed("wecom.emulator"):
        return []
    fault = _("The emulator of WeChat Work is installed in this project.")
    hint = _(
        "Take wecom.emulator out of INSTALLED_APPS; to develop, run `python3 manage.py emulator` beside the project."
    )
    return [Error(fault, hint=hint, id="wecom.E001")]
