"""Every event becomes a value of its own type and reaches its handler."""

import dataclasses
from datetime import UTC, datetime

import pytest

from tests.support import factories
from tests.wecom.support.event_samples import CHANGES, EVENTS, change_body, event_body
from wecom import messages
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.messages import UnknownMessage
from wecom.messages.approval_events import ApprovalEvent
from wecom.messages.contact_events import ContactChange, DepartmentChange, ExtraAttribute, MemberChange, TagChange
from wecom.messages.events import (
    ActivityEvent,
    CardEvent,
    Choice,
    Event,
    JobEvent,
    LocationEvent,
    PictureEvent,
    PlaceEvent,
    ScanEvent,
    UnknownEvent,
)

DOCUMENTED = 27  # those of the page of events, and the one of the upload job


def read(name: str, sort: type):
    value = messages.inbound(event_body(name, EVENTS[name][0]))
    assert isinstance(value, sort)
    return value


def changed(name: str, sort: type):
    value = messages.inbound(change_body(name))
    assert isinstance(value, sort)
    return value


def test_the_platforms_events_are_all_here():
    assert sum(sort is not UnknownEvent for _, sort in EVENTS.values()) == DOCUMENTED + 1  # and the old task card


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_a_frozen_value_of_its_kind(name):
    inside, sort = EVENTS[name]
    for spelled in (name, name.upper(), name.lower()):
        value = messages.inbound(event_body(spelled, inside))
        assert type(value) is sort
        assert isinstance(value, Event)
        assert (value.event, value.kind, value.agent_id) == (name.lower(), "event", 1000002)
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.event_key = "other"
        assert value.tree.tag == "xml"
        assert value == messages.inbound(event_body(spelled, inside))


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_contacts_is_a_frozen_value_of_its_kind(name):
    value = changed(name, ContactChange)
    assert type(value) is CHANGES[name][1]
    assert (value.event, value.change_type, value.from_user_id) == ("change_contact", name, "sys")


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_without_any_field_is_one_all_the_same(name):
    sort = ContactChange if name == "change_contact" else EVENTS[name][1]  # its fields say which change it is
    assert type(messages.inbound(event_body(name, ""))) is sort


def test_the_events_of_menus_have_their_fields():
    assert read("view", Event).event_key == "https://example.com/?a=1&b=2"
    scan = read("scancode_waitmsg", ScanEvent)
    assert (scan.event_key, scan.scan_type, scan.scan_result) == ("scan", "qrcode", " 1 & 2 ")
    pictures = read("pic_weixin", PictureEvent)
    assert (pictures.count, pictures.md5_sums) == (2, ("aa11", "bb22"))
    place = read("location_select", PlaceEvent)
    assert (place.latitude, place.longitude, place.scale, place.label) == (23.1, 113.3, 15, "广州市")
    assert (place.name, place.app_type) == ("塔", "wxwork")
    here = read("LOCATION", LocationEvent)
    assert (here.latitude, here.longitude, here.precision, here.app_type) == (23.104, 113.32, 65.0, "wxwork")


def test_what_was_chosen_on_a_card_is_told_by_question():
    card = read("template_card_event", CardEvent)
    assert (card.card_type, card.task_id, card.response_code) == ("multiple_interaction", "task-1", "code-1")
    first, second = Choice(question_key="q1", option_ids=("a", "b")), Choice(question_key="q2", option_ids=())
    assert card.choices == (first, second)


def test_a_job_is_read_nested_and_flat():
    nested, finished = read("batch_job_result", JobEvent), read("upload_media_job_finish", JobEvent)
    assert (nested.job_id, nested.job_type, nested.error_code, nested.error_message) == ("job-1", "sync_user", 0, "ok")
    assert finished.job_id == "job-2"
    flat = messages.inbound(event_body("batch_job_result", "<JobId>j</JobId><JobType>replace_user</JobType>"))
    assert isinstance(flat, JobEvent)
    assert (flat.job_id, flat.job_type) == ("j", "replace_user")


def test_an_approval_keeps_every_step_and_everybody_in_it():
    request = read("open_approval_change", ApprovalEvent)
    assert (request.third_no, request.template_name, request.status, request.step) == ("no-1", "付款", 1, 1)
    assert (request.applicant_id, request.applied_at) == ("wang", datetime(2026, 1, 1, tzinfo=UTC))
    assert [step.status for step in request.steps] == [2, 1]
    assert [(one.user_id, one.status, one.speech) for one in request.steps[0].approvers] == [
        ("li", 2, "好"),
        ("zhang", 0, ""),
    ]
    assert [one.user_id for one in request.notified] == ["zhao"]


