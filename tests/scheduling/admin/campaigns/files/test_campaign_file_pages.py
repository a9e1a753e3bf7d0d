"""Campaigns from files in the admin: export, a preview before anything is stored, and ready campaigns."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from scheduling.models import Campaign, Segment
from scheduling.services import READY
from tests.scheduling.support.campaign_pages import LIST, page, seen
from tests.scheduling.support.campaigns import approve, make_campaign

pytestmark = pytest.mark.django_db
IMPORT, GALLERY = (reverse(f"admin:scheduling_campaign_{name}") for name in ("import", "ready"))
SEGMENT = "segments: [{name: 陈, rule: {rules: [{subject: name, test: contains, value: 陈}]}}]"
FILE = f"version: 1\n{SEGMENT}\ncampaigns: [{{name: 早安, days: working, contents: {{zh-hans: {{text: 早上好}}}}}}]"


def upload(client, text, **data):
    file = SimpleUploadedFile("a.yaml", text if isinstance(text, bytes) else text.encode())
    return client.post(IMPORT, {"file": file, **data})


def take_over(client, text):
    """The preview, and then the button below it."""
    seen_hash = upload(client, text, preview="1").context["digest"]
    return upload(client, text, **{"import": "1", "seen": seen_hash})


def test_chosen_campaigns_are_exported(hr):
    campaign = make_campaign("早上好", name="早安")
    make_campaign(name="别的")
    answer = hr.post(LIST, {"action": "export_chosen", "_selected_action": [campaign.pk]})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="campaigns.yaml"'
    assert "早安" in answer.content.decode()
    assert "别的" not in answer.content.decode()
    broken = make_campaign(audience={"segments": [4711]})
    answer = hr.post(LIST, {"action": "export_chosen", "_selected_action": [broken.pk]}, follow=True)
    assert "It names a segment that is gone." in answer.content.decode()


def test_a_preview_says_what_is_new_and_stores_nothing(hr):
    words = upload(hr, FILE, preview="1").content.decode()
    assert "Take it over" in words
    assert "The audience names nobody." in words
    assert not Campaign.objects.exists()


def test_what_was_previewed_is_taken_over_as_drafts(hr):
    assert take_over(hr, FILE).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.created_by.username) == ("draft", "hr")
    assert Segment.objects.get().name == "陈"
    words = upload(hr, FILE, preview="1").content.decode()
    assert "The file changes nothing." in words
    assert "Take it over" not in words


def test_another_file_than_the_previewed_one_is_previewed(hr):
    seen_hash = upload(hr, FILE, preview="1").context["digest"]
    answer = upload(hr, FILE.replace("早上好", "早"), **{"import": "1", "seen": seen_hash})
    assert "Take it over" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_change_is_told_in_the_words_of_the_form(hr):
    approve(make_campaign("早上好", name="早安", days="every"))
    data = hr.post(LIST, {"action": "export_chosen", "_selected_action": [Campaign.objects.get().pk]}).content
    changed = data.replace("早上好".encode(), "早".encode()).replace(b"\n    days: every", b"\n    days: working")
    rows = upload(hr, changed, preview="1").context["entries"][0]["differences"]
    assert [(one.label, one.before, one.after) for one in rows] == [
        ("text (Chinese)", "早上好", "早"),
        ("on which days", "on every day", "only on working days, including make-up days (调休)"),
    ]


def test_flaws_are_listed_with_line_and_place(hr):
    answer = upload(hr, "version: 1\ncampaigns: [{name: 甲, days: no, colour: red}]", preview="1")
    words = answer.content.decode()
    assert "campaigns[0].colour" in words
    assert "The file has 2 errors." in words


def test_segments_of_a_file_need_their_own_right(hr):
    person = User.objects.get(username="hr")
    person.groups.clear()
    person.user_permissions.set(Permission.objects.filter(codename__in=("add_campaign", "change_campaign")))
    assert [flaw.code for flaw in upload(hr, FILE, preview="1").context["flaws"]] == ["not_allowed"]


def test_ready_campaigns_are_shown_and_become_drafts(hr):
    words = seen(hr, GALLERY)
    assert all(str(one.title) in words for one in READY)
    assert "Good morning, Anna!" in words
    answer = hr.post(GALLERY, {"key": "policy"})
    campaign = Campaign.objects.get()
    assert (answer.url, campaign.state, campaign.name) == (page(campaign), "draft", "New rule with a confirmation")
    assert "There is no such campaign." in hr.post(GALLERY, {"key": "x"}, follow=True).content.decode()


def test_who_may_not_write_sees_neither_page(approver):
    assert approver.get(IMPORT).status_code == approver.get(GALLERY).status_code == 403
