"""System checks: the keys of the environment, as the doctor sees them."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from openuser.lib.diagnosis import Level
from wecom import services


@register("openuser")
def check_keys(**_kwargs: Any) -> list[CheckMessage]:
    """WECHAT_* values that cannot be right, before anybody tries them."""
    finding = services.checks()[0].look()
    if finding.level != Level.BAD:
        return []
    return [Warning(finding.words, hint=f"{finding.where} {finding.remedy}".strip(), id="wecom.W001")]
