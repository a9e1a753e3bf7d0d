"""The meaning of an answer's text where the directory or code knows it: which member, which department.

Read before a step, since the machine knows no rows.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from conversations.delivery import channel
from conversations.machine.nodes.node import Node
from conversations.machine.places import Offer
from conversations.machine.resolution import Resolution
from conversations.sessions.answers import validator_runs
from conversations.wording import flow_texts
from core.text.slot_values import RECEIVED, UNSTORABLE, SlotType
from wecom.models import Application

MOST_OFFERED = 5


def look_up(application: Application | None, node: Node, text: str, *, now: datetime) -> Resolution | None:
    """The meaning of a text as the answer to a question, in the active language; None if the text alone says it.

    Without an application no directory is searched.
    """
    slot = node.slot
    if slot is None:
        return None
    if slot.type in RECEIVED:
        return Resolution(said=text)  # no text is a file, whatever number it has
    find = LOOKUPS.get(slot.type)
    if find is not None and application is not None:
        return Resolution(said=text) if UNSTORABLE.search(text) else find(application, text)
    value = slot.parse(text, today=now.date(), now=now) if node.validator else None
    return None if value is None else validator_runs.run(node.validator, text, value)


def _member(application: Application, text: str) -> Resolution:
    members = channel.find_members(application, text, most=MOST_OFFERED + 1)
    if len(members) == 1:
        return Resolution(said=text, value=members[0].user_id, label=str(members[0]))
    shown = [
        (member.user_id, str(member), str(member.main_department or ""), member.user_id)
        for member in members[:MOST_OFFERED]
    ]
    return _offer(text, shown, flow_texts.which_member(text.strip(), more=len(members) > MOST_OFFERED))


def _department(application: Application, text: str) -> Resolution:
    departments = channel.find_departments(application, text, most=MOST_OFFERED + 1)
    if len(departments) == 1:
        return Resolution(said=text, value=str(departments[0][0].number), label=departments[0][0].name)
    shown = [(str(one.number), one.name, above, f"#{one.number}") for one, above in departments[:MOST_OFFERED]]
    return _offer(text, shown, flow_texts.which_department(text.strip(), more=len(departments) > MOST_OFFERED))


def _offer(text: str, shown: list[tuple[str, str, str, str]], words: str) -> Resolution:
    """Several to choose from: each with its value, its name, its place, and the detail that no other has."""
    names = Counter(name for _value, name, _where, _own in shown)
    places = Counter((name, where) for _value, name, where, _own in shown)
    offered = []
    for value, name, where, own in shown:
        told = where if where and places[name, where] == 1 else own
        offered.append(Offer(value=value, label=name if names[name] == 1 else f"{name} · {told}", name=name))
    return Resolution(said=text, offered=tuple(offered), words=words if offered else "")


LOOKUPS: dict[SlotType, Callable[[Application, str], Resolution]] = {
    SlotType.MEMBER: _member,
    SlotType.DEPARTMENT: _department,
}
