"""What the graph's page posts: steps, transitions, undo, and refusals with their fields."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conversations.models import Flow, State, Transition
from tests.conversations.support.flow_pages import edit, staff
from tests.support.admin_forms import sent_by
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    """A question with two choices, a video for one of them, an end."""
    flow = Flow.objects.create(name="午餐")
    dishes = {"slot": "dish", "slot_type": "choice", "choices": "noodles = 面条\nrice = 米饭, 饭"}
    steps: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
        ("ask_dish", "Ask dish", "ask", "吃什么？", dishes),
        ("video_1", "视频", "video", "一起吃饭！", {}),
        ("end_1", "再见", "end", "好的。", {}),
    )
    ask, video, end = (
        State.objects.create(flow=flow, key=key, name=name, kind=kind, text=text, position=number, **fields)
        for number, (key, name, kind, text, fields) in enumerate(steps, start=1)
    )
    Transition.objects.create(state=ask, target=video, position=10, test="is", value="noodles")
    Transition.objects.create(state=ask, target=end, position=20)
    return flow


def act(client: Client, flow: Flow, name: str, /, **values: Any) -> dict[str, Any]:
    page = client.get(reverse("draft-graph", args=[flow.pk]))
    values = {"seen": page.context["seen"], **values}
    answer = client.post(reverse("draft-graph-act", args=[flow.pk]), {"act": name, **values})
    assert answer.status_code == 200, answer
    return dict(answer.json())


def filled(answer: Any) -> dict[str, Any]:
    """The form of the panel as a browser would send it."""
    context = answer.context
    forms = [context["adminform"].form]
    for rows in context["rows"]:
        forms += [rows.formset.management_form, *rows.formset.forms]
    around = {"step": context["step"].pk, "after": getattr(context["after"], "pk", None)}
    return sent_by(forms) | {name: value for name, value in around.items() if value is not None}


def form_of(client: Client, step: State) -> dict[str, Any]:
    return filled(client.get(reverse("draft-graph-step", args=[step.flow_id, step.pk])))


def test_a_step_is_saved_with_its_transitions_and_undone(hr, flow):
    ask, video = flow.states.get(key="ask_dish"), flow.states.get(kind="video")
    data = form_of(hr, ask)
    assert data["transitions-TOTAL_FORMS"] == 2
    told = act(hr, flow, "save", **{**data, "text": "Was?", "transitions-0-DELETE": "on"})
    assert told["said"] == "“Ask dish” was saved."
    ask.refresh_from_db()
    assert (ask.text, ask.transitions.count()) == ("Was?", 1)
    assert "Was?" in told["live"]
    assert act(hr, flow, "undo", step=ask.pk)["said"] == "Undone: a step was saved: Ask dish"
    assert ask.transitions.first().target == video
    act(hr, flow, "redo")
    assert ask.transitions.count() == 1


def test_a_new_step_takes_its_name_from_its_text(hr, flow):
    ask = flow.states.get(key="ask_dish")
    data = filled(hr.get(reverse("draft-graph-new", args=[flow.pk]), {"after": ask.pk}))
    told = act(hr, flow, "save", **{**data, "kind": "say", "text": "Guten Appetit!"})
    made = flow.states.get(pk=told["step"])
    assert (made.name, made.kind) == ("Guten Appetit", "say")
    assert [state.pk for state in flow.states.all()][1] == made.pk


def test_an_error_stands_at_its_field_and_changes_nothing(hr, flow):
    ask = flow.states.get(key="ask_dish")
    told = act(hr, flow, "save", **{**form_of(hr, ask), "name": "x" * 61, "transitions-0-target": "0"})
    assert "error" in told
    assert "at most 60 characters" in told["form"]
    assert "Select a valid choice" in told["form"]
    assert flow.states.get(pk=ask.pk).name == "Ask dish"


def test_a_transition_is_drawn_and_shown_in_the_panel(hr, flow):
    video, end = flow.states.get(kind="video"), flow.states.get(kind="end")
    told = act(hr, flow, "connect", step=video.pk, to=end.pk)
    assert f'data-row="{told["way"]}"' in told["form"]
    refused = act(hr, flow, "connect", step=end.pk, to=video.pk)
    assert "leads nowhere" in refused["error"]


def test_a_step_is_duplicated_with_its_transitions(hr, flow):
    ask = flow.states.get(key="ask_dish")
    told = act(hr, flow, "copy", step=ask.pk)
    assert told["said"] == "“Ask dish 2” was added after “Ask dish”."
    copy = flow.states.get(pk=told["step"])
    assert (copy.key, copy.slot, copy.choices, copy.text) == ("ask_dish_1", "dish_1", ask.choices, ask.text)
    assert [state.pk for state in flow.states.order_by("position")][:2] == [ask.pk, copy.pk]
    assert list(copy.transitions.values_list("test", "value", "target")) == list(
        ask.transitions.values_list("test", "value", "target")
    )
    assert act(hr, flow, "copy", step=ask.pk)["said"] == "“Ask dish 3” was added after “Ask dish”."
    act(hr, flow, "undo")
    act(hr, flow, "undo")
    assert flow.states.count() == 3


def test_deleting_asks_first_and_names_what_leads_there(hr, flow):
    end = flow.states.get(kind="end")
    assert "“Ask dish”, “视频” lead to it" in act(hr, flow, "remove", step=end.pk)["ask"]
    assert flow.states.count() == 3
    told = act(hr, flow, "remove", step=end.pk, sure="yes")
    assert told["close"] is True
    assert flow.states.count() == 2
    assert "deleted meanwhile" in act(hr, flow, "remove", step=end.pk)["error"]


def test_a_second_editor_is_told_and_sees_the_new_draft(hr, flow):
    ask = flow.states.get(key="ask_dish")
    data = form_of(hr, ask)
    old = hr.get(reverse("draft-graph", args=[flow.pk])).context["seen"]
    edit(staff("anna", "editor"), ask, text="Annas Frage")
    told = act(hr, flow, "save", **{**data, "seen": old})
    assert "anna changed the draft" in told["error"]
    assert "Annas Frage" in told["live"]
    assert flow.states.get(pk=ask.pk).text == "Annas Frage"


def test_the_page_is_fetched_anew_only_after_a_change(hr, flow):
    address = reverse("draft-graph", args=[flow.pk])
    seen = hr.get(address).context["seen"]
    assert hr.get(address, {"part": 1, "seen": seen}).status_code == 204
    flow.states.update(text="neu")
    fresh = hr.get(address, {"part": 1, "seen": seen})
    assert 'data-part="drawing"' in fresh.content.decode()


def test_problems_stand_at_the_states_they_concern(hr, flow):
    told = act(hr, flow, "save", **{**form_of(hr, flow.states.get(kind="video")), "text": "{{nobody}}"})
    assert 'class="state video faulty"' in told["live"]
    assert 'data-testid="problem"' in told["live"]
    assert 'data-testid="step-problem"' in told["form"]


def test_viewers_look_and_editors_edit(flow):
    editor, viewer = staff("editor", "editor"), staff("viewer", "viewer")
    address, step = reverse("draft-graph", args=[flow.pk]), flow.states.first()
    panel = reverse("draft-graph-step", args=[flow.pk, step.pk])
    for client, editable in ((editor, True), (viewer, False)):
        assert ("data-editable" in client.get(address).content.decode()) is editable
        assert ('data-testid="save"' in client.get(panel).content.decode()) is editable
        answer = client.post(reverse("draft-graph-act", args=[flow.pk]), {"act": "undo"})
        assert answer.status_code == (200 if editable else 403)
    assert viewer.get(reverse("draft-graph-new", args=[flow.pk])).status_code == 403
    assert Client().get(address).status_code == 302


def test_hostile_names_stay_text_on_the_graph(hr, flow):
    hostile = "</title><script>alert(1)</script>'\"><img src=x onerror=alert(1)>"
    change_steps(flow.states.all(), text=hostile, reminder=hostile)
    flow.states.filter(kind="ask").update(name=hostile[:60])
    Flow.objects.filter(pk=flow.pk).update(name=hostile[:60])
    ask = flow.states.get(kind="ask")
    told = act(hr, flow, "connect", step=ask.pk, to=flow.states.get(kind="end").pk)
    page = hr.get(reverse("draft-graph", args=[flow.pk])).content.decode()
    for html in (page, told["live"], told["form"]):
        assert "<script>alert" not in html
        assert "<img" not in html.replace('<img src="data:', "")
