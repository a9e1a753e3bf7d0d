"""The fields of template cards: which ones each card type has, and how `message/send` checks them.

Sources: https://developer.work.weixin.qq.com/document/path/90236 and 90313. Recommended lengths are not enforced: a
phone cuts longer texts. Knows values only, no rows.
"""

from collections.abc import Callable
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.platform_quirks import Rules

KEY, OPTION_ID, URL = 1024, 128, 2048  # bytes
MOST_ROWS, MOST_PARAGRAPHS, MOST_JUMPS, MOST_BUTTONS, MOST_SELECTIONS = 6, 4, 3, 6, 3
MOST_OPTIONS, MOST_VOTE_OPTIONS = 10, 20
MOST_ACTIONS = 10  # of a menu; `rules` may allow fewer

Check = Callable[[Any], None]


def check(card: dict[str, Any], rules: Rules, *, replaced: bool) -> None:
    """Raise `ApiError` for the first invalid field. With `replaced`, inputs may be missing."""
    required, optional = CARDS[card["card_type"]]
    for name, check_field in required.items():
        if name in card or not (replaced and name in INPUTS):
            check_field(card.get(name))
    for name, check_field in optional.items():
        if card.get(name) is not None:
            check_field(card[name])
    actions = (card.get("action_menu") or {}).get("action_list") or []
    if len(actions) > rules.card_menu_entries:
        raise ApiError(40058, f"action_list must have 1 to {rules.card_menu_entries} entries")
    _check_texts(card)


def media_ids(card: dict[str, Any]) -> list[str]:
    """The files that the card links to."""
    return [str(row.get("media_id") or "") for row in card.get("horizontal_content_list") or [] if row.get("type") == 2]


def user_ids(card: dict[str, Any]) -> list[str]:
    """The members that the card links to."""
    return [str(row.get("userid") or "") for row in card.get("horizontal_content_list") or [] if row.get("type") == 3]


def _check_texts(card: dict[str, Any]) -> None:
    """A card needs a title; a text notice may have a text instead, a news notice needs a picture too."""
    title = (card.get("main_title") or {}).get("title") or ""
    other = card.get("sub_title_text") or "" if card["card_type"] == "text_notice" else ""
    if not title.strip() and not other.strip():
        raise ApiError(42033, "missing main_title.title")
    if card["card_type"] == "news_notice" and not (card.get("card_image") or card.get("image_text_area")):
        raise ApiError(42044, "missing card_image and image_text_area")


def _object(value: object, name: str, errcode: int = 40058) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(errcode, f"{name} is missing or no object")
    return value


def _text(part: dict[str, Any], name: str, errcode: int = 40058, *, most: int = 0, required: bool = False) -> str:
    value = part.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()) or (most and len(value.encode()) > most):
        raise ApiError(errcode, f"invalid {name}")
    return value


def _list(value: object, name: str, most: int, errcode: int) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise ApiError(errcode, f"{name} must have 1 to {most} entries")
    return [_object(item, name, errcode) for item in value]


def _address(part: dict[str, Any], name: str = "url", errcode: int = 42028) -> None:
    value = _text(part, name, errcode, most=URL, required=True)
    if not value.startswith(("http://", "https://")):
        raise ApiError(errcode, f"{name} needs http:// or https://")


def _jump_target(part: dict[str, Any], kinds: set[int], errcode: int = 40058) -> None:
    """`type` 1 opens an address, 2 a mini-program."""
    kind = part.get("type", 0)
    if isinstance(kind, bool) or kind not in kinds:
        raise ApiError(errcode, "invalid type")
    if kind == 1:
        _address(part)
    elif kind == 2:
        _text(part, "appid", 42030, required=True)
        _text(part, "pagepath")


def _source(value: Any) -> None:
    part = _object(value, "source")
    _text(part, "desc")
    if part.get("icon_url"):
        _address(part, "icon_url")
    if part.get("desc_color", 0) not in {0, 1, 2, 3}:
        raise ApiError(40058, "invalid desc_color")


def _action_menu(value: Any) -> None:
    part = _object(value, "action_menu")
    _text(part, "desc")
    actions = _list(part.get("action_list"), "action_list", MOST_ACTIONS, 40058)
    for action in actions:
        _text(action, "text", 42020, required=True)
        _text(action, "key", 42018, most=KEY, required=True)
    if len({action["key"] for action in actions}) < len(actions):
        raise ApiError(42051)


def _main_title(value: Any) -> None:
    part = _object(value, "main_title", 42033)
    _text(part, "title", 42033)
    _text(part, "desc")


def _quote_area(value: Any) -> None:
    part = _object(value, "quote_area")
    _jump_target(part, {0, 1, 2})
    _text(part, "title")
    _text(part, "quote_text")


def _emphasis_content(value: Any) -> None:
    part = _object(value, "emphasis_content")
    _text(part, "title")
    _text(part, "desc")


def _string(value: Any) -> None:
    if not isinstance(value, str):
        raise ApiError(40058, "a text is not a string")


def _image_text_area(value: Any) -> None:
    part = _object(value, "image_text_area")
    _jump_target(part, {0, 1, 2})
    _address(part, "image_url", 42044)
    _text(part, "title")
    _text(part, "desc")


