"""Passive replies that update a card for the member who pressed it: `update_button` and `update_template_card`.

Source: https://developer.work.weixin.qq.com/document/path/90241. They do not use up the response code of the click.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from wecom.emulator import live_updates, platform_quirks
from wecom.emulator.callbacks.envelope import parse
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import cards, references
from wecom.emulator.models import Callback, Entry, ResponseCode

TYPES = frozenset({"update_button", "update_template_card"})
BUTTON_EVENT = "template_card_event"
CARD_EVENTS = frozenset({BUTTON_EVENT, "template_card_menu_event"})
# Elements that are repeated, without one around them.
LISTS = frozenset(
    {"VerticalContentList", "HorizontalContentList", "JumpList", "ActionList", "ButtonList", "OptionList", "SelectList"}
)
NUMBERS, BOOLEANS = frozenset({"Type", "DescColor", "Style", "Mode"}), frozenset({"Disable", "IsChecked"})
# JSON names that are not the element's name in snake case.
NAMES = {"KeyName": "keyname", "UserId": "userid", "AppId": "appid", "PagePath": "pagepath", "CheckBox": "checkbox"}
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def update_card(callback: Callback, reply: Element) -> None:
    """Update the card that the callback is about. Raises `ApiError` for an invalid update."""
    rules = platform_quirks.rules_of(callback.app_id)
    if callback.kind == BUTTON_EVENT and not rules.answers_to_presses:
        return
    if callback.kind not in CARD_EVENTS:
        raise ApiError(40008, "nothing was pressed on a card")
    code = parse(callback.plain).findtext("ResponseCode") or ""
    messages = ResponseCode.objects.filter(app=callback.app, code=code).values("message")
    entries = Entry.objects.filter(message__in=messages, received=True, member__userid=callback.userid)
    entry = entries.select_related("member", "message", "app").first()
    if entry is None:
        raise ApiError(82102)
    if reply.findtext("MsgType") == "update_button":
        entry.changed = _replaced_button(reply, entry.message.content)
    else:
        entry.changed = _new_card(reply, rules)
    if "template_card" in entry.changed:
        references.check_card(callback.app, entry.changed["template_card"])
    entry.save(update_fields=["changed"])
    live_updates.entry_changed(entry)


def _replaced_button(reply: Element, card: dict[str, Any]) -> dict[str, Any]:
    name = reply.findtext("Button/ReplaceName") or ""
    if not name.strip():
        raise ApiError(42038, "missing ReplaceName")
    if card.get("card_type") not in cards.INTERACTIVE:
        raise ApiError(42031, "only a card with buttons can replace them")
    return {"replace_name": name}


def _new_card(reply: Element, rules: platform_quirks.Rules) -> dict[str, Any]:
    node = reply.find("TemplateCard")
    if node is None:
        raise ApiError(42031, "missing TemplateCard")
    return {"template_card": cards.check(_to_json(node), rules, updating=True)}


def _to_json(node: Element) -> dict[str, Any]:
    """The element as JSON of the API."""
    members: dict[str, Any] = {}
    for child in node:
        name = NAMES.get(child.tag, CAPITAL.sub("_", child.tag).lower())
        if child.tag in LISTS:
            members.setdefault(name, []).append(_to_json(child))
        else:
            members[name] = _to_json(child) if len(child) else _value(child)
    return members


def _value(node: Element) -> Any:
    text = node.text or ""
    if node.tag in NUMBERS:
        return int(text) if text.strip().isdecimal() else 0
    if node.tag in BOOLEANS:
        return text.strip().lower() in {"1", "true"}
    if node.tag == "AspectRatio":
        return float(text) if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else 0.0
    return text
