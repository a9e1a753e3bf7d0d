"""HR edits flows in the admin by forms only, and members run what HR published."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from avatars.models import Render
from conversations import services
from conversations.flows import publication
from conversations.models import Errand, Flow, FlowVersion, Session, State, Transition
from openuser.demo.demo_flows import seed_flows
from tests.conversations.support.flow_pages import add_row, edit, press, publish, send, staff, url
from tests.support import factories
from tests.support.admin_forms import unchanged
from tests.support.factories.conversations import change_steps
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_flow_is_drawn_published_and_walked_through_without_any_code(hr, flow, person):
    assert [state.key for state in flow.states.all()] == ["ask_dish", "video_1", "end_1"]
    assert publication.check(flow) == []
    assert publish(hr, flow, "Lunch at last").status_code == 302
    version = FlowVersion.objects.get()
    assert (version.number, version.note, version.published_by.username) == (1, "Lunch at last", "boss")
    assert "吃什么？" in person.says("订午餐")[0]
    assert person.says("饭") == ["好的，米饭。"]
    person.says("订午餐")
    person.says("1")
    assert Render.objects.get().text == "一起吃饭！"


def test_a_flow_without_steps_leads_to_the_graph(hr):
    empty = {"states-TOTAL_FORMS": 0, "states-INITIAL_FORMS": 0}
    words = {"name": "借车", "language": "zh-hans", "enabled": "on"}
    page = hr.post(url("flow", "add"), {**words, **empty}, follow=True).content.decode()
    assert "Add its first step." in page
    assert f'{reverse("draft-graph", args=[Flow.objects.get().pk])}">Add the first step on the graph' in page


def test_a_condition_may_be_written_as_people_see_it(flow):
    assert Transition.objects.get(test="is").value == "noodles"


def test_a_new_state_comes_last_and_keys_do_not_collide(hr, flow):
    page = url("flow", "change", flow.pk)
    data = unchanged(hr, page)
    for _ in range(2):
        add_row(data, "states", name="Ask dish", kind="say", text="x", position="")
    send(hr, page, data)
    assert [state.key for state in flow.states.all()][-2:] == ["ask_dish_1", "ask_dish_2"]
    assert flow.states.first().key == "ask_dish"


def test_a_key_that_is_taken_or_odd_is_refused_where_it_stands(hr, flow):
    page = url("state", "change", flow.states.get(kind="video").pk)
    data = {**unchanged(hr, page), "key": "ask_dish"}
    assert "Another step of this flow has this key." in hr.post(page, data).content.decode()
    data["key"] = "Not a key"
    assert "Begin with a small letter" in hr.post(page, data).content.decode()


def test_three_questions_make_a_flow_on_one_page(hr, person):
    data = {"name": "出差", "language": "zh-hans", "enabled": "on", "triggers": "我要出差"}
    data |= {"states-TOTAL_FORMS": 0, "states-INITIAL_FORMS": 0}
    for text, kind, choices in (
        ("你叫什么名字？", "ask:text", ""),
        ("怎么去？", "ask:choice", "飞机\n高铁"),
        ("哪天出发？", "ask:date", ""),
    ):
        add_row(data, "states", text=text, kind=kind, choices=choices, position="", name="")
    send(hr, url("flow", "add"), data)
    flow = Flow.objects.get()
    assert [(one.name, one.slot, one.slot_type) for one in flow.states.all()] == [
        ("你叫什么名字", "你叫什么名字", "text"),
        ("怎么去", "怎么去", "choice"),
        ("哪天出发", "哪天出发", "date"),
    ]
    assert publication.check(flow) == []
    assert publish(hr, flow).status_code == 302
    assert person.says("我要出差") == ["你叫什么名字？"]
    person.says("小明")
    assert person.says("高铁") == ["哪天出发？"]
    assert person.says("2027-03-01") == ["谢谢，问题都回答完了。"]
    assert Session.objects.get().slots == {"你叫什么名字": "小明", "怎么去": "高铁", "哪天出发": "2027-03-01"}


def test_an_answer_with_a_chinese_name_is_said_by_other_steps(hr, flow):
    ask, _video, end = flow.states.all()
    edit(hr, ask, slot="菜")
    edit(hr, end, text="{{ 菜.label }}，好的。")
    assert publication.check(flow) == []
    assert publication.draft(flow).fill(end.text, {}) == "好的，。"
    end.refresh_from_db()
    assert publication.draft(flow).fill(end.text, {"菜": "rice"}) == "米饭，好的。"


def test_a_step_without_names_gets_them_on_its_own_page_too(hr, flow):
    data = {
        **unchanged(hr, url("state", "add")),
        "flow": flow.pk,
        "name": "Where to?",
        "text": "Where?",
        "key": "",
        "slot": "",
    }
    hr.post(url("state", "add"), data)
    added = flow.states.last()
    assert (added.name, added.key, added.slot) == ("Where to?", "where_to", "where_to")


def test_errors_of_the_flow_page_use_the_words_of_its_form(hr, flow):
    page = url("flow", "change", flow.pk)
    data = unchanged(hr, page)
    add_row(data, "states", text="", kind="ask:text", choices="", name="x" * 61, position="")
    page = hr.post(page, data).content.decode()
    assert "at most 60 characters" in page
    assert "states-3" not in strip_tags(page)


def test_transitions_lead_to_states_of_the_same_flow_only(hr, flow):
    other = factories.make_flow().states.get(key="bye")
    ask = flow.states.get(key="ask_dish")
    page = url("state", "change", ask.pk)
    data = unchanged(hr, page)
    add_row(data, "transitions", when="next", test="always", slot="", value="", target=other.pk)
    assert hr.post(page, data).status_code == 200
    assert ask.transitions.count() == 2
    assert f'value="{other.pk}"' not in hr.get(page).content.decode()


def test_pages_show_the_picture_with_the_place_and_links(hr, flow, person):
    publish(hr, flow)
    person.says("订午餐")
    ask = flow.states.get(key="ask_dish")
    page = hr.get(url("flow", "change", flow.pk)).content.decode()
    assert f'<a href="{url("state", "change", ask.pk)}">' in page
    assert "1 person waits here" in page
    for model, row in (("state", ask), ("session", Session.objects.get())):
        assert 'class="state ask here" data-state="ask_dish"' in hr.get(url(model, "change", row.pk)).content.decode()
    assert 'data-state="ask_dish"' in hr.get(url("flowversion", "change", flow.versions.get().pk)).content.decode()


def test_a_state_page_leads_to_its_neighbours_and_back_to_the_flow(hr, flow):
    video = flow.states.get(kind="video")
    page = hr.get(url("state", "change", video.pk)).content.decode()
    assert all(url("state", "change", state.pk) in page for state in flow.states.all())
    answer = hr.post(url("state", "change", video.pk), unchanged(hr, url("state", "change", video.pk)))
    assert answer.headers["Location"] == url("flow", "change", flow.pk)
    hr.post(url("state", "delete", video.pk), {"post": "yes"})
    assert flow.states.count() == 2


def test_a_flow_that_people_were_in_is_not_deleted(hr, flow, person):
    publish(hr, flow)
    person.says("订午餐")
    assert "Untick" in hr.get(url("flow", "delete", flow.pk)).content.decode()
    hr.post(url("flow", "delete", flow.pk), {"post": "yes"})
    assert Flow.objects.filter(pk=flow.pk).exists()


def test_a_flow_nobody_was_in_goes_with_its_versions(flow, hr):
    publish(hr, flow)
    editor = staff("editor", "editor")
    assert editor.post(url("flow", "delete", flow.pk), {"post": "yes"}).status_code == 302
    assert not FlowVersion.objects.exists()


def test_editors_edit_and_operators_publish(flow):
    editor, operator, viewer = (staff(name, name) for name in ("editor", "operator", "viewer"))
    edit(editor, flow.states.get(key="end_1"), text="改。")
    assert publish(editor, flow).status_code == 403
    assert publish(operator, flow).status_code == 302
    state = flow.states.first()
    assert operator.post(url("state", "change", state.pk), {"name": "x"}).status_code == 403
    assert press(operator, "flow", "duplicate_this", flow.pk) == 403
    assert press(viewer, "flowversion", "roll_back_this", flow.versions.get().pk) == 403
    assert press(editor, "flowversion", "restore_this", flow.versions.get().pk) == 200
    state = flow.states.first()
    for client in (editor, operator, viewer):
        for address in (
            url("flow", "change", flow.pk),
            url("state", "change", state.pk),
            url("flow", "try_it", flow.pk),
        ):
            assert client.get(address).status_code == 200


def test_trying_walks_the_draft_and_leaves_no_trace(hr, flow):
    page = url("flow", "try_it", flow.pk)
    edit(hr, flow.states.get(key="ask_dish"), text="草稿：吃什么？")
    assert "草稿：吃什么？" in hr.get(page).content.decode()
    hr.post(page, {"act": "say", "text": "蛇"})
    assert "1. 面条" in hr.get(page).content.decode()
    hr.post(page, {"act": "choose", "text": "rice"})
    done = hr.get(page).content.decode()
    assert "好的，米饭。" in done
    assert "The flow has ended: completed" in done
    hr.post(page, {"act": "start"})
    assert "The flow has ended" not in hr.get(page).content.decode()
    hr.post(page, {"act": "remind"})
    hr.post(page, {"act": "expire"})
    assert "The flow has ended: expired" in hr.get(page).content.decode()
    hr.post(page, {"act": "nonsense", "text": "x" * 9_000})
    assert hr.get(page).status_code == 200
    assert not Session.objects.exists()
    assert not Render.objects.exists()


def test_trying_shows_the_way_so_far_and_why_and_goes_back(hr, flow):
    page = url("flow", "try_it", flow.pk)
    hr.get(page)
    hr.post(page, {"act": "choose", "text": "noodles"})
    shown = hr.get(page).content.decode()
    assert 'class="edge walked" data-from="ask_dish" data-to="video_1"' in shown
    assert "Ask dish → 视频: taken, for “面条” held" in shown
    hr.post(page, {"act": "step_back"})
    back = hr.get(page)
    assert 'class="edge walked" data-from="ask_dish"' not in back.content.decode()
    assert [bubble.sort for bubble in back.context["bubbles"]] == ["out"]
    hr.post(page, {"act": "step_back"})
    assert [bubble.sort for bubble in hr.get(page).context["bubbles"]] == ["out"]


@pytest.mark.parametrize(("day", "is_marked"), [("2099-01-01", True), ("2026-05-06", False)])
def test_trying_says_whether_working_days_are_only_assumed(hr, flow, day, is_marked):
    page = url("flow", "try_it", flow.pk)
    first = Transition.objects.filter(state__flow=flow).order_by("pk")[0]
    Transition.objects.filter(pk=first.pk).update(test="formula", value="is_working_day()")
    hr.post(page, {"act": "cast", "day": day})
    shown = hr.get(page).content.decode()
    assert ('data-testid="days-unknown"' in shown) is is_marked
    assert ("2099 are not known yet" in shown) is is_marked


def test_trying_plays_a_member_on_another_day(hr, flow):
    page = url("flow", "try_it", flow.pk)
    anna = factories.make_member(factories.make_application(), "anna", name="安娜")
    change_steps(State.objects.filter(flow=flow, kind="ask"), slot_type="date", text="Wann?")
    hr.post(page, {"act": "cast", "member": "安娜", "day": "2027-02-28", "clock": "23:59"})
    hr.post(page, {"act": "say", "text": "tomorrow"})
    shown = hr.get(page)
    assert shown.context["cast"].member == anna
    assert ("dish", "2027-03-01", "") in shown.context["levels"][0].slots
    for wrong, words in (({"member": "nobody"}, "no member"), ({"day": "2027-02-30"}, "no such day or time")):
        hr.post(page, {"act": "cast", **wrong})
        assert words in hr.get(page).content.decode()
    assert hr.get(page).context["cast"].member == anna


def test_who_may_not_see_members_plays_nobody_in_particular(flow):
    author = staff("author")
    author_user = User.objects.get(username="author")
    author_user.user_permissions.set(Permission.objects.filter(codename="view_flow"))
    factories.make_member(factories.make_application(), "anna")
    page = url("flow", "try_it", flow.pk)
    author.post(page, {"act": "cast", "member": "anna"})
    shown = author.get(page)
    assert shown.context["cast"].member is None
    assert "may not see members" in shown.content.decode()
    assert 'name="member"' not in shown.content.decode()


def test_trying_an_empty_flow_says_so(hr):
    flow = Flow.objects.create(name="空")
    assert "nothing to try" in hr.get(url("flow", "try_it", flow.pk)).content.decode()
    assert hr.get(url("flow", "change", flow.pk)).status_code == 200


def make_walked(number: int) -> None:
    """A published flow with a member in it, and an errand."""
    flow = factories.make_flow(triggers="")
    version = services.publish(flow)
    conversation = make_row(Errand).conversation
    Session.objects.create(version=version, conversation=conversation, state="ask_text")


@pytest.mark.parametrize("model", ["flow", "state", "flowversion", "session", "errand"])
def test_a_list_asks_as_often_for_twelve_rows_as_for_two(hr, model):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert hr.get(url(model, "changelist")).status_code == 200
        return len(queries)

    for number in range(2):
        make_walked(number)
    asked()
    few = asked()
    for number in range(10):
        make_walked(number)
    assert asked() == few


def test_the_list_says_what_runs_what_changed_and_who_is_in_it(hr, person):
    seed_flows()
    State.objects.filter(flow__name="制作视频", key="ask_text").update(text="改了")
    factories.make_flow(name="草稿", triggers="")
    person.says("制作视频")
    page = hr.get(url("flow", "changelist")).content.decode()
    assert page.count("changed since") == 1
    assert page.count("not published") == 1
    assert ">1</a>" in page
