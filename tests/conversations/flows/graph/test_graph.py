"""A flow's graph: no overlaps, every edge ends at a box, and all states are in it."""

import itertools
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.flows.graph import Marks, svg
from conversations.flows.graph.labels import measure, wrap
from conversations.flows.graph.positions import Drawing, place
from conversations.flows.graph.ranks import Box, Link, arrange
from conversations.flows.problems import Problem
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from core.text.slot_values import Choice, Slot, SlotType
from openuser.demo.demo_flows import example_flows

NAME = "{http://www.w3.org/2000/svg}"
QUALITY = Slot(
    name="quality",
    type=SlotType.CHOICE,
    choices=(Choice(value="lipsync", label="基础"), Choice(value="enhanced_talking_head", label="高清")),
)


def node(key: str, *to: str | Edge, kind: type[Node] = SayNode, **fields) -> Node:
    edges = tuple(edge if isinstance(edge, Edge) else Edge(to=edge) for edge in to)
    return kind(**{"key": key, "name": f"«{key}»", "text": f"It is {key}.", "edges": edges, **fields})


def flow(*nodes: Node, start: str = "a", language: str = "en") -> Machine:
    return Machine(name="Flow", language=language, start=start, nodes=nodes)


def is_(value: str, to: str, slot: str = "quality", operator: Operator = Operator.IS) -> Edge:
    return Edge(to=to, guard=Guard(slot=slot, operator=operator, value=value))


def said(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAME}text")]


def laid_out(boxes: list[Box], links: list[Link]) -> Drawing:
    return place(arrange(boxes, links), tuple(links))


def check(boxes: list[Box], links: list[Link]) -> Drawing:
    """What must hold of every layout."""
    drawing = laid_out(boxes, links)
    frames = {box.key: (*drawing.boxes[box.key], box.width, box.height) for box in boxes}
    for (left, top, width, height), (left2, top2, width2, height2) in itertools.combinations(frames.values(), 2):
        assert left + width <= left2 or left2 + width2 <= left or top + height <= top2 or top2 + height2 <= top
    for frame in frames.values():
        assert frame[0] >= -0.2
        assert frame[1] >= 0
        assert frame[0] + frame[2] <= drawing.width + 0.2
        assert frame[1] + frame[3] <= drawing.height + 0.2
    for link, route in zip(links, drawing.routes, strict=True):
        left, top, width, height = frames[link.source]
        assert route.points[0] == pytest.approx((left + width / 2, top + height), abs=0.2)
        left, top, width, height = frames[link.target]
        assert route.points[-1] == pytest.approx((left + width / 2, top), abs=0.2)
        for one, other in itertools.pairwise(route.points):
            assert abs(one[0] - other[0]) < 1 or one[1] == other[1]
            assert not any(runs_through(one, other, frame) for frame in frames.values())
    labels = [(route.label, link) for link, route in zip(links, drawing.routes, strict=True) if link.width]
    for (x, y), link in labels:
        for left, top, width, height in frames.values():
            beside = x + link.width / 2 <= left + 0.2 or left + width - 0.2 <= x - link.width / 2
            assert beside or y + link.height / 2 <= top + 0.2 or top + height - 0.2 <= y - link.height / 2
    return drawing


def runs_through(one, other, frame):
    """Whether a straight line enters the inside of a frame."""
    left, top, width, height = frame
    low, high = sorted((one[0], other[0]))
    upper, lower = sorted((one[1], other[1]))
    return high > left + 1 and low < left + width - 1 and lower > top + 1 and upper < top + height - 1


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 12))
    keys = [f"s{number}" for number in range(count)]
    sizes = st.integers(20, 240)
    boxes = [Box(key=key, width=draw(sizes), height=draw(sizes)) for key in keys]
    pairs = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=24))
    wide = st.sampled_from([(0, 0), (60, 19), (144, 49)])
    links = []
    for source, target in pairs:
        width, height = draw(wide)
        links.append(Link(source=source, target=target, width=width, height=height, main=draw(st.booleans())))
    return boxes, links


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_in_any_graph_boxes_lie_apart_and_lines_lead_around_them(graph):
    check(*graph)


def test_forty_states_in_a_row_with_ways_back_stay_in_one_column():
    boxes = [Box(key=f"s{number}", width=232, height=100) for number in range(40)]
    links = [Link(source=f"s{number}", target=f"s{number + 1}") for number in range(39)]
    back = [Link(source=f"s{number}", target="s0", width=80, height=19, main=False) for number in (5, 17, 39)]
    drawing = check(boxes, links + back)
    assert len({left for left, _top in drawing.boxes.values()}) == 1


def test_a_loop_to_the_same_box_leaves_below_and_arrives_above():
    drawing = check([Box(key="a", width=200, height=80)], [Link(source="a", target="a", width=60, height=19)])
    ys = [y for _x, y in drawing.routes[0].points]
    assert max(ys) > ys[0] > ys[-1] > min(ys)


def test_what_nothing_leads_to_is_drawn_all_the_same():
    check([Box(key=key, width=100, height=50) for key in "abc"], [Link(source="a", target="b")])
    assert "«lost»" in said(svg(flow(node("a", kind=EndNode), node("lost"))))


