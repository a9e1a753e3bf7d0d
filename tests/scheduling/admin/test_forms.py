"""The form of a schedule: when, to whom, and what *Run now* asks."""

import pytest

from scheduling import services
from scheduling.models import Run, Schedule
from tests.scheduling.support.admin_pages import ADD, LIST, clerk, errors, form, page_of, text_of
from tests.scheduling.support.schedules import make_schedule
from tests.support.factories import make_department, make_member, make_tag
from wecom.models import Member, Membership

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "cron"),
    [
        ({"repeat": "daily", "at": "08:05"}, "5 8 * * *"),
        ({"repeat": "weekdays", "at": "08:05"}, "5 8 * * 1,2,3,4,5"),
        ({"repeat": "weekly", "at": "18:00", "weekdays": ["5", "1"]}, "0 18 * * 1,5"),
        ({"repeat": "monthly", "at": "09:00", "month_day": "15"}, "0 9 15 * *"),
        ({"repeat": "monthly", "at": "09:00", "month_day": "L"}, "0 9 L * *"),
        ({"repeat": "once", "at": "09:30", "only_on": "2099-05-20"}, "30 9 * * *"),
        ({"repeat": "cron", "cron": "*/5 9 * * *"}, "*/5 9 * * *"),
    ],
)
def test_the_form_says_when_and_shows_it_again(client, application, fields, cron):
    assert client.post(ADD, form(**{"cron": "", **fields})).status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.cron, str(schedule.only_on or "")) == (cron, fields.get("only_on", ""))
    shown = client.get(page_of(schedule)).context["adminform"].form
    again = {name: shown[name].value() for name in fields}
    assert {**again, "weekdays": sorted(again.get("weekdays", []))} == {
        **fields,
        "weekdays": sorted(fields.get("weekdays", [])),
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"repeat": "daily", "at": ""}, "at"),
        ({"repeat": "once", "at": "09:00"}, "only_on"),
        ({"repeat": "weekly", "at": "09:00"}, "weekdays"),
        ({"repeat": "cron", "cron": ""}, "cron"),
        ({"department_numbers": "x"}, "department_numbers"),
    ],
)
def test_what_the_form_needs_to_say_when_is_asked_for(client, application, fields, field):
    assert field in errors(client.post(ADD, form(**{"cron": "", **fields})))


def test_recipients_are_found_by_name_and_chosen_ones_are_named(client, application):
    department = make_department(application, 7, "华东销售部")
    make_tag(application, 3, "东区新人")
    member = make_member(application, "zhangsan", name="张东", status="active", main_department=department)
    make_member(application, "dong", name="东东", status="left")
    Membership.objects.create(member=member, department=department)
    answer = client.post(f"{LIST}recipients/", {"q": "东", "department_numbers": "7", "user_ids": "wangwu"}).json()
    assert [(one["kind"], one["id"]) for one in answer["found"]] == [
        ("department", "7"),
        ("tag", "3"),
        ("member", "zhangsan"),
    ]
    assert "华东销售部" in answer["found"][2]["note"]
    assert [one["name"] for one in answer["chosen"]] == ["华东销售部", "wangwu"]
    assert answer["total"] == "2 members get it."
    assert client.get(f"{LIST}recipients/").status_code == 405
    assert clerk("view_member").post(f"{LIST}recipients/", {"q": "东"}).status_code == 403


def test_ten_thousand_members_take_a_picker_no_more_queries(client, application, django_assert_max_num_queries):
    rows = [Member(corporation=application.corporation, user_id=f"u{n}", name=f"员工{n}") for n in range(10_000)]
    Member.objects.bulk_create(rows, batch_size=1000)
    with django_assert_max_num_queries(16):
        answer = client.post(f"{LIST}recipients/", {"q": "员工", "user_ids": "u1 u2 u3"}).json()
    assert len(answer["found"]) == 12
    assert [one["name"] for one in answer["chosen"]] == ["员工1", "员工2", "员工3"]


@pytest.mark.databases
def test_the_list_names_recipients_and_finds_schedules_by_them(client, application):
    make_member(application, "zhangsan", name="张三")
    make_member(application, "lisi", name="李四")
    make_department(application, 7, "华东销售部")
    make_schedule(name="晨会", user_ids=["zhangsan", "lisi", "wangwu"])
    make_schedule(name="周报", user_ids=["zhangsan2"], department_numbers=[7])
    page = text_of(client.get(LIST))
    assert '<span title="zhangsan, lisi">张三, 李四 and 1 more</span>' in page
    assert '<span title="zhangsan2, 7">zhangsan2, 华东销售部</span>' in page
    found = client.get(LIST, {"q": "张三"}).context["cl"].result_list
    assert [schedule.name for schedule in found] == ["晨会"]


def test_run_now_says_to_whom_and_how_many(client, application):
    make_member(application, "zhangsan", name="张三")
    make_member(application, "lisi", name="李四", status="left")
    schedule = make_schedule(user_ids=["zhangsan", "lisi"])
    asked = text_of(client.get(page_of(schedule, "run_now_this")))
    assert "1 member gets it." in asked
    assert "张三" in asked
    assert "left the company: lisi" in asked
    assert not Run.objects.exists()


def test_the_page_of_a_run_names_those_left_out(client, application):
    make_member(application, "lisi", name="李四", status="left")
    run = services.run_now(make_schedule(user_ids=["zhangsan", "lisi"]))
    page = text_of(client.get(page_of(run)))
    assert "李四" in page
    assert "left out: has left the company" in page
