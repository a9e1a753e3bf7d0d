"""Versions of a flow in the admin: published, compared, rolled back, copied, and the sessions in them."""

import pytest

from conversations.flows import publication
from conversations.models import Flow, FlowVersion, Session
from openuser.demo.demo_flows import seed_flows
from tests.conversations.support import two_languages
from tests.conversations.support.flow_pages import edit, press, publish, url
from tests.conversations.support.person import Person
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_faulty_draft_is_refused_with_the_state_named_and_linked(hr, flow):
    video = flow.states.get(kind="video")
    edit(hr, video, text="")
    page = hr.get(url("flow", "change", flow.pk)).content.decode()
    assert "It has no text" in page
    assert f'href="{url("state", "change", video.pk)}">视频</a>' in page
    answer = publish(hr, flow)
    assert answer.status_code == 200
    assert "It cannot be published like this" in answer.content.decode()
    assert answer.content.decode().count("It has no text") == 2  # in the message, and in the list with a link
    assert not FlowVersion.objects.exists()


def test_the_page_says_what_changes_and_who_is_in_it(hr, flow, person, application):
    publish(hr, flow)
    person.says("订午餐")
    Person(application, "lisi").says("订午餐")
    ask = flow.states.get(key="ask_dish")
    edit(hr, ask, text="想吃什么？", key="ask_meal")
    page = hr.get(url("flow", "publish_this", flow.pk)).content.decode()
    assert "Different from version 1" in page
    assert "not in the new version" in page
    assert '<span class="ou-badge">2</span> <strong>Ask dish</strong>' in page


def test_a_session_stays_with_the_version_it_began_with(hr, flow, person, application):
    publish(hr, flow)
    person.says("订午餐")
    edit(hr, flow.states.get(key="end_1"), text="换了。")
    publish(hr, flow)
    assert person.says("rice") == ["好的，米饭。"]
    other = Person(application, "lisi")
    other.says("订午餐")
    assert other.says("rice") == ["换了。"]


def test_rolling_back_lets_the_older_version_run_and_keeps_the_draft(hr, flow, person):
    publish(hr, flow)
    edit(hr, flow.states.get(key="end_1"), text="换了。")
    publish(hr, flow)
    first = FlowVersion.objects.get(number=1)
    assert hr.get(url("flowversion", "roll_back_this", first.pk)).status_code == 200
    assert press(hr, "flowversion", "roll_back_this", first.pk) == 302
    flow.refresh_from_db()
    assert flow.live == first
    person.says("订午餐")
    assert person.says("rice") == ["好的，米饭。"]
    assert flow.states.get(key="end_1").text == "换了。"
    assert "roll_back_this" not in hr.get(url("flowversion", "change", first.pk)).content.decode()
    page = hr.get(url("flowversion", "change", FlowVersion.objects.get(number=2).pk)).content.decode()
    assert "再见" in page
    assert "roll_back_this" in page


def test_an_older_version_becomes_the_draft_again(hr, flow):
    publish(hr, flow)
    before = publication.draft(flow)
    edit(hr, flow.states.get(key="end_1"), text="换了。")
    press(hr, "flowversion", "restore_this", FlowVersion.objects.get().pk)
    assert publication.draft(flow) == before
    assert not publication.is_changed(Flow.objects.get(pk=flow.pk))


def test_a_copy_has_the_same_states_and_is_started_by_nothing(hr, flow):
    publish(hr, flow)
    assert press(hr, "flow", "duplicate_this", flow.pk) == 200
    assert press(hr, "flow", "duplicate_this", flow.pk) == 200
    copies = list(Flow.objects.exclude(pk=flow.pk))
    assert len({copy.name for copy in copies}) == 2
    for copy in copies:
        assert (copy.live, copy.triggers, copy.command) == (None, "", "")
        assert publication.draft(copy).nodes == publication.draft(flow).nodes


def test_a_session_shows_what_was_answered_and_can_be_ended(hr, person):
    seed_flows()
    person.says("制作视频")
    person.says("欢迎。")
    session = Session.objects.get()
    page = hr.get(url("session", "change", session.pk)).content.decode()
    assert "欢迎。" in page
    assert "视频文字" in page
    assert press(hr, "session", "stop_this", session.pk) == 200
    session.refresh_from_db()
    assert session.status == Session.Status.STOPPED
    assert "stop_this" not in hr.get(url("session", "change", session.pk)).content.decode()
    data = {"action": "stop", "_selected_action": [session.pk]}
    assert hr.post(url("session", "changelist"), data).status_code == 302


@pytest.mark.parametrize(("words", "language"), [("选画质", "Chinese"), ("choose quality", "English")])
def test_a_session_shows_the_language_that_its_flow_speaks(hr, person, words, language):
    two_languages.make_flow()
    person.says(words)
    page = hr.get(url("session", "change", Session.objects.get().pk)).content.decode()
    _before, _label, row = page.partition(">Language</label>")
    assert f">{language}</div>" in row.partition("<label")[0]


def test_a_version_of_an_unknown_format_still_has_a_page(hr, flow):
    version = FlowVersion(flow=flow, number=7, definition={"format": 99})
    version.save(force_insert=True)
    session = make_row(Session, version=version)
    for model, row in (("flowversion", version), ("session", session)):
        assert hr.get(url(model, "change", row.pk)).status_code == 200
    assert hr.get(url("session", "changelist")).status_code == 200
