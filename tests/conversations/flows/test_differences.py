"""What differs between two versions of a flow."""

import pytest

from conversations.flows import publication
from conversations.flows.differences import Change, diff
from conversations.models import Flow, State, Transition
from tests.conversations.support import two_languages
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


def test_a_diff_names_what_changed_in_each_state():
    flow = factories.make_flow()
    before = publication.draft(flow)
    change_steps(State.objects.filter(flow=flow, key="ask_text"), text="文本？", expire_after=5)
    State.objects.filter(flow=flow, key="sorry").delete()
    new = State.objects.create(flow=flow, position=9, key="thanks", name="谢谢", kind="end")
    Transition.objects.filter(state__key="video", state__flow=flow).update(target=new)
    changes = {change.name: (change.sort, set(change.parts)) for change in diff(before, publication.draft(flow))}
    assert changes == {
        "谢谢": ("added", set()),
        "抱歉": ("removed", set()),
        "问文本": ("changed", {"text", "give up after"}),
        "问清晰度": ("changed", {"transitions"}),
        "制作": ("changed", {"transitions"}),
    }


def test_a_change_names_texts_in_other_languages():
    flow = two_languages.make_flow()
    flow.states.filter(key="done").update(translations={"en": {"text": "Done: {{quality.label}}."}})
    (change,) = diff(publication.live_machine(flow.live), publication.draft(flow))
    assert (change.name, change.parts) == ("结束", ("texts in other languages",))


def test_a_change_names_the_file_in_the_other_language():
    flow = two_languages.make_flow()
    change_steps(flow.states.filter(key="done"), kind="say", form="file", file="flows/1.pdf")
    before = publication.draft(flow)
    flow.states.filter(key="done").update(second_file="flows/2.pdf")
    (change,) = diff(before, publication.draft(flow))
    assert (change.name, change.parts) == ("结束", ("file in the other language",))


def changed(**fields):
    """What a published flow differs in after these fields of its row have changed."""
    flow = two_languages.make_flow(expire_after=60, expire_text="先到这里。")
    Flow.objects.filter(pk=flow.pk).update(**fields)
    flow.refresh_from_db()
    return diff(publication.live_machine(flow.live), publication.draft(flow))


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"expire_text": "时间到了。"}, ("text at that end",)),
        ({"expire_after": None, "name": "画质"}, ("name", "ends after")),
        ({"translations": {"en": {"name": "Quality"}}}, ("texts in other languages",)),
        ({"translations": {"en": {"expire_text": "Time is up."}}}, ("texts in other languages",)),
    ],
)
def test_a_change_of_the_flow_itself_is_named(fields, parts):
    assert changed(**fields) == [Change(sort="changed", name="The flow itself", parts=parts)]


def test_a_language_that_is_gone_is_named_once_for_the_flow():
    itself, *steps = changed(also_in="")
    assert itself == Change(sort="changed", name="The flow itself", parts=("also in",))
    assert [(one.name, one.parts) for one in steps] == [
        ("画质", ("texts in other languages",)),
        ("结束", ("texts in other languages",)),
    ]


def test_another_first_step_is_a_change_of_the_flow():
    flow = two_languages.make_flow()
    flow.states.filter(key="done").update(position=0)
    flow.states.filter(key="quality").update(position=1)
    assert diff(publication.live_machine(flow.live), publication.draft(flow))[0].parts == ("first step",)
