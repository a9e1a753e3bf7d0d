"""What differs between two versions of a flow."""

import pytest

from conversations.flows import publication
from conversations.flows.differences import diff
from conversations.models import State, Transition
from tests.conversations.support import two_languages
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_a_diff_names_what_changed_in_each_state():
    flow = factories.make_flow()
    before = publication.draft(flow)
    State.objects.filter(flow=flow, key="ask_text").update(text="文本？", expire_after=5)
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
