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
from conversations.machine.nodes.declarations import Column, Drawing, Fault, Holds, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.step import step
from conversations.models import Flow, State
from core.interchange.flaws import FileRefused
from tests.conversations.support.flow_pages import staff, url
from tests.support.admin_forms import unchanged
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db
OWN = ("most", "otherwise", "in_bold")
"""Fields that no step had before."""


@dataclass(frozen=True, kw_only=True)
class TotalNode(Node):
    """Says its text and what a formula gives."""

    kind = "total"
    does = "say a total and go on"
    order = 65
    drawing = Drawing(light="#123456", dark="#abcdef", glyph="M7 7h10")
    lines: ClassVar[tuple[Line, ...]] = (
        ("text",),
        ("formula",),
        (
            Column(name="most", holds=Holds.NUMBER, words="the most", about="A total above it is not said."),
            Column(name="otherwise", holds=Holds.LINES, words="instead of it"),
            Column(name="in_bold", holds=Holds.YES_NO, words="in bold"),
        ),
    )

    formula: str = field(default="", metadata=named("formula"))
    most: int | None = field(default=None, metadata=named("the most"))
    otherwise: str = field(default="", metadata=named("instead of it"))
    in_bold: bool = field(default=False, metadata=named("in bold"))

    def say(self, walk: Walk, place: Place) -> None:
        total = walk.value(self.formula, place)
        said = self.otherwise if self.most is not None and int(total) > self.most else total
        walk.do(Say(text=f"{walk.fill(self.text, place)} {f'**{said}**' if self.in_bold else said}"))

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
        return {"formula": row.formula.strip(), **{name: getattr(row, name) for name in OWN}}

    def to_row(self) -> dict[str, Any]:
        return {"formula": self.formula, **{name: getattr(self, name) for name in OWN}}


class RelayNode(SubflowNode):
    kind = "relay"


class SurveyNode(AskNode):
    kind = "survey"


class ClipNode(VideoNode):
    kind = "clip"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    monkeypatch.setattr(State._meta, "private_fields", list(State._meta.private_fields))
    for node in (TotalNode, RelayNode, SurveyNode, ClipNode):
        registry.register(node)
    yield
    for name in OWN:
        delattr(State, name)
    monkeypatch.undo()
    State._meta._expire_cache()


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


def test_a_new_field_is_kept_without_a_migration(flow):
    change_steps(flow.states.filter(kind="total"), most=5, otherwise="much", in_bold=True)
    machine = publication.live_machine(publication.publish(flow))
    ran = step(machine, Place(), Act.START, today=date(2026, 12, 2))
    assert [effect.text for effect in ran.effects] == ["It is **much**", "Bye."]
    assert flow.states.get(kind="total").details == {
        **{"formula": "3 + 4", "most": 5},
        **{"otherwise": "much", "in_bold": True},
    }


def test_a_new_field_comes_back_from_a_copy_and_a_file(flow):
    change_steps(flow.states.filter(kind="total"), most=5, otherwise="much")
    assert publication.draft(drafts.duplicate(flow)).nodes == publication.draft(flow).nodes
    data = services.export_file(flows=Flow.objects.filter(pk=flow.pk)).data
    flow.delete()
    services.import_file(data)
    assert services.export_file(flows=Flow.objects.filter(name="Sum")).data == data
    assert b"most: 5" in data


def test_a_new_field_is_checked_in_a_file(flow):
    change_steps(flow.states.filter(kind="total"), most=5)
    data = services.export_file(flows=Flow.objects.all()).data
    with pytest.raises(FileRefused) as refused:
        services.import_file(data.replace(b"most: 5", b"most: many"))
    (flaw,) = refused.value.flaws
    assert (flaw.place, flaw.remedy) == ("flows[0].steps[0].most", "Write a whole number, such as 7.")


def test_a_new_kind_is_linted(flow):
    change_steps(flow.states.filter(kind="total"), formula="")
    assert [one.code for one in publication.check(flow)] == ["no_total"]
    change_steps(flow.states.filter(kind="total"), formula="3 +")
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
    assert hr.post(page, {**unchanged(hr, page), "formula": "1 + 1", "most": "9"}).status_code == 302
    changed = publication.draft(flow).nodes[0]
    assert (changed.formula, changed.most) == ("1 + 1", 9)


def test_a_new_field_is_in_the_form_beside_its_kind_only(flow):
    hr, state = staff("boss", superuser=True), flow.states.get(kind="total")
    shown = hr.get(url("state", "change", state.pk))
    assert "A total above it is not said." in shown.content.decode()
    assert "kind === 'total'" in shown.context["adminform"].model_admin.conditional_fields["most"]


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
    change_steps(flow.states.filter(kind="total"), kind="clip", mode="loud")
    assert "mode_unknown" in [one.code for one in publication.check(flow)]
