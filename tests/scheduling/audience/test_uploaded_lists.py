"""Uploaded lists: previewed, kept, deleted when their time is over and no campaign needs them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.spreadsheets import csv_file
from scheduling import services
from scheduling.models import AudienceSheet, AudienceSheetMember, Campaign
from tests.scheduling.segments.support.company import TODAY, make_company
from tests.support.factories import make_member
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

FILE = csv_file([["账号"], ["anna"], ["CHEN"], ["ghost"], ["ben"]])


@pytest.fixture
def company(application):
    make_company(application)
    return application


def upload(company):
    sheet, _rows = services.upload_sheet(company.corporation, FILE, name="年会")
    return sheet


def test_a_preview_says_whom_a_list_means_and_who_is_nobody(company):
    found = services.preview_sheet(upload(company), application=company)
    assert (found.lines, found.count, found.names) == (4, 2, ("Anna Lee", "贝恩"))
    assert [(one.reason, one.count) for one in found.left_out] == [("left", 1), ("unknown", 1)]
    assert found.strangers == ((4, "ghost"),)


def test_a_list_finds_a_member_who_comes_later(company):
    sheet = upload(company)
    make_member(company, "ghost")
    assert services.preview_sheet(sheet, application=company).strangers == ()


def test_a_list_that_nobody_keeps_is_deleted_after_an_hour(company):
    sheet, now = upload(company), timezone.now()
    assert services.expire_sheets(now=now + timedelta(minutes=59)) == 0
    services.keep_sheet(upload(company))
    assert services.expire_sheets(now=now + timedelta(minutes=61)) == 1
    assert not AudienceSheetMember.objects.filter(sheet=sheet.pk).exists()
    assert AudienceSheet.objects.count() == 1


@pytest.mark.parametrize(("state", "kept"), [("paused", 1), ("finished", 0)])
def test_a_list_stays_while_a_campaign_needs_it(company, state, kept):
    sheet = services.keep_sheet(upload(company))
    make_row(Campaign, audience={"everyone": True, "exclude": {"sheet": sheet.pk}}, state=state)
    services.expire_sheets(now=timezone.now() + timedelta(days=400))
    assert AudienceSheet.objects.count() == kept


def test_a_list_is_an_audience(company):
    rule = services.read_audience({"sheet": upload(company).pk})
    found = services.members_of(rule, application=company, today=TODAY)
    assert sorted(found.values_list("user_id", flat=True)) == ["anna", "ben", "chen"]
