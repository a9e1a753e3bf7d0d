"""Cards in people's chats: what happens when somebody presses a button, and how the application changes the card.

A response code comes with the message and with every click. It is good for one change, for 72 hours.
"""

import secrets
from typing import Any

from wecom.emulator import clock, live, platform_quirks, presenters
from wecom.emulator.callbacks import enqueue
from wecom.emulator.callbacks.enqueue import PLAIN, Twist
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.messages import cards, references
from wecom.emulator.messages.send import check_agent
from wecom.emulator.models import App, Callback, Entry, ResponseCode, Tag

USERS, PARTIES, TAGS = 1000, 100, 100


class NotPressed(Exception):
    """There is no such button, or it can no longer be pressed."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


Selected = dict[str, list[str]]


def press(entry: Entry, key: str, *, selected: Selected | None = None, twist: Twist = PLAIN) -> Callback:
    """Press a button of a card in a person's chat, or an entry of its menu. `selected` has the options that are chosen
    of each question; those of questions that are not named stay as they were shown. Raises `NotPressed`."""
    card = shown(entry)
    if entry.message.msgtype != "template_card" or entry.message.recalled:
        raise NotPressed("there is no card to press")
    of_menu = cards.in_menu(card, key)
    if presenters.card(entry)["replaced"] and not of_menu:
        raise NotPressed("the buttons of this card were replaced")
    if not of_menu and cards.button(card, key) is None:
        raise NotPressed(f"the card has no button {key!r}")
    name = "template_card_menu_event" if of_menu else "template_card_event"
    chosen = [] if of_menu else _selected_items(card, selected or {})
    code = ResponseCode.objects.create(
        app=entry.app, message=entry.message, code=secrets.token_urlsafe(32), created_at=clock.now()
    )
    fields: list[Field] = [
        ("EventKey", key),
        ("TaskId", entry.message.content.get("task_id", "")),
        ("CardType", card["card_type"]),
        ("ResponseCode", code.code),
        *chosen,
    ]
    return enqueue.create(entry.app, entry.member.userid, name, [("Event", name), *fields], twist=twist)


def _selected_items(card: dict[str, Any], selected: Selected) -> list[Field]:
    """`SelectedItems` as the platform writes it: only for cards that ask something."""
    questions = cards.questions(card)
    unknown = selected.keys() - {question.key for question in questions}
    if unknown:
        raise NotPressed(f"the card has no question {min(unknown)!r}")
    items: list[Field] = []
    for question in questions:
        options = selected.get(question.key, list(question.preset))
        if not set(options) <= set(question.options):
            raise NotPressed(f"the question {question.key!r} has no such option")
        if len(options) > 1 and not question.several:
            raise NotPressed(f"the question {question.key!r} takes one option")
        ids: list[Field] = [("OptionId", option) for option in options]
        items.append(("SelectedItem", [("QuestionKey", question.key), ("OptionIds", ids)]))
    return [("SelectedItems", items)] if items else []


def shown(entry: Entry) -> dict[str, Any]:
    """The card as this person sees it."""
    card: dict[str, Any] = (entry.changed or {}).get("template_card") or entry.message.content
    return card


@endpoint("message/update_template_card", "POST")
def update(request: Request) -> Answer:
    """Change a card for those who are named and have it."""
    app, body = request.caller, request.json()
    check_agent(app, body.get("agentid"))
    changed = _change(app, body)
    code = _code(app, body.get("response_code"))
    if "replace_name" in changed and code.message.content.get("card_type") not in cards.INTERACTIVE:
        raise ApiError(42031, "only a card with buttons can replace them")
    entries = list(Entry.objects.filter(message=code.message, received=True).select_related("member", "message", "app"))
    found, unknown = _named(app, body, entries)
    if not found:
        raise ApiError(82102)
    code.used_at = clock.now()
    code.save(update_fields=["used_at"])
    for entry in found:
        entry.changed = changed
        entry.save(update_fields=["changed"])
        live.changed(entry)
    return {"invaliduser": unknown} if unknown else {}


def _change(app: App, body: dict[str, Any]) -> dict[str, Any]:
    button, card = body.get("button"), body.get("template_card")
    if isinstance(button, dict):
        name = button.get("replace_name")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(42038, "missing replace_name")
        return {"replace_name": name}
    if isinstance(card, dict):
        shown = cards.check(card, platform_quirks.of(app.pk), updating=True)
        references.check_card(app, shown)
        translated = body.get("enable_id_trans") in {1, "1"}
        return {"template_card": references.translate(app, "template_card", shown) if translated else shown}
    raise ApiError(40058, "missing button or template_card")


def _code(app: App, given: object) -> ResponseCode:
    row = ResponseCode.objects.filter(code=str(given or "")).select_related("message").first()
    if row is None or row.used_at is not None or row.created_at + ResponseCode.LIFETIME <= clock.now():
        raise ApiError(60140)
    if row.app_id != app.pk:
        raise ApiError(42015)
    return row


def _named(app: App, body: dict[str, Any], entries: list[Entry]) -> tuple[list[Entry], list[str]]:
    """The entries of those who are named, and the user IDs that have no such card."""
    if body.get("atall") in {1, "1"}:
        return entries, []
    users, parties, tags = (_list(body, field) for field in ("userids", "partyids", "tagids"))
    if not (users or parties or tags):
        raise ApiError(82101)
    for given, most, errcode in ((users, USERS, 40032), (parties, PARTIES, 82002), (tags, TAGS, 82003)):
        if len(given) > most:
            raise ApiError(errcode)
    carried = list(
        Tag.objects.filter(corp=app.corp, number__in=[int(tag) for tag in map(str, tags) if tag.isdecimal()])
    )
    names = list(dict.fromkeys(str(user).lower() for user in users))
    tagged = {str(userid).lower() for tag in carried for userid in tag.userids}
    numbers = {int(str(party)) for party in parties if str(party).isdecimal()}
    inside = visible_range.within(app.corp_id, numbers | {one for tag in carried for one in tag.departments})
    by_name = {entry.member.userid.lower(): entry for entry in entries}
    found = [
        entry
        for name, entry in by_name.items()
        if name in names or name in tagged or inside & set(entry.member.departments)
    ]
    return found, [name for name in names if name not in by_name]


def _list(body: dict[str, Any], field: str) -> list[object]:
    value = body.get(field) or []
    if not isinstance(value, list):
        raise ApiError(40058, f"{field} is not a list")
    return value
