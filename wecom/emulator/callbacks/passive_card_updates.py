"""Passive replies that change a card for whoever pressed it: `update_button` and `update_template_card`.

Source: https://developer.work.weixin.qq.com/document/path/90241. They take no response code: that of the click may be
used beside them.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from wecom.emulator import live, platform_quirks
from wecom.emulator.callbacks.envelope import read
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import cards, references
from wecom.emulator.models import Callback, Entry, ResponseCode

TYPES = frozenset({"update_button", "update_template_card"})
BUTTON = "template_card_event"
PRESSED = frozenset({BUTTON, "template_card_menu_event"})
# Repeated, without an element around them.
LISTS = frozenset(
    {"VerticalContentList", "HorizontalContentList", "JumpList", "ActionList", "ButtonList", "OptionList", "SelectList"}
)
NUMBERS, TRUTHS = frozenset({"Type", "DescColor", "Style", "Mode"}), frozenset({"Disable", "IsChecked"})
# Where the API's name is not the element's in small letters.
NAMES = {"KeyName": "keyname", "UserId": "userid", "AppId": "appid", "PagePath": "pagepath", "CheckBox": "checkbox"}
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def take(callback: Callback, reply: Element) -> None:
    """Change the card that this callback tells of. Raises `ApiError` for what is no change of it."""
    own = platform_quirks.of(callback.app_id)
    if callback.kind == BUTTON and not own.answers_to_presses:
        return
    if callback.kind not in PRESSED:
        raise ApiError(40008, "nothing was pressed on a card")
    code = read(callback.plain).findtext("ResponseCode") or ""
    messages = ResponseCode.objects.filter(app=callback.app, code=code).values("message")
    entries = Entry.objects.filter(message__in=messages, received=True, member__userid=callback.userid)
    entry = entries.select_related("member", "message", "app").first()
    if entry is None:
        raise ApiError(82102)
    greying = reply.findtext("MsgType") == "update_button"
    entry.changed = _greyed(reply, entry.message.content) if greying else _card(reply, own)
    if "template_card" in entry.changed:
        references.check_card(callback.app, entry.changed["template_card"])
    entry.save(update_fields=["changed"])
    live.changed(entry)


def _greyed(reply: Element, card: dict[str, Any]) -> dict[str, Any]:
    name = reply.findtext("Button/ReplaceName") or ""
    if not name.strip():
        raise ApiError(42038, "missing ReplaceName")
    if card.get("card_type") not in cards.INTERACTIVE:
        raise ApiError(42031, "only a card with buttons can replace them")
    return {"replace_name": name}


def _card(reply: Element, own: platform_quirks.Rules) -> dict[str, Any]:
    node = reply.find("TemplateCard")
    if node is None:
        raise ApiError(42031, "missing TemplateCard")
    return {"template_card": cards.check(_object(node), own, updating=True)}


def _object(node: Element) -> dict[str, Any]:
    """The element as the API writes it in JSON."""
    found: dict[str, Any] = {}
    for child in node:
        name = NAMES.get(child.tag, CAPITAL.sub("_", child.tag).lower())
        if child.tag in LISTS:
            found.setdefault(name, []).append(_object(child))
        else:
            found[name] = _object(child) if len(child) else _value(child)
    return found


def _value(node: Element) -> Any:
    text = node.text or ""
    if node.tag in NUMBERS:
        return int(text) if text.strip().isdecimal() else 0
    if node.tag in TRUTHS:
        return text.strip().lower() in {"1", "true"}
    if node.tag == "AspectRatio":
        return float(text) if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else 0.0
    return text
