"""Uploaded lists in the admin: upload, preview, keep or dismiss."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.spreadsheets import csv_file
from scheduling.models import AudienceSheet, Campaign
from tests.scheduling.segments.support.company import make_company
from tests.scheduling.support.admin_pages import clerk, page_of, text_of
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db

LIST = "/admin/scheduling/audiencesheet/"
UPLOAD = f"{LIST}upload/"
ROWS = [["账号"], ["anna"], ["Anna"], ["ghost"], [" "], ["chen"]]


@pytest.fixture
def company(application):
    make_company(application)
    return application


def upload(client: Client, company, data: bytes) -> str:
    """The page after the upload."""
    file = SimpleUploadedFile("年会.csv", data)
    answer = client.post(UPLOAD, {"corporation": company.corporation_id, "file": file}, follow=True)
    return answer.content.decode()


def preview(sheet: AudienceSheet) -> str:
    return f"{LIST}{sheet.pk}/preview/"


def test_the_field_of_the_file_speaks_the_language_of_the_page(client: Client):
    assert "Choose file to upload" in client.get(UPLOAD).content.decode()


def test_an_upload_is_previewed_and_kept(client: Client, company):
    page = upload(client, company, csv_file(ROWS))
    shown = [words in page for words in ("年会", "ghost", "row 4", "has left the company", "1 rows repeat a user ID")]
    assert shown == [True] * 5
    assert "first sheet is read" not in page  # there is no other
    sheet = AudienceSheet.objects.get()
    assert sheet.name not in text_of(client.get(LIST))
    assert "can be chosen" in client.post(preview(sheet), {"keep": "1"}, follow=True).content.decode()
    assert sheet.name in text_of(client.get(LIST))


def test_a_list_can_be_dismissed(client: Client, company):
    upload(client, company, csv_file(ROWS))
    client.post(preview(AudienceSheet.objects.get()), {"dismiss": "1"})
    assert not AudienceSheet.objects.exists()


def test_all_unknown_lines_are_a_file(client: Client, company):
    upload(client, company, csv_file([["账号"], *([f"ghost{number}"] for number in range(150))]))
    page = preview(AudienceSheet.objects.get())
    assert "ghost99" in text_of(client.get(page))
    assert "ghost100" not in text_of(client.get(page))
    assert "151,ghost149" in client.get(page, {"as": "csv"}).content.decode("utf-8-sig")


def test_a_file_that_cannot_be_read_is_an_error_of_the_field(client: Client, company):
    page = upload(client, company, csv_file([["name", "city"], ["a", "b"]]))
    assert "No column holds user IDs" in page
    assert not AudienceSheet.objects.exists()


def test_a_list_that_a_campaign_needs_is_not_deleted(client: Client, company):
    sheet = make_row(AudienceSheet, corporation=company.corporation, kept=True)
    make_row(Campaign, audience={"sheet": sheet.pk}, state="paused")
    assert "A campaign that is not over uses it." in text_of(client.get(page_of(sheet, "delete")))
    client.post(page_of(sheet, "delete"), {"post": "yes"})
    assert AudienceSheet.objects.filter(pk=sheet.pk).exists()


def test_nobody_sees_the_preview_of_somebody_elses_list(client: Client, company):
    upload(client, company, csv_file(ROWS))
    sheet = AudienceSheet.objects.get()
    assert clerk("add_audiencesheet").get(preview(sheet)).status_code == 404
    assert Client().get(preview(sheet)).status_code == 302


def test_without_the_right_nothing_is_uploaded(company):
    assert clerk("view_audiencesheet").get(UPLOAD).status_code == 403


def test_the_list_leads_to_the_upload(client: Client, company):
    answer = client.get(f"{LIST}upload-list/", follow=True)
    assert answer.redirect_chain == [(UPLOAD, 302)]
    assert 'type="file"' in text_of(answer)
