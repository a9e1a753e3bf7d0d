"""To whom a schedule goes, and why somebody is left out."""

import pytest

from conversations.models import Topic
from conversations.services import change_preferences
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Run, Schedule
from tests.scheduling.support.schedules import clock, make_schedule, sent
from tests.support.factories import make_department, make_directory_sync, make_member, make_tag
from wecom.models import Membership

pytestmark = pytest.mark.django_db


def run(schedule: Schedule) -> Run:
    (found,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    return found


def test_members_out_of_reach_are_left_out_with_a_reason(application):
    for user_id, status in (("zhangsan", "active"), ("lisi", "left"), ("wangwu", "active")):
        make_member(application, user_id, status=status)
    schedule = make_schedule(user_ids=["zhangsan", "lisi", "wangwu"])
    application.application_members.create(member=application.corporation.members.get(user_id="wangwu"), in_range=False)
    found = run(schedule)
    assert (found.outcome, found.unreached) == ("sent", {"lisi": "left", "wangwu": "out_of_range"})
    assert (len(sent("zhangsan")), sent("lisi"), sent("wangwu")) == (1, [], [])


def test_a_run_that_reaches_nobody_says_so(application):
    make_member(application, "lisi", status="left")
    found = run(make_schedule(user_ids=["lisi"]))
    assert (found.outcome, found.reason, found.cid) == ("skipped", "nobody", "")
    assert "None of its members" in found.why


def test_an_id_that_the_directory_lacks_is_refused_and_made_no_member(application):
    make_directory_sync(application, status="done")
    make_member(application, "lisi")
    with pytest.raises(SchedulingError, match="不存在") as caught:
        make_schedule(user_ids=["lisi", "不存在"])
    assert (caught.value.code, caught.value.field) == ("member_unknown", "user_ids")
    assert list(application.corporation.members.values_list("user_id", flat=True)) == ["lisi"]


def test_an_id_that_the_directory_lost_is_left_out(application):
    schedule = make_schedule(user_ids=["lisi", "wangwu"])
    make_member(application, "lisi")
    make_directory_sync(application, status="done")
    assert run(schedule).unreached == {"wangwu": "unknown"}


@pytest.mark.databases
def test_departments_with_those_below_tags_and_all_are_recipients(application):
    make_department(application, 1, "公司")
    below = make_department(application, 7, "华东", parent_number=1)
    team = make_department(application, 8, "上海", parent_number=7)
    people = {name: make_member(application, name, status="active") for name in ("anna", "ben", "chen", "dora", "eva")}
    Membership.objects.create(member=people["anna"], department=below)
    Membership.objects.create(member=people["ben"], department=team)
    tag = make_tag(application, 3)
    tag.members.add(people["chen"])
    application.application_members.create(member=people["dora"], in_range=True)
    assert services.audience_of(Schedule(department_numbers=[7])).user_ids == ("anna", "ben")
    assert services.audience_of(Schedule(tag_numbers=[3], user_ids=["eva"])).user_ids == ("chen", "eva")
    tag.departments.add(team)
    assert services.audience_of(Schedule(tag_numbers=[3])).user_ids == ("ben", "chen")
    assert services.audience_of(Schedule(user_ids=["@all"])).user_ids == ("dora",)
    run(make_schedule(user_ids=[], department_numbers=[7], tag_numbers=[3]))
    assert [len(sent(name)) for name in people] == [1, 1, 1, 0, 0]


@pytest.mark.databases
def test_all_are_those_in_range_who_have_not_left(application):
    for name, in_range, status in (("anna", True, "active"), ("ben", False, "active"), ("chen", True, "left")):
        member = make_member(application, name, status=status)
        application.application_members.create(member=member, in_range=in_range)
    found = services.audience_of(Schedule(user_ids=["@all"]))
    assert (found.user_ids, dict(found.unreached)) == (("anna",), {})


def test_a_tag_that_is_gone_names_nobody(application):
    tag = make_tag(application, 3, gone_at=clock("2026-11-25T08:00"))
    tag.members.add(make_member(application, "anna"))
    assert services.audience_of(Schedule(tag_numbers=[3])).user_ids == ()


@pytest.mark.parametrize("fields", [{"department_numbers": [99]}, {"tag_numbers": [99]}])
def test_a_department_or_tag_that_does_not_exist_is_refused(application, fields):
    with pytest.raises(SchedulingError, match="99") as caught:
        make_schedule(user_ids=[], **fields)
    assert caught.value.field in fields


def test_more_members_than_a_schedule_may_have_are_refused(application, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "MAX_MEMBERS": 2}
    department = make_department(application, 1)
    for name in ("anna", "ben", "chen"):
        Membership.objects.create(member=make_member(application, name), department=department)
    with pytest.raises(SchedulingError, match="3 members") as caught:
        make_schedule(user_ids=[], department_numbers=[1])
    assert caught.value.code == "members_too_many"


def test_who_has_muted_the_topic_is_left_out_with_that_reason(application):
    topic = Topic.objects.create(name="团建")
    member = make_member(application, "lisi")
    change_preferences(member, muted=[topic.pk], origin="chat")
    found = run(make_schedule(user_ids=["lisi", "zhangsan"], topic=topic))
    assert found.unreached == {"lisi": "opted_out"}
    assert (len(sent("zhangsan")), sent("lisi")) == (1, [])
