"""A kind of step that this module alone declares is published, run, drawn, checked, exchanged and edited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import pytest

from conversations import services
from conversations.flows import drafts, publication
from conversations.flows.graph import svg
from conversations.flows.subflows import callers
from conversations.machine.effects import Say
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.subflow import SubflowNode
from conversations.machine.kinds.video import VideoNode
from conversations.machine.nodes import registry
from conversations.machine.nodes.declarations import Drawing, Fault, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.step import step
from conversations.models import Flow, State
from tests.conversations.support.flow_pages import staff, url
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class TotalNode(Node):
    """Says its text and what a formula gives."""

    kind = "total"
    does = "say a total and go on"
    order = 65
    drawing = Drawing(light="#123456", dark="#abcdef", glyph="M7 7h10")
    lines: ClassVar[tuple[Line, ...]] = (("text",), ("formula",))

    formula: str = field(default="", metadata=named("formula"))

    def say(self, walk: Walk, place: Place) -> None:
        walk.do(Say(text=f"{walk.fill(self.text, place)} {walk.value(self.formula, place)}"))

    def faults(self, others: Sequence[Node], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        if not self.formula:
            yield Fault(code="no_total", words="It has no total. Write a formula.")

    def summary(self, wording: Wording) -> str:
        return f"Σ {self.formula}"

    @property
    def formulas(self) -> tuple[str, ...]:
        return (self.formula, *super().formulas) if self.formula else super().formulas

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        return {"formula": row.formula.strip()}

    def to_row(self) -> dict[str, Any]:
        return {"formula": self.formula}


class RelayNode(SubflowNode):
    kind = "relay"


class SurveyNode(AskNode):
    kind = "survey"


class ClipNode(VideoNode):
    kind = "clip"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    for node in (TotalNode, RelayNode, SurveyNode, ClipNode):
        monkeypatch.setitem(registry.KINDS, node.kind, node)


@pytest.fixture
def flow() -> Flow:
    flow = Flow.objects.create(name="Sum", language="en", triggers="sum")
    State.objects.create(flow=flow, position=1, key="sum", name="Sum", kind="total", text="It is", formula="3 + 4")
    State.objects.create(flow=flow, position=2, key="bye", name="Bye", kind="end", text="Bye.")
    return flow


def test_a_new_kind_is_published_and_run(flow):
    machine = publication.live_machine(publication.publish(flow))
    ran = step(machine, Place(), Act.START, today=date(2026, 12, 2))
    assert [effect.text for effect in ran.effects] == ["It is 7", "Bye."]
    assert ran.place.outcome == Outcome.COMPLETED


def test_a_new_kind_is_linted(flow):
    flow.states.filter(kind="total").update(formula="")
    assert [one.code for one in publication.check(flow)] == ["no_total"]
    flow.states.filter(kind="total").update(formula="3 +")
    assert [one.is_error for one in publication.check(flow)] == [True]


def test_a_new_kind_is_drawn_in_its_colours(flow):
    picture = svg(publication.draft(flow))
    assert "#123456" in picture
    assert "#abcdef" in picture
    assert "Σ 3 + 4" in picture


def test_a_new_kind_is_copied_with_its_fields(flow):
    copy = drafts.duplicate(flow)
    assert publication.draft(copy).nodes == publication.draft(flow).nodes


def test_a_new_kind_comes_back_from_a_file(flow):
    data = services.export_file(flows=Flow.objects.all()).data
    flow.delete()
    services.import_file(data)
    assert services.export_file(flows=Flow.objects.all()).data == data
    assert b"kind: total" in data


def test_a_new_kind_has_its_fields_in_the_admin(flow):
    hr, state = staff("boss", superuser=True), flow.states.get(kind="total")
    page = url("state", "change", state.pk)
    shown = hr.get(page)
    fields = shown.context["adminform"].model_admin.conditional_fields
    assert "kind === 'total'" in fields["formula"]
    assert "kind === 'total'" not in fields["url"]
    assert "say a total and go on" in shown.content.decode()
    assert hr.post(page, {**unchanged(hr, page), "formula": "1 + 1"}).status_code == 302
    assert publication.draft(flow).nodes[0].formula == "1 + 1"


def test_a_new_kind_can_be_chosen_in_the_table_of_steps(flow):
    shown = staff("boss", superuser=True).get(url("flow", "change", flow.pk)).content.decode()
    assert '<option value="total" selected' in shown


def test_a_new_kind_that_runs_a_flow_is_a_caller_of_it(flow):
    caller = Flow.objects.create(name="Around", language="en")
    State.objects.create(flow=caller, position=1, key="sum", name="Sum", kind="relay", subflow=flow)
    State.objects.create(flow=caller, position=2, key="say", name="Say", kind="say", subflow=flow)
    assert [state.kind for state in callers.drafts_running(flow)] == ["relay"]
    assert callers.all_callers_of(flow) == [caller]


def test_a_new_kind_that_asks_is_offered_with_each_kind_of_answer(flow):
    shown = staff("boss", superuser=True).get(url("flow", "change", flow.pk)).content.decode()
    assert '<option value="survey:date"' in shown
    assert '<option value="survey"' not in shown


def test_a_new_kind_that_makes_a_video_has_its_mode_checked(flow):
    flow.states.filter(kind="total").update(kind="clip", mode="loud")
    assert "mode_unknown" in [one.code for one in publication.check(flow)]
