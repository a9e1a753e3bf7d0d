"""HR draws steps that decide, set and wait by forms, and tries them."""

import pytest

from conversations.flows import publication
from conversations.machine.kinds.branch import BranchNode
from conversations.machine.kinds.set import SetNode
from conversations.machine.kinds.wait import WaitNode
from tests.conversations.support.flow_pages import add_row, edit, send, url
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def steps(hr, flow):
    """A branch, a step that sets an answer and one that waits, after the question of the flow."""
    page = url("flow", "change", flow.pk)
    data = {**unchanged(hr, page), "expire_after": "60", "expire_text": "Time is up."}
    for name, kind in (("Which", "branch"), ("Total", "set"), ("Pause", "wait")):
        add_row(data, "states", name=name, kind=kind, text="", choices="", position="15")
    send(hr, page, data)
    return {state.name: state for state in flow.states.all()}


def test_forms_make_a_flow_that_decides_sets_and_waits(hr, flow, steps):
    steps["Ask dish"].transitions.all().delete()
    edit(hr, steps["Which"], {"test": "formula", "value": 'dish = "rice"', "target": steps["Pause"].pk})
    edit(hr, steps["Total"], slot="words", formula='join(dish, "!")')
    edit(hr, steps["Pause"], wait_for="1", wait_unit="60")
    flow.refresh_from_db()
    machine = publication.draft(flow)
    kinds = {node.name: (node.kind, node.formulas, getattr(node, "wait", None)) for node in machine.nodes}
    assert kinds["Which"] == (BranchNode.kind, ('dish = "rice"',), None)
    assert kinds["Total"] == (SetNode.kind, ('join(dish, "!")',), None)
    assert kinds["Pause"] == (WaitNode.kind, (), 60)
    assert (machine.expire_after, machine.expire_text) == (60, "Time is up.")
    (problem,) = publication.check(flow)
    assert problem.code == "waits_too_long"


def test_a_formula_that_cannot_be_read_is_refused_where_it_stands(hr, steps):
    page = url("state", "change", steps["Total"].pk)
    data = {**unchanged(hr, page), "formula": "lenght(dish)"}
    assert "There is no function “lenght” (character 1)." in hr.post(page, data).content.decode()
    page = url("state", "change", steps["Which"].pk)
    data = unchanged(hr, page)
    add_row(data, "transitions", when="next", test="formula", slot="", value="dish =", target=steps["Total"].pk)
    assert "something is missing at character 7" in hr.post(page, data).content.decode()


def test_a_wait_is_skipped_in_a_try(hr, flow, steps):
    steps["Ask dish"].transitions.all().delete()
    edit(hr, steps["Total"], slot="words", formula="1")
    edit(hr, steps["Pause"], wait_for="2", wait_unit="60")
    page = url("flow", "try_it", flow.pk)
    assert "The flow waits here until" not in hr.get(page).content.decode()
    hr.post(page, {"act": "say", "text": "1"})
    shown = hr.get(page).content.decode()
    assert "Skip the wait" in shown
    assert "Be silent until the time is over" not in shown
    hr.post(page, {"act": "wake"})
    assert "Skip the wait" not in hr.get(page).content.decode()
