"""Which error of ours an error code of the platform becomes, and what a person can do about it.

Source: the platform's table of global error codes, https://developer.work.weixin.qq.com/document/path/90313.
"""

import re

from django.utils.translation import gettext_lazy as _

from wecom.exceptions import (
    ApiError,
    BusyError,
    ConfigurationError,
    MediaExpired,
    RecipientError,
    TokenRejected,
)

TOKEN = frozenset({40014, 42001, 41001})
BUSY = frozenset({-1, 6000, 45009, 45033, 45035, 45036})
CONFIGURATION = frozenset(
    {40001, 40013, 40056, 41002, 41004, 43009, 43012, 45031, 48001, 48002, 48004, 48006, 48009, 48010, 50001, 50003}
    | {60020, 60031, 80001, 85005, 301002, 301007, 701008, 701016, 701099}
)
RECIPIENT = frozenset({40003, 40031, 43004, 46004, 50002, 60011, 60021, 60030, 60111, 81013, 82102, 84061, 92000})
MEDIA = frozenset({40007, 40145})

REMEDIES = {
    40001: _("The secret is wrong. Copy it again from Console → Applications → your application → Secret."),
    40013: _("The corp ID is wrong. Copy it from Console → My company."),
    40056: _("The agent ID is wrong. Copy it from the application's page in the console."),
    43012: _("The application has no callback URL yet. Set it under “Receive messages”."),
    48002: _("The application may not use this interface. Grant it in the console."),
    60020: _("Add the address {ip} under Console → Applications → your application → Trusted IP (企业可信IP)."),
    301002: _("The agent ID does not belong to this secret. Check both on the application's page in the console."),
    301007: _("The application is disabled. Enable it in the console."),
}
ADDRESS = re.compile(r"from ip:\s*([0-9a-fA-F.:]+)")


def error_of(errcode: int, errmsg: str) -> ApiError:
    """The error to raise. The platform's words are kept out of it but for the address that 60020 names."""
    kind = next((kind for codes, kind in KINDS if errcode in codes), ApiError)
    found = ADDRESS.search(errmsg)
    remedy = str(REMEDIES.get(errcode, "")).replace("{ip}", found.group(1) if found else "?")
    return kind(f"WeChat Work answered {errcode}.", errcode=errcode, remedy=remedy)


KINDS: tuple[tuple[frozenset[int], type[ApiError]], ...] = (
    (TOKEN, TokenRejected),
    (BUSY, BusyError),
    (CONFIGURATION, ConfigurationError),
    (RECIPIENT, RecipientError),
    (MEDIA, MediaExpired),
)