def test_a_warning_says_when_it_takes_effect_and_others_do_not():
    assert read("inactive_alert", ActivityEvent).effective_at == datetime(2025, 11, 30, 16, tzinfo=UTC)
    assert read("active_restored", ActivityEvent).effective_at is None


def test_a_changed_members_other_fields_are_none():
    member = changed("create_user", MemberChange)
    assert (member.user_id, member.name, member.new_user_id) == ("zhangsan", "张三", None)
    assert (member.departments, member.main_department, member.leads) == ((1, 2, 3), 1, (True, False, False))
    assert (member.direct_leaders, member.gender, member.status) == (("lisi", "wangwu"), 1, 1)
    assert member.extra == (
        ExtraAttribute(name="爱好", value="旅游", url=""),
        ExtraAttribute(name="卡号", value="题", url="http://u"),
    )
    assert (member.telephone, member.address, member.alias) == (None, None, None)
    assert changed("update_user", MemberChange).new_user_id == "zhangsan2"
    gone = changed("delete_user", MemberChange)
    assert (gone.user_id, gone.name, gone.departments, gone.extra) == ("zhangsan", None, None, None)


def test_departments_and_tags_are_read():
    made, moved = changed("create_party", DepartmentChange), changed("update_party", DepartmentChange)
    assert (made.department_id, made.name, made.parent_id, made.order) == (2, "研发", 1, 9)
    assert (moved.department_id, moved.name, moved.parent_id) == (2, None, 3)
    tag = changed("update_tag", TagChange)
    assert (tag.tag_id, tag.added_users, tag.removed_users) == (1, ("zhang", "li"), ("wang",))
    assert (tag.added_departments, tag.removed_departments) == ((1, 2), ())


def test_an_unknown_event_keeps_all_that_it_said():
    landing = read("moon_landing", UnknownEvent)
    assert [node.text for node in landing.tree.all("Crew/Name")] == ["a", "b"]


def test_tags_are_found_in_any_case_and_keep_their_own():
    body = event_body("taskcard_click", "<TaskID>t</TaskID>").replace(b"AgentID", b"AgentId")
    value = messages.inbound(body)
    assert isinstance(value, Event)
    assert (value.agent_id, value.task_id) == (1000002, "t")
    assert value.tree.word("agentid") == "1000002"
    assert "AgentId" in [node.tag for node in value.tree.walk()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", EVENTS)
def test_a_handler_of_an_event_is_called_with_it(name):
    seen: list[Event] = []
    body = event_body(name, EVENTS[name][0]).decode()
    with router.temporary():
        bot.on_event(name)(seen.append)
        bot.on_event("*")(lambda event: "" if event.event == name.lower() else None)
        callback = factories.make_callback(body=body, kind="event", event=name.lower())
        processor.handle(callback.pk)
    callback.refresh_from_db()
    assert [type(value) for value in seen] == [EVENTS[name][1]]
    assert callback.status == "done"


@pytest.mark.django_db(transaction=True)
def test_what_no_handler_names_goes_to_those_of_everything():
    seen: list[object] = []
    strange = event_body("moon_landing", "").decode()
    with router.temporary():
        bot.on_event("*")(seen.append)
        bot.on_message("*")(lambda message: seen.append(message) or "")
        bot.on_message("text")(lambda message: "never")
        for body in (strange, strange.replace("[event]", "[hologram]")):
            processor.handle(factories.make_callback(body=body).pk)
    event, message = seen
    assert isinstance(event, UnknownEvent)
    assert isinstance(message, UnknownMessage)


@pytest.mark.parametrize("name", [name for name, (_, sort) in EVENTS.items() if sort is not UnknownEvent])
def test_what_the_emulator_sends_becomes_the_same_kind_of_value(emulator, person, name):
    sent = emulator.api("POST", "event", json={"event": name, "member": person.user_id})["callback"]["xml"]
    value = messages.inbound(sent.encode())
    assert type(value) is (MemberChange if name == "change_contact" else EVENTS[name][1])
    assert isinstance(value, Event)
    assert (value.event, value.from_user_id) == (name.lower(), person.user_id)


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "paint_user"])
def test_the_emulators_changes_of_contacts_become_the_same_kind_of_value(emulator, name):
    sent = emulator.api("POST", "event", json={"event": "change_contact", "change": name})["callback"]["xml"]
    value = messages.inbound(sent.encode())
    assert type(value) is CHANGES[name][1]
    assert isinstance(value, ContactChange)
    assert (value.change_type, value.from_user_id) == (name, "sys")
