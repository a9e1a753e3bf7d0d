"""Template cards: what `message/send` accepts of one, and what `message/update_template_card` may make of it.

Sources: https://developer.work.weixin.qq.com/document/path/90236 and 94888. Knows values only, no rows. The fields of a
card with buttons are checked; of the other kinds only what every card has.
"""

import re
from dataclasses import dataclass
from typing import Any

from wecom.emulator.errors import ApiError

CARD_TYPES = {"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"}
INTERACTIVE = {"button_interaction", "vote_interaction", "multiple_interaction"}
BUTTONS, KEY = 6, 1024  # bytes
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")


def check(card: dict[str, Any], *, updating: bool = False) -> dict[str, Any]:
    """The card as it is shown. Raises `ApiError` 42014 and above."""
    kind = card.get("card_type")
    if kind not in CARD_TYPES:
        raise ApiError(42031)
    if answers_back(card) and not updating:
        task_id = card.get("task_id")
        if not isinstance(task_id, str) or not TASK_ID.fullmatch(task_id):
            raise ApiError(42014)
    if kind == "button_interaction":
        _titles(card)
        _buttons(card, replaced=updating and bool(card.get("replace_text")))
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


def _titles(card: dict[str, Any]) -> None:
    main = card.get("main_title")
    if not isinstance(main, dict) or not isinstance(main.get("title"), str) or not main["title"].strip():
        raise ApiError(42033, "missing main_title.title")
    if not isinstance(card.get("sub_title_text", ""), str):
        raise ApiError(40058, "sub_title_text is not a string")


def _buttons(card: dict[str, Any], *, replaced: bool) -> None:
    buttons = card.get("button_list")
    if replaced and buttons is None:
        return
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS:
        raise ApiError(42037, f"button_list must have 1 to {BUTTONS} entries")
    for one in buttons:
        if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not one["text"].strip():
            raise ApiError(42038)
        if one.get("style", 1) not in {1, 2, 3, 4}:
            raise ApiError(40058, "invalid button style")
        _target(one)
    keys = [one["key"] for one in buttons if "key" in one]
    if len(set(keys)) < len(keys):
        raise ApiError(42039, "two buttons have the same key")


def _target(one: dict[str, Any]) -> None:
    if one.get("type", 0) == 1:
        if not str(one.get("url") or "").startswith(("http://", "https://")):
            raise ApiError(42028)
        return
    key = one.get("key")
    if not isinstance(key, str) or not key or len(key.encode()) > KEY:
        raise ApiError(42039)
