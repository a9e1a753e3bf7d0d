"""Who somebody is and who is in a department, as the emulator tells."""

import pytest
from asgiref.sync import async_to_sync

from wecom import services
from wecom.bot import get_department_users, get_user_info
from wecom.exceptions import ApiError, ContentError, NotConfigured, RecipientError

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_member_is_told_by_their_user_id(connected, person):
    info = async_to_sync(get_user_info)(person.user_id)
    assert (info["userid"], info["name"]) == (person.user_id, person.user_id)
    assert info["department"] == [1]
    assert "errcode" not in info
    assert services.user_info(person.user_id.upper()) == info


def test_a_department_lists_its_members(connected, person):
    users = async_to_sync(get_department_users)(1)
    assert {"userid": person.user_id, "name": person.user_id, "department": [1]} in users
    assert services.department_users(department_id=1) == users


def test_somebody_who_does_not_exist_or_is_not_visible_is_an_error_with_a_remedy(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    for user_id in ("nobody", person.user_id):
        with pytest.raises(RecipientError) as caught:
            services.user_info(user_id)
        assert caught.value.field == "user_id"
        assert "visible range" in caught.value.remedy


def test_a_department_that_does_not_exist_is_an_error_with_a_remedy(connected):
    with pytest.raises(ApiError) as caught:
        services.department_users(999)
    assert (caught.value.errcode, caught.value.field) == (60003, "department_id")


@pytest.mark.parametrize("odd", [0, -1, "x", True, 1.5, ""])
def test_a_department_is_a_number(connected, emulator, odd):
    with pytest.raises(ContentError):
        services.department_users(odd)
    assert emulator.calls("user/simplelist") == 0


def test_an_empty_user_id_is_refused_without_a_call(connected, emulator):
    with pytest.raises(ContentError):
        services.user_info("  ")
    assert emulator.calls("user/get") == 0


def test_a_token_that_was_revoked_is_renewed(connected, emulator, person):
    services.user_info(person.user_id)
    emulator.api("DELETE", "tokens")
    assert services.user_info(person.user_id)["userid"] == person.user_id


def test_without_an_application_the_error_says_what_to_set(db):
    with pytest.raises(NotConfigured) as caught:
        services.user_info("zhangsan")
    assert "WECHAT_" in caught.value.remedy
