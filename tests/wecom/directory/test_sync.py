"""The directory sync over HTTP: rows, leavers, other applications, and what changed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.work.base import Work
from tests.support.factories import make_application, make_directory_sync, make_member
from tests.wecom.support.company import members, sync, within
from wecom import services
from wecom.directory import reachability
from wecom.directory import sync as syncing
from wecom.models import Application, ApplicationMember, Department, DirectorySync, Member, Membership, Tag

pytestmark = pytest.mark.django_db(transaction=True)


def look_up(application: Application) -> DirectorySync:
    """The sync of what changed that waits."""
    row = application.directory_syncs.get(kind="changes", status="queued")
    syncing.run_sync(row.pk)
    row.refresh_from_db()
    return row


@pytest.mark.databases
def test_departments_members_and_tags_become_rows(company):
    company.api("POST", "tags", id=7, name="试用期", users=["sunqi"], parties=[2])
    application = company.connect()
    row = sync(application)
    assert (row.status, row.reason, row.progress) == ("done", "", 100)
    assert (row.departments_read, row.members_read, row.tags_read) == (4, 3, 1)
    places = {place.number: place for place in Department.objects.all()}
    assert (places[2].name, places[2].name_en, places[4].parent_number) == ("人力资源部", "HR", 3)
    everybody = members(application)
    zhao = everybody["zhaoliu"]
    assert (zhao.name, zhao.position, zhao.alias, zhao.status) == ("ZhaoLiu", "经理", "Zoe", "active")
    assert zhao.memberships.get().is_leader
    assert zhao.main_department == places[2]
    assert everybody["sunqi"].direct_leaders == ["zhaoliu"]
    assert set(everybody["sunqi"].departments.all()) == {places[3], places[4]}
    tag = Tag.objects.get()
    assert (tag.name, list(tag.members.all()), list(tag.departments.all())) == (
        "试用期",
        [everybody["sunqi"]],
        [places[2]],
    )
    assert within(application) == {"zhaoliu", "sunqi", "zhouba"}


def test_only_who_comes_after_the_first_sync_has_joined_then(company):
    application = company.connect()
    sync(application)
    assert {row.joined_at for row in Membership.objects.all()} == {None}
    company.member("zhengshi", 2)
    sync(application)
    (joined,) = Membership.objects.exclude(joined_at=None)
    assert (joined.member.user_id, joined.department.number) == ("zhengshi", 2)
    sync(application)
    assert Membership.objects.get(pk=joined.pk).joined_at == joined.joined_at


@pytest.mark.databases
def test_a_second_sync_changes_nothing_and_makes_no_second_rows(company):
    application = company.connect()
    sync(application)
    before = (Member.objects.count(), Department.objects.count(), ApplicationMember.objects.count())
    sync(application)
    assert (Member.objects.count(), Department.objects.count(), ApplicationMember.objects.count()) == before


@pytest.mark.databases
def test_a_sync_flags_members_who_left_and_deletes_none(company):
    company.app(1000002, scope={"parties": [3]})
    application = company.connect()
    sync(application)
    assert within(application) == {"sunqi", "zhouba"}
    company.api("POST", "members/zhouba/leave")
    company.api("POST", "members/sunqi/move", departments=[2])
    row = sync(application)
    assert row.looked_up == 2
    everybody = members(application)
    assert everybody["zhouba"].status == "left"
    assert everybody["zhouba"].departments.count() == 0
    assert everybody["sunqi"].status == "active"
    assert within(application) == set()
    reasons = reachability.find_unreachable(["SunQi", "zhouba", "stranger"], application=application)
    assert reasons == {"sunqi": "out_of_range", "zhouba": "left"}


def test_who_comes_back_is_found_again(company):
    application = company.connect()
    sync(application)
    company.api("PATCH", "members/zhouba", left=True)
    sync(application)
    assert members(application)["zhouba"].status == "left"
    company.api("PATCH", "members/zhouba", left=False)
    sync(application)
    assert members(application)["zhouba"].status == "active"
    assert "zhouba" in within(application)


def test_a_member_who_is_in_the_range_by_name_is_looked_up(company):
    company.app(1000002, scope={"parties": [4], "users": ["ZhaoLiu"]})
    application = company.connect()
    row = sync(application)
    assert row.looked_up == 1
    assert within(application) == {"zhaoliu", "sunqi", "zhouba"}
    assert members(application)["zhaoliu"].position == "经理"


def test_what_an_answer_leaves_out_does_not_blank_what_is_known(company):
    application = company.connect()
    company.api("POST", "members/zhouba/move", position="工程师")
    make_member(application, "zhouba", name="周八", position="工程师", gender="male", attributes={"工号": "8"})
    sync(application)
    zhou = members(application)["zhouba"]
    assert (zhou.position, zhou.gender, zhou.attributes) == ("工程师", "male", {"工号": "8"})


def test_a_position_and_another_name_that_were_taken_away_are_gone(company):
    application = company.connect()
    sync(application)
    company.api("POST", "members/zhaoliu/move", position="", alias="")
    sync(application)
    zhao = members(application)["zhaoliu"]
    assert (zhao.name, zhao.position, zhao.alias) == ("ZhaoLiu", "", "")


@pytest.mark.databases
def test_one_sync_at_a_time_waits_for_each_application(company):
    application = company.connect()
    first = services.sync_directory(application)
    assert services.sync_directory(application) == first
    claimed = DirectorySync.claim(first.pk)
    assert services.sync_directory(application) == first
    claimed.settle(Work.Status.DONE)
    assert services.sync_directory(application) != first


def test_a_day_later_every_application_is_read_again(settings):
    first, second = make_application(), make_application(enabled=False)
    now = timezone.now()
    assert services.sync_due_directories(now) == 1
    assert services.sync_due_directories(now) == 0
    first.directory_syncs.get().cancel()
    assert services.sync_due_directories(now + timedelta(hours=25)) == 1
    assert not second.directory_syncs.exists()
    settings.WECOM = {**settings.WECOM, "DIRECTORY_SYNC_HOURS": 0}
    assert services.sync_due_directories(now + timedelta(days=9)) == 0


@pytest.mark.databases
def test_sixty_people_more_take_no_more_queries(company):
    application = company.connect()
    sync(application)
    counts = []
    for people in (0, 60):
        for number in range(people):
            company.api("POST", "members", userid=f"many{number}", name=f"第{number}", departments=[2])
        row = make_directory_sync(application)
        with CaptureQueriesContext(connection) as queries:
            syncing.run_sync(row.pk)
        counts.append(len(queries))
    assert Member.objects.count() == 63
    assert counts[1] - counts[0] < 12


def test_looking_up_what_changed_asks_for_nobody_else(company):
    application = company.connect()
    sync(application)
    company.emulator.api("POST", "reset", json={"what": ["calls"]})
    company.api("POST", "members/sunqi/move", position="架构师")
    services.enter_range(application, "SunQi")
    row = look_up(application)
    assert (row.status, row.looked_up) == ("done", 1)
    assert company.emulator.calls("user/get") == 1
    assert company.emulator.calls("user/list") == 0
    assert members(application)["sunqi"].position == "架构师"


def test_who_lost_the_application_is_looked_up_and_told_from_who_left(company):
    application = company.connect()
    sync(application)
    company.app(1000002, scope={"parties": [2]})
    services.leave_range(application, "sunqi")
    company.api("POST", "members/zhouba/leave")
    services.leave_range(application, "zhouba")
    look_up(application)
    assert reachability.find_unreachable(["sunqi", "zhouba"], application=application) == {
        "sunqi": "out_of_range",
        "zhouba": "left",
    }
    services.mark_in_range(application, "sunqi")
    assert reachability.find_unreachable(["sunqi"], application=application) == {}


def test_a_department_that_was_dissolved_is_marked(company):
    application = company.connect()
    company.department(9, "旧部门")
    sync(application)
    company.api("DELETE", "departments/9")
    sync(application)
    assert Department.objects.get(number=9).gone_at is not None
    assert not application.departments.filter(number=9).exists()
