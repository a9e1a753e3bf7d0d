"""A session as a file: what people did and what they got, in order, without anything that tells who they are.

People become person1, person2 …, numbers that could be a phone's or an account's become zeros, addresses of mail become
one, and no token, key, media ID or code comes along. `words=False` hides what was written, too.
"""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from wecom.emulator.callbacks.envelope import read
from wecom.emulator.models import App, Callback, Entry, Member

FORMAT = "wecom-session/1"
MOST = 2000  # entries and events each
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONG_NUMBER = re.compile(r"\d(?:[\d -]{5,}\d)")
DIGIT = re.compile(r"\d")
WORD = re.compile(r"\w")
# Fields that only the platform can give, and that are new in each session.
SECRET = frozenset({"media_id", "media_url", "thumb_media_id", "filename", "task_id", "size"})
HEAD = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "AgentID"})
CARD_EVENTS = frozenset({"template_card_event", "template_card_menu_event"})
Step = dict[str, Any]


class Mask:
    """Takes out what tells who somebody is; the same name becomes the same person throughout."""

    def __init__(self, members: Iterable[Member], *, words: bool) -> None:
        self._names = {member.userid.lower(): member.name for member in members}
        self._people: dict[str, str] = {}
        self._words = words

    def person(self, userid: str) -> str:
        """person1, person2 …, in the order of their first appearance."""
        return self._people.setdefault(userid.lower(), f"person{len(self._people) + 1}")

    def text(self, text: str, *, said: bool = True) -> str:
        """The text; `said` is what somebody wrote, which may be hidden as a whole."""
        if said and not self._words:
            return WORD.sub("x", text)
        text = EMAIL.sub("person@example.com", text)
        for userid, name in self._names.items():
            for known in (name, userid):
                if len(known) > 1 and known.lower() in text.lower():
                    text = re.sub(re.escape(known), self.person(userid), text, flags=re.IGNORECASE)
        return LONG_NUMBER.sub(lambda found: DIGIT.sub("0", found[0]), text)

    def value(self, value: Any) -> Any:
        """JSON with every text masked and without the secret fields."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {name: self.value(one) for name, one in value.items() if name not in SECRET}
        return value


def record(app: App, *, since: float = 0.0, words: bool = True) -> dict[str, Any]:
    """The session since a moment of the emulator's clock, ready to be written to a file."""
    mask = Mask(Member.objects.filter(corp_id=app.corp_id), words=words)
    entries = Entry.objects.filter(app=app, at__gte=since).select_related("message", "member").order_by("pk")[:MOST]
    events = Callback.objects.filter(app=app, at__gte=since, message=None).order_by("pk")[:MOST]
    for _, userid in sorted(
        [(row.at, row.member.userid) for row in entries] + [(row.at, row.userid) for row in events]
    ):
        mask.person(userid)  # before those whom somebody only mentions
    found = [(row.at, _said(row, mask)) for row in entries] + [(row.at, _did(row, mask)) for row in events]
    steps: list[Step] = []
    earlier = None
    for at, step in sorted(found, key=lambda pair: pair[0]):
        steps.append({"after": round(at - (at if earlier is None else earlier), 2), **step})
        earlier = at
    return {"format": FORMAT, "words": words, "steps": steps}


def heard(entry: Entry, mask: Mask) -> dict[str, Any]:
    """What somebody got, as a recording holds it."""
    return {"type": entry.message.msgtype, "content": mask.value(entry.message.content)}


def _said(entry: Entry, mask: Mask) -> Step:
    who = mask.person(entry.member.userid)
    if entry.received:
        return {"who": who, "hears": heard(entry, mask)}
    return {"who": who, "says": {"type": entry.message.msgtype, **mask.value(entry.message.content)}}


def _did(row: Callback, mask: Mask) -> Step:
    root = read(row.plain)
    who = mask.person(row.userid)
    name = root.findtext("Event", "")
    if name in CARD_EVENTS:
        selected = {
            item.findtext("QuestionKey", ""): [option.text or "" for option in item.iterfind("OptionIds/OptionId")]
            for item in root.iterfind("SelectedItems/SelectedItem")
        }
        return {"who": who, "presses": root.findtext("EventKey", ""), "selected": selected}
    return {"who": who, "does": name, "fields": [_field(child, mask) for child in root if child.tag not in HEAD]}


def _field(node: Element, mask: Mask) -> list[Any]:
    if len(node):
        return [node.tag, [_field(child, mask) for child in node]]
    return [node.tag, mask.text(node.text or "", said=False)]
