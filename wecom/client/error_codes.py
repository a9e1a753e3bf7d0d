"""Maps the platform's error codes to our errors and to remedies.

Source: the platform's table of global error codes, https://developer.work.weixin.qq.com/document/path/90313. Any other
code is a mistake in our own request, which is not retried.
"""

import re

from django.utils.translation import gettext_lazy as _

from wecom.exceptions import (
    ApiError,
    BusyError,
    ChatGone,
    ConfigurationError,
    LimitedError,
    LoginExpired,
    MediaExpired,
    MediaRefused,
    RecipientError,
    TokenRejected,
)

TOKEN = frozenset({40014, 41001, 42001})
BUSY = frozenset({-1, 6000, 45035})
LIMITED = frozenset({45009, 45033, 45036})
CONFIGURATION = frozenset(
    {40001, 40013, 40056, 41002, 41004, 43009, 43012, 45031, 48001, 48002, 48004, 48006, 48009, 48010, 50001, 50003}
    | {60020, 60031, 80001, 85005, 301002, 301007, 701008, 701016, 701099}
)
RECIPIENT = frozenset(
    {40003, 40031, 40032, 40066, 40068, 40070, 43004, 46004, 50002, 60003, 60011, 60021, 60030, 60111, 60123, 81013}
    | {82102, 84061, 92000}
)
EXPIRED = frozenset({40007, 40145})
UNFIT = frozenset({40004, 40005, 40006, 40009, 40011, 40123, 45001, 45007, 301016, 301017})
LOGIN = frozenset({40029, 42003, 42022})
CHAT = frozenset({40050, 49008}) | frozenset(range(86000, 87000))

_AGAIN = _("Nothing: it is tried again by itself.")
_SECRET = _("The secret is wrong. Copy it again from Console → Applications → your application → Secret.")
_CORP_ID = _("The corp ID is wrong. Copy it from Console → My company.")
_AGENT_ID = _("The agent ID is wrong. Copy it from the application's page in the console.")
_RIGHT = _("The application may not use this interface. Grant it in the console.")
_GONE = _("The application is disabled or its secret was reset. Enable it, or copy the new secret, in the console.")
_DOMAIN = _("Verify the domain in Console → Applications → your application → Trusted domain (可信域名).")
_LICENCE = _("Buy or assign interface licences in Console → My company → Licences (接口许可).")
_REACH = _(
    "Check in the console that the member still works here and is in the application's visible range (可见范围)."
)
_GROUP = _("See in the console that the department or tag still exists and is in the application's visible range.")
_FIT = _("The file does not fit. Send a smaller one, or one of the kind that the platform takes.")
_WORDS = _("The platform's filter stopped it. Write it in other words; do not send it again as it is.")
_LONG = _("It is too long or has characters that WeChat Work refuses. Shorten it and send it again.")
_CARD = _("A field of the card is wrong. Correct the card and send it again.")
_MANY = _("Too many recipients in one message. Send it to fewer at a time.")
_LIMIT = _("The platform's limit is used up. It goes on by itself as soon as there is room again.")

REMEDIES = {
    **dict.fromkeys((-1, 6000, 45035), _AGAIN),
    **dict.fromkeys((45009, 45033, 45036), _LIMIT),
    **dict.fromkeys((40001, 41004), _SECRET),
    **dict.fromkeys((40013, 41002), _CORP_ID),
    40056: _AGENT_ID,
    43009: _("The company is not verified yet. Verify it in Console → My company → Verification (企业认证)."),
    43012: _("The application has no callback URL yet. Set it under “Receive messages”."),
    **dict.fromkeys((48001, 48002, 48009), _RIGHT),
    **dict.fromkeys((45031, 48004, 48006, 50003, 60031), _GONE),
    48010: _("The platform asks for a newer TLS. Update Python and OpenSSL on this machine."),
    **dict.fromkeys((50001, 80001, 85005), _DOMAIN),
    60020: _("Add the address {ip} under Console → Applications → your application → Trusted IP (企业可信IP)."),
    301002: _("The agent ID does not belong to this secret. Check both on the application's page in the console."),
    301007: _("The application is disabled. Enable it in the console."),
    **dict.fromkeys((701008, 701016, 701099), _LICENCE),
    **dict.fromkeys(RECIPIENT, _REACH),
    **dict.fromkeys((40066, 40068, 40070, 60003, 60123), _GROUP),
    **dict.fromkeys(UNFIT, _FIT),
    **dict.fromkeys((40201, 40204, 85002), _WORDS),
    **dict.fromkeys((40033, 40035, 40058, 40063, 41033, 44004, 45002, 45008, 45032, 45034, 82004), _LONG),
    **dict.fromkeys(range(42014, 42052), _CARD),
    **dict.fromkeys((40031, 40032, 82002, 82003), _MANY),
    40074: _("Articles cannot be confidential. Send them without that."),
    42052: _("It is older than 24 hours and can no longer be withdrawn."),
    60140: _("The buttons of this card were used, or are older than 72 hours."),
}
ADDRESS = re.compile(r"from ip:\s*([0-9a-fA-F.:]+)")


def exception_for(errcode: int, errmsg: str) -> ApiError:
    """The error to raise. Of the platform's words it keeps only the address that 60020 names."""
    kind = next((kind for codes, kind in KINDS if errcode in codes), ApiError)
    match = ADDRESS.search(errmsg)
    remedy = remedy_for(errcode, ip=match.group(1) if match else "?")
    return kind(f"WeChat Work answered {errcode}.", errcode=errcode, remedy=remedy)


def remedy_for(errcode: int | None, *, ip: str = "?") -> str:
    """The remedy for a code, in words; empty if there is none. `ip` is the address that the platform saw."""
    return str(REMEDIES.get(errcode, "")).replace("{ip}", ip) if errcode is not None else ""


KINDS: tuple[tuple[frozenset[int], type[ApiError]], ...] = (
    (TOKEN, TokenRejected),
    (BUSY, BusyError),
    (LIMITED, LimitedError),
    (CONFIGURATION, ConfigurationError),
    (RECIPIENT, RecipientError),
    (EXPIRED, MediaExpired),
    (UNFIT, MediaRefused),
    (LOGIN, LoginExpired),
    (CHAT, ChatGone),
)
