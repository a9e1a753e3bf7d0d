"""The directory in the admin: a tree, who is reachable, and *Sync now* with its result."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from core import text_search
from tests.support.admin_forms import unchanged
from tests.support.factories import make_application, make_department, make_directory_sync, make_member, make_tag
from wecom.models import ApplicationMember, DirectorySync

pytestmark = pytest.mark.django_db

MEMBERS, DEPARTMENTS = reverse("admin:wecom_member_changelist"), reverse("admin:wecom_department_changelist")
TAGS, SYNCS = reverse("admin:wecom_tag_changelist"), reverse("admin:wecom_directorysync_changelist")
SYNC = reverse("admin:wecom_member_sync_now")


@pytest.fixture
def application():
    return make_application(name="助手", is_default=True)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def rows(client: Client, address: str) -> list:
    return list(client.get(address).context["cl"].result_list)


def test_departments_stand_as_a_tree_with_how_many_are_in_each(client, application):
    for number, name, parent, order in ((1, "总部", 0, 0), (3, "研发部", 1, 5), (2, "人事", 1, 9), (4, "平台组", 3, 0)):
        make_department(application, number, name, parent_number=parent, order=order)
    make_member(application).memberships.create(department=application.departments.get(number=4))
    shown = rows(client, DEPARTMENTS)
    assert [(row.name, row.depth) for row in shown] == [("总部", 0), ("人事", 1), ("研发部", 1), ("平台组", 2)]
    page = client.get(DEPARTMENTS).content.decode()
    assert f"{MEMBERS}?department={shown[3].pk}" in page


def test_a_department_tree_survives_missing_parents_and_circles(client, application):
    make_department(application, 4, "平台组", parent_number=3)
    make_department(application, 8, "甲", parent_number=9)
    make_department(application, 9, "乙", parent_number=8)
    assert [row.name for row in rows(client, DEPARTMENTS)][:1] == ["平台组"]


def test_an_unknown_range_is_sought_among_the_newest_members(client, application, monkeypatch):
    monkeypatch.setattr(text_search, "NEWEST_ROWS", 1)
    for name in ("before", "newest"):
        make_member(application, name)
    assert [row.user_id for row in rows(client, f"{MEMBERS}?range=unknown")] == ["newest"]
    for query, english, chinese in (
        ({"range": "unknown"}, "Only the newest 50,000 rows were searched.", "只搜索了最新的 5 万条记录。"),
        ({"range": "unknown", "q": "e"}, "A rarer word", "只搜索了最新的 5 万条记录。换一个更少见的词"),
    ):
        assert english in client.get(MEMBERS, query).content.decode()
        assert chinese in client.get(MEMBERS, query, headers={"accept-language": "zh-hans"}).content.decode()


def test_members_have_the_words_of_the_console_in_chinese(client, application):
    make_member(application)
    page = client.get(MEMBERS, headers={"accept-language": "zh-hans"}).content.decode()
    assert "姓名" in page
    assert "职务" in page
    assert "位置" not in page


def test_members_are_found_by_status_range_department_and_application(client, application):
    place = make_department(application, 2)
    inside, outside = make_member(application, "inside", status="active"), make_member(application, "outside")
    make_member(application, "unknown", status="left")
    inside.memberships.create(department=place)
    ApplicationMember.objects.create(application=application, member=inside, in_range=True)
    ApplicationMember.objects.create(application=application, member=outside, in_range=False)
    found = {
        query: [row.user_id for row in rows(client, f"{MEMBERS}?{query}")]
        for query in ("range=in", "range=out", "range=unknown", f"department={place.pk}", "status__exact=left")
    }
    assert list(found.values()) == [["inside"], ["outside"], ["unknown"], ["inside"], ["unknown"]]
    assert [row.user_id for row in rows(client, f"{MEMBERS}?application={application.pk}")] == ["inside"]
    page = client.get(MEMBERS).content.decode()
    assert "out of range" in page
    detail = client.get(reverse("admin:wecom_member_change", args=[inside.pk])).content.decode()
    assert "部门" in detail


def test_language_and_reading_of_a_name_are_edited(client, application):
    member = make_member(application, "zengli", name="曾丽")
    address = reverse("admin:wecom_member_change", args=[member.pk])
    page = client.get(address).content.decode()
    assert "Pinyin of the name" in page
    sent = unchanged(client, address) | {"language": "en"}
    refused = client.post(address, sent | {"pinyin": "ceng"}).content.decode()
    assert "“ceng” has no tone." in refused
    assert client.post(address, sent | {"pinyin": "ceng2"}).status_code == 302
    member.refresh_from_db()
    assert (member.pinyin, member.language) == ("ceng2", "en")


def test_tags_say_how_many_have_them(client, application):
    tag = make_tag(application, 7, "试用期")
    tag.members.add(make_member(application))
    assert f"{MEMBERS}?tags__id__exact={tag.pk}" in client.get(TAGS).content.decode()
    assert len(rows(client, f"{MEMBERS}?tags__id__exact={tag.pk}")) == 1


def test_sync_now_asks_first_and_queues_one_for_each_application(client, application):
    make_application(enabled=False)
    assert "No member is deleted" in client.get(SYNC).content.decode()
    assert DirectorySync.objects.count() == 0
    answer = client.post(SYNC, {"_form_submitted": "True"})
    assert answer.headers["HX-Redirect"] == MEMBERS
    assert DirectorySync.objects.get().application == application
    page = client.get(MEMBERS).content.decode()
    assert "data-unfinished" in page
    assert "<progress" in page


def test_without_an_application_or_a_sync_the_page_says_what_to_do(client):
    assert 'data-testid="none"' in client.get(MEMBERS).content.decode()
    make_application()
    assert 'data-testid="never"' in client.get(DEPARTMENTS).content.decode()


def test_a_sync_that_failed_says_what_helps(client, application):
    sync = make_directory_sync(application, status="failed", reason="forbidden", errcode=48009)
    for address in (MEMBERS, reverse("admin:wecom_directorysync_change", args=[sync.pk])):
        assert "may not read the contacts" in client.get(address).content.decode()


def test_what_could_not_be_read_is_listed(client, application):
    notes = [{"what": "department", "number": 7, "errcode": 45029}]
    sync = make_directory_sync(application, status="done", reason="incomplete", notes=notes)
    assert (
        "department 7: 45029"
        in client.get(reverse("admin:wecom_directorysync_change", args=[sync.pk])).content.decode()
    )
    assert len(rows(client, SYNCS)) == 1


def test_somebody_who_may_only_look_gets_no_button(application):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_member", "view_department"]))
    client = Client()
    client.force_login(viewer)
    assert SYNC not in client.get(MEMBERS).content.decode()
    assert client.post(SYNC, {"_form_submitted": "True"}).status_code == 403
    assert not DirectorySync.objects.exists()
