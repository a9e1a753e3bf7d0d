"""Template cards: what `message/send` accepts of one, and what `message/update_template_card` may make of it.

Sources: https://developer.work.weixin.qq.com/document/path/90236 and 94888. Knows values only, no rows.
"""

import re
from dataclasses import dataclass
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import card_fields
from wecom.emulator.platform_quirks import Rules

CARD_TYPES = {"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"}
INTERACTIVE = {"button_interaction", "vote_interaction", "multiple_interaction"}
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")


def check(card: dict[str, Any], rules: Rules, *, updating: bool = False) -> dict[str, Any]:
    """The card as it is shown. Raises `ApiError` 42014 and above."""
    kind = card.get("card_type")
    if kind not in CARD_TYPES:
        raise ApiError(42031)
    task_id = card.get("task_id")
    named = isinstance(task_id, str) and bool(TASK_ID.fullmatch(task_id))
    if not updating and not named and (answers_back(card) or task_id):
        raise ApiError(42014)
    card_fields.check(card, rules, greyed=updating and bool(card.get("replace_text")))
    return card


def answers_back(card: dict[str, Any]) -> bool:
    """Whether people can press something on it that the application hears of."""
    return card.get("card_type") in INTERACTIVE or "action_menu" in card


def button(card: dict[str, Any], key: str) -> dict[str, Any] | None:
    """The button with this key: one of several, or the one that submits."""
    submit = card.get("submit_button")
    buttons: list[dict[str, Any]] = [*(card.get("button_list") or []), *([submit] if submit else [])]
    return next((one for one in buttons if one.get("key") == key and not one.get("type")), None)


def in_menu(card: dict[str, Any], key: str) -> bool:
    """Whether the menu at the top right has an entry with this key."""
    entries = (card.get("action_menu") or {}).get("action_list") or []
    return any(one.get("key") == key for one in entries)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something that a card asks."""

    key: str
    options: tuple[str, ...]
    preset: tuple[str, ...]
    several: bool


def questions(card: dict[str, Any]) -> list[Question]:
    """What a card asks, in the order in which it stands there."""
    asked = []
    if box := card.get("checkbox"):
        options = box.get("option_list") or []
        asked.append(
            Question(
                key=box["question_key"],
                options=tuple(one["id"] for one in options),
                preset=tuple(one["id"] for one in options if one.get("is_checked")),
                several=box.get("mode") == 1,
            )
        )
    selection = card.get("button_selection")
    for one in [*(card.get("select_list") or []), *([selection] if selection else [])]:
        ids = tuple(option["id"] for option in one.get("option_list") or [])
        preset = (one.get("selected_id") or "",) if one.get("selected_id") else ids[:1]
        asked.append(Question(key=one["question_key"], options=ids, preset=preset, several=False))
    return asked
