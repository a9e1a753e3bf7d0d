"""Campaigns as files over REST: exported, imported, and refused with all that is wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scheduling.models import Campaign, Segment
from tests.scheduling.support.campaigns import make_campaign
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = "/api/v1/campaigns/import/", "/api/v1/campaigns/export/"
SEGMENT = "segments: [{name: 陈, rule: {rules: [{subject: name, test: contains, value: 陈}]}}]"


@pytest.fixture
def api(application):
    return make_api("campaigns:read", "campaigns:write", "schedules:write")


def sent(api, text, *, status=200, **fields):
    file = SimpleUploadedFile("campaigns.yaml", text.encode() if isinstance(text, str) else text)
    answer = api.post(IMPORT, {"file": file, **fields}, format="multipart")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_an_export_is_imported_as_drafts(api):
    campaign = make_campaign("早上好", name="早安")
    make_campaign(name="别的")
    answer = api.get(EXPORT, {"campaign": campaign.pk})
    assert answer.headers["Content-Type"].startswith("application/yaml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="campaigns.yaml"'
    Campaign.objects.all().delete()
    data = answer.content.replace("早上好".encode(), b"")
    dry = sent(api, data, dry_run=True)
    assert not Campaign.objects.exists()
    done = sent(api, data)
    (entry,) = done["entries"]
    assert (entry["verdict"], entry["id"]) == ("new", Campaign.objects.get().pk)
    assert [one["code"] for one in entry["problems"]] == ["empty"]
    assert (dry["dry_run"], dry["entries"][0]["problems"]) == (True, entry["problems"])


def test_a_change_has_its_place_and_both_values(api):
    make_campaign("早上好", name="早安")
    data = api.get(EXPORT).content.replace("早上好".encode(), "早".encode())
    assert sent(api, data)["entries"][0]["differences"] == [
        {"path": "contents.zh-hans.text", "before": "早上好", "after": "早"}
    ]


def test_all_that_is_wrong_is_answered_with_its_place(api):
    body = sent(api, "version: 1\ncampaigns: [{name: 甲, days: no, missed: x}]", status=422)
    assert [(one["field"], one["code"]) for one in body["errors"]] == [
        ("campaigns[0].days", "file_invalid"),
        ("campaigns[0].missed", "file_invalid"),
    ]
    assert sent(api, "- no", status=422)["errors"][0]["field"] == "file"


def test_segments_of_a_file_need_a_scope_of_their_own(api):
    poor = make_api("campaigns:write")
    assert sent(poor, f"version: 1\n{SEGMENT}", status=422)["errors"][0]["code"] == "not_allowed"
    assert not Segment.objects.exists()
    sent(api, f"version: 1\n{SEGMENT}")
    assert sent(poor, f"version: 1\n{SEGMENT}")["entries"][0]["verdict"] == "same"


def test_an_export_asks_for_the_right_to_read_and_for_numbers(api):
    assert make_api("campaigns:write").get(EXPORT).status_code == 403
    assert api.get(EXPORT, {"campaign": "x"}).json()["field"] == "campaign"
    assert api.get(EXPORT).json()["code"] == "nothing_to_export"
