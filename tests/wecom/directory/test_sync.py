"""The directory sync over HTTP, page by page and department by department, loses nothing known."""

import itertools
import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.work.base import Work
from tests.support.emulator import Emulator
from tests.support.factories import make_application, make_corporation, make_directory_sync, make_member
from wecom import services
from wecom.directory import sync as syncing
from wecom.models import Application, ApplicationMember, Corporation, Department, DirectorySync, Member, Tag

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
NUMBERS = itertools.count(1)


class Company:
    """A company of its own at the emulator, as its administrator has it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.corp_id = f"wwdirectory{os.getpid()}x{next(NUMBERS)}"
        self.app(1000002)

    def api(self, method: str, path: str, **fields: Any) -> Any:
        return self.emulator.api(method, path, json={"corpid": self.corp_id, **fields})

    def app(self, agent_id: int, **fields: Any) -> Any:
        return self.api("POST", "apps", agentid=agent_id, secret=f"{self.corp_id}-{agent_id}", **fields)

    def department(self, number: int, name: str, parent: int = 1, **fields: Any) -> None:
        self.api("POST", "departments", id=number, name=name, parentid=parent, **fields)

    def member(self, user_id: str, *departments: int, **fields: Any) -> None:
        self.api("POST", "hire", userid=user_id, departments=list(departments), **{"name": user_id, **fields})

    def connect(self, agent_id: int = 1000002, **fields: Any) -> Application:
        corporation = Corporation.objects.filter(corp_id=self.corp_id).first()
        return make_application(
            corporation=corporation or make_corporation(corp_id=self.corp_id),
            agent_id=agent_id,
            secret=f"{self.corp_id}-{agent_id}",
            api_base_url=self.emulator.url,
            **fields,
        )

    def fault(self, path: str, errcode: int, **fields: Any) -> None:
        self.emulator.api("POST", "faults", json={"path": path, "errcode": errcode, "times": 1, **fields})


@pytest.fixture
def company(emulator: Emulator, settings) -> Company:
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 0.0, "READ_TIMEOUT": 2.0}
    company = Company(emulator)
    company.department(2, "人力资源部", name_en="HR")
    company.department(3, "研发部")
    company.department(4, "平台组", 3)
    company.member("ZhaoLiu", 2, position="经理", leads=[2], alias="Zoe")
    company.member("sunqi", 3, 4, direct_leaders=["ZhaoLiu"])
    company.member("zhouba", 4)
    return company


def sync(application: Application) -> DirectorySync:
    """One sync of everything, to its end."""
    row = services.sync_directory(application)
    syncing.run_sync(row.pk)
    row.refresh_from_db()
    return row


def look_up(application: Application) -> DirectorySync:
    """The sync of what changed that waits."""
    row = application.directory_syncs.get(kind="changes", status="queued")
    syncing.run_sync(row.pk)
    row.refresh_from_db()
    return row


def members(application: Application) -> dict[str, Member]:
    return {row.user_id: row for row in Member.objects.filter(corporation=application.corporation)}


def within(application: Application) -> set[str]:
    rows = ApplicationMember.objects.filter(application=application, in_range=True)
    return set(rows.values_list("member__user_id", flat=True))


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


def test_a_second_sync_changes_nothing_and_makes_no_second_rows(company):
    application = company.connect()
    sync(application)
    before = (Member.objects.count(), Department.objects.count(), ApplicationMember.objects.count())
    sync(application)
    assert (Member.objects.count(), Department.objects.count(), ApplicationMember.objects.count()) == before


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
    reasons = services.find_unreachable(["SunQi", "zhouba", "stranger"], application=application)
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


def test_a_narrow_application_changes_no_department_it_cannot_see(company):
    whole = company.connect()
    company.app(1000003, scope={"parties": [4]})
    part = company.connect(1000003)
    sync(whole)
    sync(part)
    sun = members(whole)["sunqi"]
    assert {place.number for place in sun.departments.all()} == {3, 4}
    assert services.find_unreachable(["zhaoliu"], application=part) == {"zhaoliu": "out_of_range"}
    assert services.find_unreachable(["zhaoliu"], application=whole) == {}
    assert members(whole)["zhaoliu"].status == "active"


def test_a_department_too_large_for_details_is_read_by_name(company):
    application = company.connect()
    company.fault("user/list", 45029)
    row = sync(application)
    assert (row.status, row.reason) == ("done", "")
    assert len(within(application)) == 3


def test_an_unreadable_department_loses_no_members(company):
    application = company.connect()
    sync(application)
    for path in ("user/list", "user/simplelist"):
        company.emulator.api("POST", "faults", json={"path": path, "errcode": 45029, "times": 4})
    row = sync(application)
    assert (row.status, row.reason) == ("done", "incomplete")
    assert row.notes[0] == {"what": "department", "number": 1, "errcode": 45029}
    assert len(within(application)) == 3


def test_a_large_company_is_read_department_by_department(company):
    application = company.connect()
    company.fault("department/list", 45029)
    sync(application)
    assert Department.objects.get(number=4).name == "平台组"


@pytest.mark.parametrize("errcode", [48002, 60011])
def test_an_application_without_directory_rights_goes_on_sending(company, errcode):
    application = company.connect()
    company.fault("department/list", errcode)
    row = sync(application)
    assert (row.status, row.reason, row.errcode) == ("failed", "forbidden", errcode)
    application.refresh_from_db()
    assert application.held_until is None


def test_a_busy_platform_is_asked_again_from_where_it_stopped(company):
    application = company.connect()
    company.fault("user/list", -1)
    row = services.sync_directory(application)
    syncing.run_sync(row.pk)
    row.refresh_from_db()
    assert (row.status, row.reason, row.stage) == ("queued", "busy", "members")
    syncing.run_sync(row.pk, now=timezone.now() + timedelta(minutes=10))
    row.refresh_from_db()
    assert row.status == "done"
    assert company.emulator.calls("department/list") == 1


def test_an_address_that_is_not_trusted_holds_the_sync_until_it_is(company):
    application = company.connect()
    company.fault("department/list", 60020)
    row = sync(application)
    assert (row.status, row.reason) == ("queued", "held")
    application.refresh_from_db()
    services.save_application(application)
    syncing.run_sync(row.pk, now=timezone.now() + timedelta(seconds=1))
    row.refresh_from_db()
    assert row.status == "done"


def test_the_contacts_assistant_reads_user_ids_in_pages(company, settings):
    company.app(0)
    assistant = company.connect(0)
    settings.WECOM = {**settings.WECOM, "DIRECTORY_PAGE_SIZE": 1}
    row = sync(assistant)
    assert (row.status, row.reason) == ("done", "")
    assert company.emulator.calls("user/list_id") == 3
    assert set(members(assistant)) == {"zhaoliu", "sunqi", "zhouba"}
    assert {place.number for place in members(assistant)["sunqi"].departments.all()} == {3, 4}
    company.api("POST", "members/zhouba/leave")
    company.api("POST", "members/sunqi/move", departments=[4])
    sync(assistant)
    assert members(assistant)["zhouba"].status == "left"
    assert [place.number for place in members(assistant)["sunqi"].departments.all()] == [4]


def test_names_survive_a_sync_that_tells_none(company):
    application = company.connect()
    sync(application)
    company.app(0)
    sync(company.connect(0))
    assert members(application)["zhaoliu"].name == "ZhaoLiu"
    assert Department.objects.get(number=2).name == "人力资源部"


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
    assert services.find_unreachable(["sunqi", "zhouba"], application=application) == {
        "sunqi": "out_of_range",
        "zhouba": "left",
    }
    services.mark_in_range(application, "sunqi")
    assert services.find_unreachable(["sunqi"], application=application) == {}


def test_a_department_that_was_dissolved_is_marked(company):
    application = company.connect()
    company.department(9, "旧部门")
    sync(application)
    company.api("DELETE", "departments/9")
    sync(application)
    assert Department.objects.get(number=9).gone_at is not None
    assert not application.departments.filter(number=9).exists()


def test_a_department_out_of_sight_is_not_dissolved(company):
    application = company.connect()
    sync(application)
    company.app(1000002, scope={"parties": [3]})
    sync(application)
    assert Department.objects.get(number=2).gone_at is None
    assert set(application.departments.values_list("number", flat=True)) == {3, 4}
