"""The shapes of the five values that connect an application: finds flaws without a call.

Sources: https://developer.work.weixin.qq.com/document/path/90930 (Token, EncodingAESKey) and /path/90665 (the IDs).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from wecom.crypto import KEY_SHAPE

CORP_ID = re.compile(r"w[wxp][0-9a-zA-Z]{4,62}")
AGENT_ID = re.compile(r"[1-9][0-9]{0,8}")
SECRET = re.compile(r"[!-~]{1,128}")
TOKEN = re.compile(r"[0-9a-zA-Z]{1,32}")
SHAPES: dict[str, tuple[re.Pattern[str], Any, Any]] = {
    "corp_id": (
        CORP_ID,
        _("A corp ID looks like ww1234567890abcdef."),
        _("Console → My company (我的企业) → Company information → Corp ID (企业ID)"),
    ),
    "agent_id": (
        AGENT_ID,
        _("An agent ID is a number, like 1000002."),
        _("Console → Applications (应用管理) → your application → AgentId"),
    ),
    "secret": (
        SECRET,
        _("A secret has letters, digits, “-” and “_” only, without spaces."),
        _("Console → Applications (应用管理) → your application → Secret"),
    ),
    "token": (
        TOKEN,
        _("A callback token has up to 32 letters and digits."),
        _("Console → Applications (应用管理) → your application → Receive messages (接收消息) → Token"),
    ),
    "encoding_aes_key": (
        KEY_SHAPE,
        _("An EncodingAESKey has exactly 43 letters and digits."),
        _("Console → Applications (应用管理) → your application → Receive messages (接收消息) → EncodingAESKey"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A value of the wrong shape: which, how it should look, and where the console shows it."""

    field: str
    words: Any
    where: Any


def credential_flaws(values: Mapping[str, str]) -> list[Flaw]:
    """The flaws of these values, by field. Blanks around them do no harm."""
    return [
        Flaw(field=field, words=fault, where=where)
        for field, (shape, fault, where) in SHAPES.items()
        if field in values and not shape.fullmatch(values[field].strip())
    ]
