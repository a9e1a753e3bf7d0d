"""Buttons of template cards, as members press them.

Source: https://developer.work.weixin.qq.com/document/path/90240. Each press creates a response code, with which the
application can update the card once within 72 hours.
"""

import secrets
from typing import Any

from wecom.emulator import clock, presenters
from wecom.emulator.actors.exceptions import ButtonError
from wecom.emulator.callbacks.enqueue import NO_FAULTS, CallbackFaults, enqueue_callback
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.messages import cards
from wecom.emulator.models import Callback, Entry, ResponseCode

Selected = dict[str, list[str]]  # option IDs by question key


def press_card_button(
    entry: Entry, key: str, *, selected: Selected | None = None, faults: CallbackFaults = NO_FAULTS
) -> Callback:
    """Press a button of a card, or an action of its menu.

    `selected` holds the chosen options of each question; other questions keep their preselected options. Raises
    `ButtonError`.
    """
    card = shown_card(entry)
    if entry.message.msgtype != "template_card" or entry.message.recalled:
        raise ButtonError("there is no card to press")
    menu_action = cards.has_menu_key(card, key)
    if presenters.card(entry)["replaced"] and not menu_action:
        raise ButtonError("the buttons of this card were replaced")
    if not menu_action and cards.find_button(card, key) is None:
        raise ButtonError(f"the card has no button {key!r}")
    name = "template_card_menu_event" if menu_action else "template_card_event"
    items = [] if menu_action else _selected_items(card, selected or {})
    code = ResponseCode.objects.create(
        app=entry.app, message=entry.message, code=secrets.token_urlsafe(32), created_at=clock.now()
    )
    fields: list[Field] = [
        ("EventKey", key),
        ("TaskId", entry.message.content.get("task_id", "")),
        ("CardType", card["card_type"]),
        ("ResponseCode", code.code),
        *items,
    ]
    return enqueue_callback(entry.app, entry.member.userid, name, [("Event", name), *fields], faults=faults)


def _selected_items(card: dict[str, Any], selected: Selected) -> list[Field]:
    """The field `SelectedItems`, which only cards with questions have."""
    questions = cards.questions(card)
    unknown = selected.keys() - {question.key for question in questions}
    if unknown:
        raise ButtonError(f"the card has no question {min(unknown)!r}")
    items: list[Field] = []
    for question in questions:
        options = selected.get(question.key, list(question.preset))
        if not set(options) <= set(question.options):
            raise ButtonError(f"the question {question.key!r} has no such option")
        if len(options) > 1 and not question.several:
            raise ButtonError(f"the question {question.key!r} takes one option")
        ids: list[Field] = [("OptionId", option) for option in options]
        items.append(("SelectedItem", [("QuestionKey", question.key), ("OptionIds", ids)]))
    return [("SelectedItems", items)] if items else []


def shown_card(entry: Entry) -> dict[str, Any]:
    """The card as this member sees it."""
    card: dict[str, Any] = (entry.changed or {}).get("template_card") or entry.message.content
    return card
