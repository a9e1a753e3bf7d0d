"""HR edits flows in the admin by forms only, and members run what HR published."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from avatars.models import Render
from conversations import services
from conversations.flows import publication
from conversations.models import Errand, Flow, FlowVersion, Session, State, Transition
from openuser.demo.flows import seed_flows
from tests.conversations.support.person import Person
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def hr() -> Client:
    return staff("boss", superuser=True)


def staff(name: str, *roles: str, superuser: bool = False) -> Client:
    user = User.objects.create_user(name, is_staff=True, is_superuser=superuser)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:conversations_{model}_{page}", args=args)


def shown(client: Client, address: str) -> dict[str, Any]:
    """The values of an unchanged form."""
    context = client.get(address).context
    data: dict[str, Any] = {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for bound in (field for form in forms for field in form):
        value = bound.value()
        if value is not None and value is not False:
            data[bound.html_name] = value
    return data


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> None:
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    data[f"{prefix}-TOTAL_FORMS"] = number + 1


def send(client: Client, address: str, data: dict[str, Any]) -> None:
    answer = client.post(address, data)
    errors = answer.context["errors"] if answer.context else []
    assert (answer.status_code, errors) == (302, [])


def edit(client: Client, state: State, *ways: dict[str, Any], **values: Any) -> None:
    """Fill in a state's page, and add transitions."""
    address = url("state", "change", state.pk)
    data = {**shown(client, address), **values}
    for way in ways:
        add_row(data, "transitions", **{"when": "next", "test": "always", "slot": "", "value": "", **way})
    send(client, address, data)


def publish(client: Client, flow: Flow, note: str = "") -> Any:
    return client.post(url("flow", "publish_this", flow.pk), {"_form_submitted": "True", "note": note})


def press(client: Client, model: str, button: str, pk: int) -> int:
    return client.post(url(model, button, pk), {"_form_submitted": "True"}).status_code


def drawn(client: Client) -> Flow:
    """A flow made by forms only: a question with two choices, a video for one of them, an end."""
    empty = {"states-TOTAL_FORMS": 0, "states-INITIAL_FORMS": 0}
    words = {"name": "午餐", "language": "zh-hans", "enabled": "on", "triggers": "订午餐"}
    send(client, url("flow", "add"), {**words, **empty})
    flow = Flow.objects.get(name="午餐")
    page = url("flow", "change", flow.pk)
    data = shown(client, page)
    dishes = "noodles = 面条\nrice = 米饭, 饭"
    for name, kind, text, choices in (
        ("Ask dish", "ask:choice", "吃什么？", dishes),
        ("视频", "video", "一起吃饭！", ""),
        ("再见", "end", "好的，{{dish.label}}。", ""),
    ):
        add_row(data, "states", name=name, kind=kind, text=text, choices=choices, position="")
    send(client, page, data)
    ask, video, end = flow.states.all()
    edit(client, ask, slot="dish")
    edit(client, ask, {"test": "is", "value": "面条", "target": video.pk}, {"target": end.pk})
    return flow


@pytest.fixture
def flow(hr) -> Flow:
    return drawn(hr)


def test_a_flow_is_drawn_published_and_walked_through_without_any_code(hr, flow, person):
    assert [state.key for state in flow.states.all()] == ["ask_dish", "video_1", "end_1"]
    assert publication.check(flow) == []
    assert "HX-Redirect" in publish(hr, flow, "Lunch at last").headers
    version = FlowVersion.objects.get()
    assert (version.number, version.note, version.published_by.username) == (1, "Lunch at last", "boss")
    assert "吃什么？" in person.says("订午餐")[0]
    assert person.says("饭") == ["好的，米饭。"]
    person.says("订午餐")
    person.says("1")
    assert Render.objects.get().text == "一起吃饭！"


def test_a_condition_may_be_written_as_people_see_it(flow):
    assert Transition.objects.get(test="is").value == "noodles"


def test_a_new_state_comes_last_and_keys_do_not_collide(hr, flow):
    page = url("flow", "change", flow.pk)
    data = shown(hr, page)
    for _ in range(2):
        add_row(data, "states", name="Ask dish", kind="say", text="x", position="")
    send(hr, page, data)
    assert [state.key for state in flow.states.all()][-2:] == ["ask_dish_1", "ask_dish_2"]
    assert flow.states.first().key == "ask_dish"


def test_a_key_that_is_taken_or_odd_is_refused_where_it_stands(hr, flow):
    page = url("state", "change", flow.states.get(kind="video").pk)
    data = {**shown(hr, page), "key": "ask_dish"}
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
    assert "HX-Redirect" in publish(hr, flow).headers
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
        **shown(hr, url("state", "add")),
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
    data = shown(hr, page)
    add_row(data, "states", text="", kind="ask:text", choices="", name="x" * 61, position="")
    page = hr.post(page, data).content.decode()
    assert "at most 60 characters" in page
    assert "states-3" not in strip_tags(page)


def test_transitions_lead_to_states_of_the_same_flow_only(hr, flow):
    other = factories.make_flow().states.get(key="bye")
    ask = flow.states.get(key="ask_dish")
    page = url("state", "change", ask.pk)
    data = shown(hr, page)
    add_row(data, "transitions", when="next", test="always", slot="", value="", target=other.pk)
    assert hr.post(page, data).status_code == 200
    assert ask.transitions.count() == 2
    assert f'value="{other.pk}"' not in hr.get(page).content.decode()


def test_a_faulty_draft_is_refused_with_the_state_named_and_linked(hr, flow):
    video = flow.states.get(kind="video")
    edit(hr, video, text="")
    page = hr.get(url("flow", "change", flow.pk)).content.decode()
    assert "It has no text" in page
    assert f'href="{url("state", "change", video.pk)}">视频</a>' in page
    answer = publish(hr, flow)
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer.headers
    assert "视频: It has no text" in answer.content.decode()
    assert "Mend the errors above first." in answer.content.decode()
    assert not FlowVersion.objects.exists()


def test_the_dialog_says_what_changes_and_who_is_in_it(hr, flow, person, application):
    publish(hr, flow)
    person.says("订午餐")
    Person(application, "lisi").says("订午餐")
    ask = flow.states.get(key="ask_dish")
    edit(hr, ask, text="想吃什么？", key="ask_meal")
    dialog = hr.get(url("flow", "publish_this", flow.pk)).content.decode()
    assert "Different from version 1" in dialog
    assert "not in the draft any more" in dialog
    assert '<span class="ou-badge">2</span> Ask dish' in dialog


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
    assert press(hr, "flowversion", "roll_back_this", first.pk) == 200
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
    answer = hr.post(url("state", "change", video.pk), shown(hr, url("state", "change", video.pk)))
    assert answer.headers["Location"] == url("flow", "change", flow.pk)
    hr.post(url("state", "delete", video.pk), {"post": "yes"})
    assert flow.states.count() == 2


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


def test_a_version_of_an_unknown_format_still_has_a_page(hr, flow):
    version = FlowVersion(flow=flow, number=7, definition={"format": 99})
    version.save(force_insert=True)
    session = make_row(Session, version=version)
    for model, row in (("flowversion", version), ("session", session)):
        assert hr.get(url(model, "change", row.pk)).status_code == 200
    assert hr.get(url("session", "changelist")).status_code == 200


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
    assert "HX-Redirect" in publish(operator, flow).headers
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
