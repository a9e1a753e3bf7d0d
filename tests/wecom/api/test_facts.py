"""Facts over REST: definitions, those of one member, and of many at once."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.support.factories import make_api, make_application, make_member
from wecom import services
from wecom.facts.stored_values import facts_of
from wecom.models import Application, FactDefinition, Member

pytestmark = pytest.mark.django_db
DEFINITIONS, IMPORT = "/api/v1/fact-definitions/", "/api/v1/facts/import/"
SIZE = {"key": "size", "name": "尺码", "kind": "choice", "choices": ["S", "M"]}


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


@pytest.fixture
def member(application) -> Member:
    member = make_member(application, "zhangsan")
    services.set_facts(member, {"birthday": "1988-03-07", "city": "上海"})
    return member


@pytest.fixture
def api():
    return make_api("facts:read", "facts:write")


def facts(member: Member) -> str:
    return f"/api/v1/members/{member.pk}/facts/"


def test_a_fact_of_ones_own_is_added_changed_and_deleted(api, application):
    made = api.post(DEFINITIONS, SIZE)
    assert made.status_code == 201
    address = made.headers["Location"]
    assert made.json() | SIZE == made.json()
    member = make_member(application)
    services.set_facts(member, {"size": "M"})
    changed = api.patch(address, {"name_en": "Size", "choices": ["M", "L"]}).json()
    assert (changed["name_en"], changed["choices"], changed["members"]) == ("Size", ["M", "L"], 1)
    assert [row["key"] for row in api.get(DEFINITIONS, {"kind": "choice"}).json()["results"]] == ["size"]
    assert api.delete(address).status_code == 204
    assert facts_of(member) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "Size"}, "key"),
        ({"key": "city"}, "key"),
        ({"name": "城市"}, "name"),
        ({"choices": []}, "choices"),
        ({"kind": "colour"}, "kind"),
        ({"shade": "red"}, "shade"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told_by_field(api, application, wrong, field):
    answer = api.post(DEFINITIONS, SIZE | wrong)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert not FactDefinition.objects.exists()


@pytest.mark.databases
def test_a_choice_that_members_have_cannot_be_taken_away(api, application):
    address = api.post(DEFINITIONS, SIZE).headers["Location"]
    services.set_facts(make_member(application), {"size": "M"})
    assert api.patch(address, {"choices": ["S"]}).status_code == 422
    assert FactDefinition.objects.get().choices == ["S", "M"]


def test_key_and_kind_of_a_definition_cannot_be_changed(api, application):
    address = api.post(DEFINITIONS, SIZE).headers["Location"]
    assert [api.patch(address, change).status_code for change in ({"key": "x"}, {"kind": "text"})] == [422, 422]


def test_a_members_facts_are_read_changed_and_replaced(api, member):
    assert api.get(facts(member)).json() == {
        "user_id": "zhangsan",
        "facts": {"birthday": "1988-03-07", "city": "上海"},
    }
    changed = api.patch(facts(member), {"facts": {"city": None, "start_date": "2026/9/1", "language": "en"}}).json()
    assert changed["facts"] == {"birthday": "1988-03-07", "start_date": "2026-09-01", "language": "en"}
    replaced = api.put(facts(member), {"facts": {"city": "北京"}}).json()
    assert replaced["facts"] == {"city": "北京", "language": "en"}


@pytest.mark.parametrize(
    "given", [{"city": "北京", "size": "M"}, {"city": "北京", "birthday": "soon"}, {"city": ["北京"]}]
)
def test_one_wrong_value_changes_nothing(api, member, given):
    answer = api.patch(facts(member), {"facts": given})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert facts_of(member)["city"] == "上海"


def test_reading_and_writing_have_scopes_of_their_own(member):
    reader, stranger = make_api("facts:read"), make_api("members:read", "members:write")
    assert reader.get(facts(member)).status_code == 200
    assert reader.patch(facts(member), {"facts": {"city": "北京"}}).status_code == 403
    assert reader.post(IMPORT, {"rows": [{"user_id": "zhangsan", "facts": {"city": "北京"}}]}).status_code == 403
    assert stranger.get(facts(member)).status_code == 403


def staff(role: str) -> Client:
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client(headers={"Accept": "application/json"})
    client.force_login(user)
    return client


@pytest.mark.parametrize(("role", "shown"), [("viewer", "19**-**-07"), ("editor", "1988-03-07")])
def test_staff_without_the_right_read_personal_facts_masked(member, role, shown):
    assert staff(role).get(facts(member)).json()["facts"]["birthday"] == shown


@pytest.mark.databases
def test_many_members_are_written_at_once_without_what_is_wrong(api, application, member):
    make_member(application, "lisi")
    rows = [
        {"user_id": "ZhangSan", "facts": {"city": None, "start_date": "2026-09-01"}},
        {"user_id": "lisi", "facts": {"city": "北京", "start_date": "soon"}},
        {"user_id": "ghost", "facts": {"city": "深圳"}},
        {"user_id": "lisi", "facts": {"city": "广州"}},
    ]
    dry = api.post(IMPORT, {"rows": rows, "dry_run": True}).json()
    assert facts_of(member)["city"] == "上海"
    done = api.post(IMPORT, {"rows": rows}).json()
    assert done == dry | {"dry_run": False}
    assert (done["new"], done["cleared"], done["members"], done["applied"]) == (2, 1, 2, True)
    assert [(error["row"], error["key"]) for error in done["rejected"]] == [(1, "start_date"), (3, "userid")]
    assert done["unknown_members"] == [{"row": 2, "user_id": "ghost"}]
    assert "city" not in facts_of(member)
    assert facts_of(Member.objects.get(user_id="lisi")) == {"city": "北京"}


@pytest.mark.databases
def test_a_strict_import_stores_nothing_if_anything_is_wrong(api, member):
    rows = [{"user_id": "zhangsan", "facts": {"city": "北京"}}, {"user_id": "ghost", "facts": {"city": "深圳"}}]
    answer = api.post(IMPORT, {"rows": rows, "strict": True}).json()
    assert (answer["applied"], facts_of(member)["city"]) == (False, "上海")
    assert api.post(IMPORT, {"rows": rows[:1], "strict": True}).json()["applied"]
    assert facts_of(member)["city"] == "北京"


@pytest.mark.databases
def test_a_retried_import_happens_once(api, member):
    rows = {"rows": [{"user_id": "zhangsan", "facts": {"city": "北京"}}]}
    first, again = (api.post(IMPORT, rows, headers={"Idempotency-Key": "facts-1"}).json() for _ in range(2))
    assert first == again
    assert first["changed"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"rows": []},
        {"rows": [{"user_id": "zhangsan", "facts": {}}]},
        {"rows": [{"user_id": "zhangsan", "facts": {"shoe": "42"}}]},
        {"rows": [{"user_id": "zhangsan", "facts": {"city": True}}]},
        {"rows": [{"user_id": "zhangsan", "facts": {"city": {"a": 1}}}]},
        {"rows": [{"facts": {"city": "北京"}}]},
        {},
    ],
)
def test_an_import_that_means_nothing_is_refused(api, member, body):
    assert api.post(IMPORT, body).status_code == 422
    assert facts_of(member)["city"] == "上海"
