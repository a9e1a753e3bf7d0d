"""The directory over REST: members, who is reachable, and syncs."""

import pytest

from tests.support.factories import (
    make_api,
    make_application,
    make_department,
    make_directory_sync,
    make_member,
    make_tag,
)
from wecom.models import ApplicationMember, DirectorySync, Member

pytestmark = pytest.mark.django_db
MEMBERS, DEPARTMENTS = "/api/v1/members/", "/api/v1/departments/"
TAGS, SYNCS = "/api/v1/tags/", "/api/v1/directory-syncs/"


@pytest.fixture
def application():
    return make_application(is_default=True)


@pytest.fixture
def api():
    return make_api("members:read", "members:write")


def ids(api, url, **query):
    return [row["id"] for row in api.get(url, query).json()["results"]]


def test_a_member_says_where_they_are_and_who_reaches_them(api, application):
    place = make_department(application, 3)
    member = make_member(application, "sunqi", status="active", main_department=place, direct_leaders=["zhaoliu"])
    member.memberships.create(department=place, is_leader=True)
    beside = make_application(corporation=application.corporation, agent_id=1000003)
    ApplicationMember.objects.create(application=application, member=member, in_range=True)
    ApplicationMember.objects.create(application=beside, member=member, in_range=False)
    found = api.get(f"{MEMBERS}{member.pk}/").json()
    assert (found["departments"], found["leads"], found["main_department"]) == ([3], [3], 3)
    assert (found["reachable_by"], found["unreachable_by"]) == ([application.pk], [beside.pk])
    assert (found["status"], found["direct_leaders"]) == ("active", ["zhaoliu"])


@pytest.mark.databases
def test_members_are_filtered_by_department_tag_status_and_range(api, application):
    place, tag = make_department(application, 3), make_tag(application, 7)
    member, other = make_member(application, "sunqi", status="active"), make_member(application, "gone", status="left")
    member.memberships.create(department=place)
    tag.members.add(member)
    ApplicationMember.objects.create(application=application, member=member, in_range=True)
    for query in ({"department": 3}, {"tag": 7}, {"status": "active"}, {"reachable_by": application.pk}):
        assert ids(api, MEMBERS, **query) == [member.pk]
    assert ids(api, MEMBERS, status="left") == [other.pk]
    assert api.get(MEMBERS, {"status": "asleep"}).status_code == 422


def test_what_the_directory_tells_cannot_be_written(api, application):
    member = make_member(application, "sunqi")
    assert api.patch(f"{MEMBERS}{member.pk}/", {"status": "left"}).status_code == 422
    for url in (DEPARTMENTS, TAGS):
        assert api.post(url, {"name": "x"}).status_code == 405


def test_a_member_has_a_language_and_a_reading_of_the_name(api, application):
    added = api.post(MEMBERS, {"user_id": "Zengli", "name": "曾丽", "pinyin": "zēng lì", "language": "en"})
    assert (added.status_code, added.json()["pinyin"], added.json()["language"]) == (201, "zēng lì", "en")
    address = f"{MEMBERS}{added.json()['id']}/"
    assert api.patch(address, {"pinyin": "ceng2", "language": ""}).json()["pinyin"] == "ceng2"
    assert Member.objects.get(name="曾丽").language == ""
    assert api.patch(address, {"language": "fr"}).status_code == 422


@pytest.mark.parametrize(
    ("pinyin", "code"),
    [
        *(("ceng", "pinyin_toneless"), ("ceng2 li4 li4", "pinyin_count")),
        *((wrong, "pinyin_unknown") for wrong in ("xyz1", "-", "a1 b1")),
    ],
)
def test_a_wrong_reading_is_refused_at_its_field(api, application, pinyin, code):
    member = make_member(application, "zengli", name="曾丽", pinyin="zēng lì")
    answer = api.patch(f"{MEMBERS}{member.pk}/", {"pinyin": pinyin})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "pinyin", code)
    assert "Write" in error["detail"]
    assert api.patch(f"{MEMBERS}{member.pk}/", {"name": "曾"}).status_code == 422


@pytest.mark.databases
def test_departments_and_tags_are_listed_with_how_many_are_in_them(api, application):
    root, place = make_department(application, 1, "总部"), make_department(application, 3, "研发部")
    make_member(application).memberships.create(department=place)
    tag = make_tag(application, 7)
    tag.departments.add(place)
    assert ids(api, DEPARTMENTS, parent_number=1) == [place.pk]
    found = api.get(f"{DEPARTMENTS}{place.pk}/").json()
    assert (found["number"], found["parent_number"], found["member_count"]) == (3, 1, 1)
    assert ids(api, DEPARTMENTS, name="总") == [root.pk]
    assert ids(api, DEPARTMENTS, gone="true") == []
    assert api.get(f"{TAGS}{tag.pk}/").json()["departments"] == [3]


def test_a_sync_is_started_once_and_tells_how_far_it_is(api, application):
    answer = api.post(SYNCS, {})
    assert (answer.status_code, answer.json()["status"], answer.json()["progress"]) == (202, "queued", 0)
    assert api.post(SYNCS, {"application": application.pk}).json()["id"] == answer.json()["id"]
    assert api.get(answer.headers["Location"]).json()["application"] == application.pk
    DirectorySync.objects.update(status="running", stage="members", departments_total=4, departments_read=2)
    assert api.get(f"{SYNCS}{answer.json()['id']}/").json()["progress"] == 45
    failed = make_directory_sync(application, status="failed", reason="forbidden", errcode=48009)
    assert ids(api, SYNCS, status="failed") == [failed.pk]


def test_a_sync_takes_the_right_to_write(application):
    reader = make_api("members:read")
    assert reader.get(SYNCS).status_code == 200
    assert reader.post(SYNCS, {}).status_code == 403
    assert make_api("messages:read").get(DEPARTMENTS).status_code == 403


def test_without_an_application_a_sync_says_what_to_set(api):
    answer = api.post(SYNCS, {})
    assert answer.status_code >= 400
    assert "WECHAT_" in str(answer.json())
