"""A sync that is refused, cut short or sees little loses nothing known."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.wecom.support.company import members, sync, within
from wecom import services
from wecom.directory import reachability
from wecom.directory import sync as syncing
from wecom.models import Department

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_narrow_application_changes_no_department_it_cannot_see(company):
    whole = company.connect()
    company.app(1000003, scope={"parties": [4]})
    part = company.connect(1000003)
    sync(whole)
    sync(part)
    sun = members(whole)["sunqi"]
    assert {place.number for place in sun.departments.all()} == {3, 4}
    assert reachability.find_unreachable(["zhaoliu"], application=part) == {"zhaoliu": "out_of_range"}
    assert reachability.find_unreachable(["zhaoliu"], application=whole) == {}
    assert members(whole)["zhaoliu"].status == "active"


def test_a_department_too_large_for_details_is_read_by_name(company):
    application = company.connect()
    company.fault("user/list", 45029)
    row = sync(application)
    assert (row.status, row.reason) == ("done", "")
    assert len(within(application)) == 3


@pytest.mark.databases
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


def test_a_department_out_of_sight_is_not_dissolved(company):
    application = company.connect()
    sync(application)
    company.app(1000002, scope={"parties": [3]})
    sync(application)
    assert Department.objects.get(number=2).gone_at is None
    assert set(application.departments.values_list("number", flat=True)) == {3, 4}
