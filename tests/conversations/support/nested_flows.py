"""Flows that run each other, as rows."""

from typing import Any

from conversations import services
from conversations.models import Flow, State, Transition

Ways = tuple[tuple[str, str, str], ...]


def with_steps(flow: Flow, *rows: dict[str, Any], ways: Ways = ()) -> Flow:
    """The flow with these steps and transitions (from, when, to), not published."""
    made = {
        row["key"]: State.objects.create(flow=flow, position=number, **{"name": row["key"], **row})
        for number, row in enumerate(rows)
    }
    for number, (state, when, target) in enumerate(ways):
        Transition.objects.create(state=made[state], when=when, target=made[target], position=number)
    return flow


def published(flow: Flow) -> Flow:
    """The flow with its draft published."""
    services.publish(flow)
    flow.refresh_from_db()
    return flow


def make_contact(**fields: Any) -> Flow:
    """Asks for a phone number and a name, published."""
    flow = Flow.objects.create(**{"name": "联系方式", **fields})
    phone = {"key": "phone", "text": "电话？", "slot": "phone", "slot_type": "phone", "remind_after": 5, "retries": 0}
    ending = {"key": "thanks", "kind": "end", "text": "{{name}}，记下了。"}
    return published(with_steps(flow, phone, {"key": "name", "text": "怎么称呼？", "slot": "name"}, ending))


def make_visit(contact: Flow, **run: Any) -> Flow:
    """Asks for a name, runs the other flow, and asks whether all is right; not published."""
    flow = Flow.objects.create(name="访客", triggers="访客登记")
    step = {"key": "contact", "kind": "subflow", "subflow": contact, "taken": "phone = phone\nwho = name", **run}
    return with_steps(
        flow,
        {"key": "name", "text": "访客叫什么？", "slot": "name"},
        step,
        {"key": "right", "text": "{{name}}找{{who}}？", "slot": "right", "slot_type": "yes_no"},
        {"key": "bye", "kind": "end", "text": "登记好了。"},
        {"key": "sorry", "kind": "end", "text": "下次再登记。"},
        ways=(("contact", "retries", "sorry"), ("contact", "expired", "sorry"), ("right", "next", "bye")),
    )
