"""System checks: settings that the configured language model and embedder lack, with the remedy."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

from core import backends


@register("openuser")
def check_chat(**_kwargs: Any) -> list[CheckMessage]:
    """Warnings only: the table of answers and the flows also work without a language model."""
    chat = settings.CHAT
    if not chat["base_url"]:
        return _chat_is_off() if chat["model"] or chat["api_key"] else []
    messages: list[CheckMessage] = []
    if not chat["model"]:
        text = _("The language model has no name: questions get a polite word instead of an answer.")
        hint = _("Set OPENUSER_CHAT_MODEL to a model of the service, as it calls it.")
        messages.append(Warning(text, hint=hint, id="conversations.W002"))
    address = urlsplit(chat["base_url"])
    if address.scheme not in ("http", "https") or not address.netloc:
        text = _("The address of the language model is none.")
        hint = _("Set OPENUSER_CHAT_BASE_URL to one like https://llm.example.com/v1.")
        messages.append(Warning(text, hint=hint, id="conversations.W003"))
    if chat["timeout"] >= settings.CONVERSATIONS["REPLY_TIMEOUT"]:
        text = _("Members are told that there is no answer before the language model's time limit ends.")
        hint = _("Set OPENUSER_CHAT_TIMEOUT below OPENUSER_REPLY_TIMEOUT.")
        messages.append(Warning(text, hint=hint, id="conversations.W004"))
    return messages


@register("openuser")
def check_flow_secrets(**_kwargs: Any) -> list[CheckMessage]:
    """Publishing a flow reads the secrets, and would fail on a malformed one."""
    secrets = settings.CONVERSATIONS["CALL_SECRETS"]
    if isinstance(secrets, dict):
        wrong = [
            name
            for name, secret in secrets.items()
            if not isinstance(secret, dict) or not {"host", "value"} <= {*secret}
        ]
        if not wrong:
            return []
        text = _("These secrets of OPENUSER_FLOW_SECRETS have no host or no value: %s.") % ", ".join(wrong)
    else:
        text = _("OPENUSER_FLOW_SECRETS is no object in JSON.")
    hint = _('Write it like {"OA_TOKEN": {"host": "oa.example.com", "value": "…"}}.')
    return [Error(text, hint=hint, id="conversations.E002")]


@register("openuser")
def check_embedder(**_kwargs: Any) -> list[CheckMessage]:
    """Questions are found by their words only without an embedder that works."""
    name = settings.EMBEDDER
    if not name:
        return []
    if name not in settings.EMBEDDERS:
        text = _("OPENUSER_EMBEDDER names %r, which is no entry of EMBEDDERS.") % name
        hint = _("Set it to one of these, or to nothing: %s.") % ", ".join(settings.EMBEDDERS)
        return [Error(text, hint=hint, id="conversations.E001")]
    kind, options = backends.class_and_options("EMBEDDERS", name)
    if lacks := kind.missing_options(**options):
        text = _("Questions are found by their words only, because the embedding service is not set up.")
        hint = _("Set %s, or OPENUSER_EMBEDDER to bundled.") % ", ".join(lacks)
        return [Warning(text, hint=hint, id="conversations.W006")]
    if not (missing := kind.missing_packages()):
        return []
    text = _("Questions are found by their words only, because these packages are missing: %s.") % ", ".join(missing)
    hint = _(
        "Run: .venv/bin/python -m pip install --no-deps -r requirements/retrieval.txt. To do without, set "
        "OPENUSER_EMBEDDER to nothing."
    )
    return [Warning(text, hint=hint, id="conversations.W005")]


def _chat_is_off() -> list[CheckMessage]:
    text = _("A language model is named, but it is not asked.")
    hint = _("Set OPENUSER_CHAT_BASE_URL to the address of its service, which mostly ends with /v1.")
    return [Warning(text, hint=hint, id="conversations.W001")]
