"""The guide's function: its awaitable twin, and its many recipients."""

import pytest
from asgiref.sync import async_to_sync

from scheduling import services
from scheduling.exceptions import SchedulingError
from tests.support.factories import make_department, make_tag

pytestmark = pytest.mark.django_db
CALL = {"message": "早上好！", "schedule": "0 9 * * *"}


def test_the_awaitable_twin_finds_the_same_schedule(application):
    made = async_to_sync(services.aschedule_wechat_message)("zhangsan", **CALL)
    assert services.schedule_wechat_message("zhangsan", **CALL) == made


def test_departments_tags_and_all_can_be_named(application):
    make_department(application, 7)
    make_department(application, 8)
    make_tag(application, 3)
    made = services.schedule_wechat_message("@all", department_ids=[7], tag_ids=[3], **CALL)
    assert (made.user_ids, made.department_numbers, made.tag_numbers) == (["@all"], [7], [3])
    assert services.schedule_wechat_message("@all", department_ids=[7], tag_ids=[3], **CALL) == made
    assert services.schedule_wechat_message("@all", **CALL) != made
    for others in ({"department_ids": [8], "tag_ids": [3]}, {"department_ids": [7]}, {"tag_ids": [3]}):
        assert services.schedule_wechat_message("@all", **others, **CALL) != made


def test_a_wrong_department_names_the_argument(application):
    with pytest.raises(SchedulingError) as caught:
        services.schedule_wechat_message(department_ids=[99], **CALL)
    assert caught.value.field == "department_ids"