@pytest.mark.parametrize("example", example_flows(), ids=lambda example: example.machine.name)
def test_a_shipped_flow_shows_every_state_choice_and_condition(example):
    machine = example.machine
    picture = svg(machine)
    words = said(picture)
    for state in machine.nodes:
        assert state.name in words
        for number, choice in enumerate(state.slot.choices if state.slot else (), start=1):
            assert f"{number} {choice.label}" in words
    root = ElementTree.fromstring(picture)
    assert len(list(root.iter(f"{NAME}g"))) > len(machine.nodes)
    assert root.get("role") == "img"
    assert machine.name in (root.findtext(f"{NAME}title") or "")
    assert f"{machine.nodes[0].name} → {machine.nodes[1].name}" in (root.findtext(f"{NAME}desc") or "")


def test_conditions_are_told_by_the_label_of_the_choice():
    ask = node("a", is_("lipsync", "b"), "c", kind=AskNode, slot=QUALITY)
    later = node("b", is_("lipsync", "c", operator=Operator.IS_NOT), "a")
    with translation.override("en"):
        words = said(svg(flow(ask, later, node("c", kind=EndNode))))
    assert {"基础", "otherwise", "quality: not 基础"} <= set(words)


def test_choices_with_one_target_share_an_arrow():
    edges = (is_("lipsync", "b"), is_("enhanced_talking_head", "b"))
    machine = flow(node("a", *edges, kind=AskNode, slot=QUALITY), node("b", kind=EndNode))
    assert "基础 / 高清" in said(svg(machine))
    assert svg(machine).count('class="way') == 2  # the other one comes from the start


def test_ways_out_are_dashed():
    ask = node("a", "b", Edge(to="b", on=On.RETRIES), Edge(to="b", on=On.EXPIRED), kind=AskNode, slot=QUALITY)
    with translation.override("en"):
        picture = svg(flow(ask, node("b", kind=EndNode)))
    assert picture.count('class="way dashed"') == 2
    assert {"asked too often", "no answer in time"} <= set(said(picture))


def test_the_place_and_those_who_wait_are_marked():
    picture = svg(flow(node("a", "b"), node("b", kind=EndNode)), Marks(here="b", counts={"a": 12, "gone": 3}))
    states = {
        element.get("data-state"): element
        for element in ElementTree.fromstring(picture).iter(f"{NAME}g")
        if element.get("data-state")
    }
    assert states["b"].get("class") == "state end here"
    assert states["a"].get("class") == "state say"
    assert said(picture).count("12") == 1
    assert "3" not in said(picture)


def test_problems_and_the_way_so_far_are_marked():
    problem = Problem(code="no_text", state="«a»", words="It has no <text>.")
    marks = Marks(problems={"a": [problem]}, walked=[("a", "b")])
    picture = svg(flow(node("a", "b"), node("b", "c"), node("c", kind=EndNode)), marks)
    root = ElementTree.fromstring(picture)
    edges = {(edge.get("data-from"), edge.get("data-to")): edge.get("class") for edge in root.iter(f"{NAME}g")}
    assert (edges["a", "b"], edges["b", "c"], edges["", "a"]) == ("edge walked", "edge", "edge")
    assert 'class="state say walked faulty" data-state="a"' in picture
    assert "It has no <text>." in [title.text for title in root.iter(f"{NAME}title")]


def test_boxes_can_lead_to_pages():
    picture = svg(flow(node("a", kind=EndNode)), Marks(links={"a": "/admin/?a=1&b=2"}))
    root = ElementTree.fromstring(picture)
    assert [element.get("href") for element in root.iter(f"{NAME}a")] == ["/admin/?a=1&b=2"]
    assert root.get("role") == "group"


def test_a_flow_that_is_empty_or_leads_nowhere_has_a_picture():
    assert ElementTree.fromstring(svg(flow(start=""))).tag == f"{NAME}svg"
    assert "«a»" in said(svg(flow(node("a", "nowhere"))))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=40))
def test_whatever_people_write_stays_text(text, name):
    choices = (Choice(value="a", label=text or "x"), Choice(value="b", label="<b>&amp;\x00"))
    slot = Slot(name="q", type=SlotType.CHOICE, choices=choices)
    edges = (is_(text, "b", slot="q"), Edge(to="b"))
    nodes = (
        node("a", *edges, kind=AskNode, text=text, name=name, slot=slot),
        node("b", kind=EndNode, text="<script>alert(1)</script>"),
    )
    picture = svg(flow(*nodes))
    ElementTree.fromstring(picture)
    assert "<script" not in picture


@given(st.text(max_size=200), st.integers(1, 4))
def test_lines_fit_their_room(text, most):
    lines = wrap(text, size=12, room=120, most=most)
    assert len(lines) <= most
    assert all(measure(line, 12) <= 120 for line in lines)


def test_a_cut_text_says_so_and_chinese_is_twice_as_wide():
    assert wrap("一二三四五六七八九十", size=10, room=50, most=1) == ("一二三四…",)
    assert wrap("好的！请说", size=10, room=20, most=3) == ("好", "的！", "请说")
    assert wrap("hello there world", size=10, room=70, most=2) == ("hello there", "world")
