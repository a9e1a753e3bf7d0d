"""Members and departments, as the emulator tells them."""

import pytest
from asgiref.sync import async_to_sync

from tests.support.factories import make_application, make_member
from wecom import services
from wecom.bot import (
    add_tag_users,
    create_tag,
    delete_tag,
    delete_tag_users,
    get_company_tags,
    get_department_users,
    get_departments,
    get_tag_users,
    get_user_info,
    update_tag,
)
from wecom.directory import member_rows, reachability
from wecom.exceptions import ApiError, ContentError, NotConfigured, RecipientError
from wecom.models import Member, Tag

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_member_is_told_by_their_user_id(connected, person):
    info = async_to_sync(get_user_info)(person.user_id)
    assert (info["userid"], info["name"]) == (person.user_id, person.user_id)
    assert info["department"] == [1]
    assert "errcode" not in info
    assert services.get_user_info(person.user_id.upper()) == info


def test_a_department_lists_its_members(connected, person):
    users = async_to_sync(get_department_users)(1)
    assert {"userid": person.user_id, "name": person.user_id, "department": [1]} in users
    assert services.get_department_users(department_id=1) == users


def test_an_unknown_or_invisible_member_is_an_error_with_remedy(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    for user_id in ("nobody", person.user_id):
        with pytest.raises(RecipientError) as caught:
            services.get_user_info(user_id)
        assert caught.value.field == "user_id"
        assert "visible range" in caught.value.remedy


def test_a_department_that_does_not_exist_is_an_error_with_a_remedy(connected):
    with pytest.raises(ApiError) as caught:
        services.get_department_users(999)
    assert (caught.value.errcode, caught.value.field) == (60003, "department_id")


@pytest.mark.parametrize("odd", [0, -1, "x", True, 1.5, ""])
def test_a_department_is_a_number(connected, emulator, odd):
    with pytest.raises(ContentError):
        services.get_department_users(odd)
    assert emulator.calls("user/simplelist") == 0


def test_an_empty_user_id_is_refused_without_a_call(connected, emulator):
    with pytest.raises(ContentError):
        services.get_user_info("  ")
    assert emulator.calls("user/get") == 0


def test_a_token_that_was_revoked_is_renewed(connected, emulator, person):
    services.get_user_info(person.user_id)
    emulator.api("DELETE", "tokens")
    assert services.get_user_info(person.user_id)["userid"] == person.user_id


def test_departments_and_tags_are_asked_for_and_changed(connected, person):
    assert {"总部", "研发部"} <= {row["name"] for row in async_to_sync(get_departments)()}
    assert [row["id"] for row in services.get_departments(3)] == [3]
    number = async_to_sync(create_tag)(f"标签 {person.user_id}")
    assert async_to_sync(add_tag_users)(number, [person.user_id, "nobody"]) == ["nobody"]
    assert [row["userid"] for row in async_to_sync(get_tag_users)(number)] == [person.user_id]
    tag = Tag.objects.get(number=number)
    assert [member.user_id for member in tag.members.all()] == [person.user_id]
    async_to_sync(update_tag)(number, f"标签二 {person.user_id}")
    assert {"tagid": number, "tagname": f"标签二 {person.user_id}"} in async_to_sync(get_company_tags)()
    async_to_sync(delete_tag_users)(number, [person.user_id])
    assert not tag.members.exists()
    async_to_sync(delete_tag)(number)
    tag.refresh_from_db()
    assert tag.gone_at is not None


def test_many_members_get_a_tag_in_pieces(connected, emulator, person):
    number = services.create_tag(f"多人 {person.user_id}")
    everybody = [person.user_id, *(f"stranger{index}" for index in range(1500))]
    assert set(services.add_tag_users(number, everybody)) == set(
        everybody[1:]
    )  # the second piece has unknown members only
    assert emulator.calls("tag/addtagusers") == 2
    with pytest.raises(ApiError) as caught:
        services.add_tag_users(number, ["stranger1"])
    assert caught.value.errcode == 40070


@pytest.mark.parametrize("name", ["", "  ", "签" * 33])
def test_a_tag_needs_a_name_of_at_most_32_characters(connected, emulator, name):
    with pytest.raises(ContentError) as caught:
        services.create_tag(name)
    assert caught.value.field == "name"
    assert emulator.calls("tag/create") == 0


@pytest.mark.databases
def test_asking_for_a_member_writes_down_what_is_known(connected, emulator, person):
    services.get_user_info(person.user_id)
    member = Member.objects.get(user_id=person.user_id)
    assert (member.name, member.status) == (person.user_id, "active")
    emulator.api("PATCH", f"members/{person.user_id}", json={"left": True})
    with pytest.raises(RecipientError):
        services.get_user_info(person.user_id)
    assert reachability.find_unreachable([person.user_id]) == {person.user_id: "left"}


def test_without_an_application_the_error_says_what_to_set(db):
    with pytest.raises(NotConfigured) as caught:
        services.get_user_info("zhangsan")
    assert "WECHAT_" in caught.value.remedy


@pytest.mark.parametrize(("name", "kept"), [("曾丽（人事）", "céng"), ("王丽", "")])
def test_a_reading_goes_with_the_name_that_it_reads(name, kept):
    application = make_application()
    member = make_member(application, "zengli", name="曾丽", pinyin="céng")
    member_rows.upsert(application.corporation, [{"userid": "zengli", "name": name}])
    member.refresh_from_db()
    assert (member.name, member.pinyin) == (name, kept)
