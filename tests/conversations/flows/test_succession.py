"""Steps lead to the next by default, and rows leave those transitions out."""

from dataclasses import replace

import pytest

from conversations.flows import drafts, publication, succession
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.models import Flow, State, Transition
from core.text.slot_values import Slot, SlotType, parse_choices
from tests.conversations.support.machines import video_machine

YES = Guard(slot="go", operator=Operator.IS, value="yes")
NO = Guard(slot="go", operator=Operator.IS, value="no")
ASKS = AskNode(
    key="go",
    name="Go?",
    text="Go?",
    slot=Slot(name="go", type=SlotType.CHOICE, choices=parse_choices("yes = Yes\nno = No")),
)
SAYS = SayNode(key="says", name="Says", text="Well.")
END = EndNode(
    key="end",
    name="End",
)
ON = Edge(to="says")


@pytest.mark.parametrize(
    ("edges", "after"),
    [
        ((), (ON,)),
        ((Edge(to="end", guard=YES),), (Edge(to="end", guard=YES), ON)),
        ((Edge(to="end", on=On.RETRIES),), (ON, Edge(to="end", on=On.RETRIES))),
        ((Edge(to="end"),), (Edge(to="end"),)),
        (
            (Edge(to="end", guard=YES), Edge(to="says", guard=NO)),
            (Edge(to="end", guard=YES), Edge(to="says", guard=NO)),
        ),
    ],
    ids=["nothing", "one choice", "too many tries", "elsewhere", "every choice"],
)
def test_a_step_leads_to_the_next_where_no_transition_says_more(edges, after):
    nodes = (replace(ASKS, edges=edges), SAYS, END)
    led = succession.with_defaults(nodes)
    assert led[0].edges == after
    assert led[2].edges == ()
    assert succession.with_defaults(succession.without_defaults(led)) == led


def machine(*nodes: Node) -> Machine:
    return video_machine(nodes=nodes, start=nodes[0].key)


@pytest.mark.django_db
@pytest.mark.databases
def test_steps_without_transitions_run_in_order_and_end():
    flow = Flow.objects.create(name="Trip")
    for position, name in enumerate(("from", "to", "day")):
        State.objects.create(flow=flow, position=position, key=name, name=name, text=f"{name}?", slot=name)
    assert publication.check(flow) == []
    draft = publication.draft(flow)
    assert [[edge.to for edge in node.edges] for node in draft.nodes] == [["to"], ["day"], []]
    State.objects.filter(key="from").update(position=9)
    assert [node.key for node in publication.draft(flow).nodes if not node.edges] == ["from"]


@pytest.mark.django_db
@pytest.mark.databases
def test_a_machine_becomes_rows_with_only_the_transitions_that_lead_elsewhere():
    flow = Flow.objects.create(name="Video")
    drafts.load(flow, video_machine())
    ways = Transition.objects.filter(state__flow=flow).values_list("state__key", "when", "target__key")
    assert set(ways) == {
        ("ask_quality", "next", "video"),
        ("ask_quality", "next", "plain"),
        ("ask_quality", "retries", "sorry"),
        ("video", "next", "bye"),
        ("plain", "next", "video"),
    }
    assert publication.draft(flow).nodes == video_machine().nodes


@pytest.mark.django_db
@pytest.mark.databases
def test_a_step_that_stopped_in_between_gets_an_end_of_its_own():
    flow = Flow.objects.create(name="Stops")
    drafts.load(flow, machine(replace(ASKS, edges=(Edge(to="later", guard=YES), ON)), SAYS, replace(SAYS, key="later")))
    drawn = publication.draft(flow)
    end = drawn.nodes[-1]
    assert (end.kind, end.text) == (EndNode.kind, "")
    assert drawn.node("says").edges == drawn.node("later").edges == (Edge(to=end.key),)