def _card_image(value: Any) -> None:
    part = _object(value, "card_image", 42044)
    _address(part, "url", 42044)
    ratio = part.get("aspect_ratio", 1.3)
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 1.3 <= ratio < 2.25:
        raise ApiError(40058, "invalid aspect_ratio")


def _vertical_content_list(value: Any) -> None:
    for item in _list(value, "vertical_content_list", MOST_PARAGRAPHS, 42036):
        _text(item, "title", 42033, required=True)
        _text(item, "desc")


def _horizontal_content_list(value: Any) -> None:
    for item in _list(value, "horizontal_content_list", MOST_ROWS, 42035):
        _text(item, "keyname", 42027, required=True)
        _text(item, "value")
        kind = item.get("type", 0)
        if kind == 2:
            _text(item, "media_id", 42029, required=True)
        elif kind == 3:
            _text(item, "userid", 42050, required=True)
        else:
            _jump_target(item, {0, 1})


def _jump_list(value: Any) -> None:
    for jump in _list(value, "jump_list", MOST_JUMPS, 42042):
        _text(jump, "title", 42033, required=True)
        _jump_target(jump, {0, 1, 2})


def _card_action(value: Any) -> None:
    _jump_target(_object(value, "card_action", 42045), {1, 2}, 42045)


def _optional_card_action(value: Any) -> None:
    _jump_target(_object(value, "card_action", 42045), {0, 1, 2}, 42045)


def _button_list(value: Any) -> None:
    buttons = _list(value, "button_list", MOST_BUTTONS, 40058)
    for button in buttons:
        _text(button, "text", 42038, required=True)
        if button.get("style", 1) not in {1, 2, 3, 4}:
            raise ApiError(40058, "invalid button style")
        if button.get("type", 0) == 1:
            _address(button)
        else:
            _text(button, "key", 42039, most=KEY, required=True)
    keys = [button["key"] for button in buttons if button.get("type", 0) != 1]
    if len(set(keys)) < len(keys):
        raise ApiError(42039, "two buttons have the same key")


def _options(part: dict[str, Any], most: int, *, checkable: bool = False) -> None:
    options = _list(part.get("option_list"), "option_list", most, 42037)
    for option in options:
        _text(option, "id", 42040, most=OPTION_ID, required=True)
        _text(option, "text", 42041, required=True)
        if checkable and not isinstance(option.get("is_checked", False), bool):
            raise ApiError(40058, "invalid is_checked")
    if len({option["id"] for option in options}) < len(options):
        raise ApiError(42040, "two options have the same id")


def _selection(value: Any) -> None:
    part = _object(value, "a selection")
    _text(part, "question_key", 42043, most=KEY, required=True)
    _text(part, "title")
    _options(part, MOST_OPTIONS)
    ids = {option["id"] for option in part["option_list"]}
    if part.get("selected_id") and part["selected_id"] not in ids:
        raise ApiError(42040, "selected_id is no option")


def _select_list(value: Any) -> None:
    lists = _list(value, "select_list", MOST_SELECTIONS, 42047)
    for selector in lists:
        _selection(selector)
    if len({selector["question_key"] for selector in lists}) < len(lists):
        raise ApiError(42043, "two lists have the same question_key")


def _checkbox(value: Any) -> None:
    part = _object(value, "checkbox")
    _text(part, "question_key", 42043, most=KEY, required=True)
    if part.get("mode", 0) not in {0, 1}:
        raise ApiError(40058, "invalid mode")
    _options(part, MOST_VOTE_OPTIONS, checkable=True)


def _submit_button(value: Any) -> None:
    part = _object(value, "submit_button", 42046)
    _text(part, "text", 42049, required=True)
    _text(part, "key", 42046, most=KEY, required=True)


Fields = dict[str, Check]
INPUTS = {"button_list", "checkbox", "select_list", "submit_button"}
COMMON_FIELDS: Fields = {"source": _source}
NOTICE_FIELDS: Fields = {
    **COMMON_FIELDS,
    "action_menu": _action_menu,
    "quote_area": _quote_area,
    "horizontal_content_list": _horizontal_content_list,
}
# Required and optional fields by card type.
CARDS: dict[str, tuple[Fields, Fields]] = {
    "text_notice": (
        {"card_action": _card_action},
        {
            **NOTICE_FIELDS,
            "main_title": _main_title,
            "emphasis_content": _emphasis_content,
            "sub_title_text": _string,
            "jump_list": _jump_list,
        },
    ),
    "news_notice": (
        {"main_title": _main_title, "card_action": _card_action},
        {
            **NOTICE_FIELDS,
            "image_text_area": _image_text_area,
            "card_image": _card_image,
            "vertical_content_list": _vertical_content_list,
            "jump_list": _jump_list,
        },
    ),
    "button_interaction": (
        {"main_title": _main_title, "button_list": _button_list},
        {
            **NOTICE_FIELDS,
            "sub_title_text": _string,
            "card_action": _optional_card_action,
            "button_selection": _selection,
        },
    ),
    "vote_interaction": (
        {"main_title": _main_title, "checkbox": _checkbox, "submit_button": _submit_button},
        COMMON_FIELDS,
    ),
    "multiple_interaction": (
        {"main_title": _main_title, "select_list": _select_list, "submit_button": _submit_button},
        COMMON_FIELDS,
    ),
}
