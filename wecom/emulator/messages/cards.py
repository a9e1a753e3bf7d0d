"""Template cards: checks of `message/send` and `message/update_template_card`, buttons and questions.

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
    """The card, if it is valid. Raises `ApiError` 42014 and above."""
    kind = card.get("card_type")
    if kind not in CARD_TYPES:
        raise ApiError(42031)
    task_id = card.get("task_id")
    valid_id = isinstance(task_id, str) and bool(TASK_ID.fullmatch(task_id))
    if not updating and not valid_id and (answers_back(card) or task_id):
        raise ApiError(42014)
    card_fields.check(card, rules, replaced=updating and bool(card.get("replace_text")))
    return card


def answers_back(card: dict[str, Any]) -> bool:
    """Whether members can press something on it that the application is told of."""
    return card.get("card_type") in INTERACTIVE or "action_menu" in card


def find_button(card: dict[str, Any], key: str) -> dict[str, Any] | None:
    """The button with this key, the submit button included."""
    submit = card.get("submit_button")
    buttons: list[dict[str, Any]] = [*(card.get("button_list") or []), *([submit] if submit else [])]
    return next((button for button in buttons if button.get("key") == key and not button.get("type")), None)


def has_menu_key(card: dict[str, Any], key: str) -> bool:
    """Whether the menu at the top right has an action with this key."""
    entries = (card.get("action_menu") or {}).get("action_list") or []
    return any(entry.get("key") == key for entry in entries)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a card, with its options and those that are preselected; `several` allows more than one."""

    key: str
    options: tuple[str, ...]
    preset: tuple[str, ...]
    several: bool


def questions(card: dict[str, Any]) -> list[Question]:
    """The questions of a card, from top to bottom."""
    asked = []
    if checkbox := card.get("checkbox"):
        options = checkbox.get("option_list") or []
        asked.append(
            Question(
                key=checkbox["question_key"],
                options=tuple(option["id"] for option in options),
                preset=tuple(option["id"] for option in options if option.get("is_checked")),
                several=checkbox.get("mode") == 1,
            )
        )
    selection = card.get("button_selection")
    for selector in [*(card.get("select_list") or []), *([selection] if selection else [])]:
        ids = tuple(option["id"] for option in selector.get("option_list") or [])
        preset = (selector.get("selected_id") or "",) if selector.get("selected_id") else ids[:1]
        asked.append(Question(key=selector["question_key"], options=ids, preset=preset, several=False))
    return asked
