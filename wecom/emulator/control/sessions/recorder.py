"""Control API: a session as a file: the acts of members and their messages, in order, anonymized.

Tokens, keys, media IDs and codes are left out.
"""

from typing import Any
from xml.etree.ElementTree import Element

from wecom.emulator.callbacks.envelope import parse
from wecom.emulator.control.json_views import ControlRequest, Result
from wecom.emulator.control.sessions.anonymizer import Anonymizer
from wecom.emulator.models import App, Callback, Entry, Member

FORMAT = "wecom-session/1"
MOST = 2000  # messages, and as many events
HEAD = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "AgentID"})
CARD_EVENTS = frozenset({"template_card_event", "template_card_menu_event"})
Step = dict[str, Any]


def show_recording(request: ControlRequest) -> Result:
    """The session from `since` on by the emulator's clock; `words=0` hides the texts."""
    words = request.query.get("words") != "0"
    return record(request.app(), since=request.query_number("since"), words=words)


def record(app: App, *, since: float = 0.0, words: bool = True) -> dict[str, Any]:
    """The session since a time of the emulator's clock, as JSON."""
    anonymizer = Anonymizer(Member.objects.filter(corp_id=app.corp_id), words=words)
    entries = Entry.objects.filter(app=app, at__gte=since).select_related("message", "member").order_by("pk")[:MOST]
    events = Callback.objects.filter(app=app, at__gte=since, message=None).order_by("pk")[:MOST]
    appearances = [(row.at, row.member.userid) for row in entries] + [(row.at, row.userid) for row in events]
    for _, userid in sorted(appearances):
        anonymizer.person(userid)  # numbers them before members who are only mentioned
    recorded = [(row.at, _message_step(row, anonymizer)) for row in entries]
    recorded += [(row.at, _event_step(row, anonymizer)) for row in events]
    steps: list[Step] = []
    earlier = None
    for at, step in sorted(recorded, key=lambda pair: pair[0]):
        steps.append({"after": round(at - (at if earlier is None else earlier), 2), **step})
        earlier = at
    return {"format": FORMAT, "words": words, "steps": steps}


def received_message(entry: Entry, anonymizer: Anonymizer) -> dict[str, Any]:
    """A message that a member received, as a recording holds it."""
    return {"type": entry.message.msgtype, "content": anonymizer.value(entry.message.content)}


def _message_step(entry: Entry, anonymizer: Anonymizer) -> Step:
    person = anonymizer.person(entry.member.userid)
    if entry.received:
        return {"who": person, "hears": received_message(entry, anonymizer)}
    return {"who": person, "says": {"type": entry.message.msgtype, **anonymizer.value(entry.message.content)}}


def _event_step(row: Callback, anonymizer: Anonymizer) -> Step:
    root = parse(row.plain)
    person = anonymizer.person(row.userid)
    name = root.findtext("Event", "")
    if name in CARD_EVENTS:
        selected = {
            item.findtext("QuestionKey", ""): [option.text or "" for option in item.iterfind("OptionIds/OptionId")]
            for item in root.iterfind("SelectedItems/SelectedItem")
        }
        return {"who": person, "presses": root.findtext("EventKey", ""), "selected": selected}
    fields = [_field(child, anonymizer) for child in root if child.tag not in HEAD]
    return {"who": person, "does": name, "fields": fields}


def _field(node: Element, anonymizer: Anonymizer) -> list[Any]:
    if len(node):
        return [node.tag, [_field(child, anonymizer) for child in node]]
    return [node.tag, anonymizer.text(node.text or "", written=False)]
