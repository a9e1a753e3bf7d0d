"""Uploaded lists over REST: previewed, kept, used by campaigns and deleted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scheduling.models import AudienceSheet, AudienceSheetMember
from tests.scheduling.support.campaigns import make_campaign
from tests.support.factories import make_api, make_member

pytestmark = pytest.mark.django_db
LISTS = "/api/v1/audience-lists/"
FILE = "姓名,账号\n安娜,anna\n贝恩,ben\n安娜,Anna\n无,\n走,nobody\n"


@pytest.fixture
def api(application):
    make_member(application, "anna", status="active")
    make_member(application, "ben", status="active")
    return make_api("schedules:read", "schedules:write")


def upload(api, text=FILE, *, status=201, **fields):
    file = SimpleUploadedFile("出差名单.csv", text.encode())
    answer = api.post(LISTS, {"file": file, **fields}, format="multipart")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_dry_run_is_equal_to_the_outcome_and_keeps_nothing(api):
    dry = upload(api, dry_run=True, status=200)
    assert not AudienceSheet.objects.exists()
    done = upload(api)
    assert {**done, "dry_run": True, "list": None} == dry
    assert (done["list"]["name"], done["list"]["lines"]) == ("出差名单", 3)
    assert (done["lines"], done["count"]) == (3, 2)
    assert [(one["row"], one["reason"], one["value"]) for one in done["rows"]] == [
        (4, "repeated", "2"),
        (5, "no_user_id", ""),
        (6, "unknown", "nobody"),
    ]
    assert AudienceSheetMember.objects.count() == 3


def test_a_list_is_found_by_its_name_and_deleted(api):
    key = upload(api, name="名单")["list"]["id"]
    upload(api)
    assert [one["id"] for one in api.get(LISTS, {"name": "名单"}).json()["results"]] == [key]
    assert api.delete(f"{LISTS}{key}/").status_code == 204
    assert api.get(f"{LISTS}{key}/").status_code == 404


def test_a_list_that_a_campaign_needs_is_not_deleted(api):
    key = upload(api)["list"]["id"]
    make_campaign(audience={"sheet": key})
    answer = api.delete(f"{LISTS}{key}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "list_used")


def test_a_file_without_user_ids_says_what_to_do(api):
    body = upload(api, "姓名,城市\n安娜,上海\n", status=422)
    assert (body["code"], body["field"]) == ("no_user_ids", "file")
    assert body["hint"]


def test_reading_is_no_right_to_upload(application):
    assert make_api("schedules:read").post(LISTS, {}, format="multipart").status_code == 403
