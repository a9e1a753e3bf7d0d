"""Members and departments found by what people call them."""

import pytest
from django.utils import timezone

from tests.support import factories
from wecom.models import ApplicationMember, Department, Member
from wecom.services import find_departments, find_members

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


def found(application, words: str, most: int = 6) -> list[str]:
    return [member.user_id for member in find_members(application, words, most=most)]


@pytest.mark.parametrize("words", ["李雷", " 李雷。", "@李雷", "LiLei", "lilei", "小雷", "ＬＩＬＥＩ"])
def test_a_member_is_found_by_name_user_id_and_alias(application, words):
    factories.make_member(application, "lilei", name="李雷", alias="小雷")
    factories.make_member(application, "lileilei", name="李雷雷")
    assert found(application, words) == ["lilei"]


def test_without_a_whole_name_a_part_finds_several(application):
    for number in range(4):
        factories.make_member(application, f"wang{number}", name=f"王芳{number}")
    assert found(application, "王芳") == ["wang0", "wang1", "wang2", "wang3"]
    assert found(application, "王芳", most=2) == ["wang0", "wang1"]


@pytest.mark.parametrize("words", ["", " ", "@", "李" * 200, "100%", "_"])
def test_what_is_no_name_finds_no_one(application, words):
    factories.make_member(application, "lilei", name="李雷")
    assert found(application, words) == []


def test_who_left_or_is_out_of_sight_is_not_found(application):
    factories.make_member(application, "gone", name="李雷", status=Member.Status.LEFT)
    hidden = factories.make_member(application, "hidden", name="李雷")
    ApplicationMember.objects.create(application=application, member=hidden, in_range=False)
    assert found(application, "李雷") == []


def test_after_a_sync_only_those_in_range_are_found(application):
    factories.make_member(application, "unheard", name="李雷")
    seen = factories.make_member(application, "seen", name="李雷")
    ApplicationMember.objects.create(application=application, member=seen, in_range=True)
    assert found(application, "李雷") == ["seen", "unheard"]
    factories.make_directory_sync(application, status="done", finished_at=timezone.now())
    assert found(application, "李雷") == ["seen"]


@pytest.mark.parametrize("words", ["研发部", "7", "#7", "R&D", "研发"])
def test_a_department_is_found_by_name_and_number(application, words):
    factories.make_department(application, 1, "总公司")
    factories.make_department(application, 7, "研发部", name_en="R&D")
    ((department, above),) = find_departments(application, words, most=6)
    assert (department.number, above) == (7, "总公司")


def test_a_dissolved_or_unseen_department_is_not_found(application):
    factories.make_department(application, 7, "研发部", gone_at=timezone.now())
    Department.objects.create(corporation=application.corporation, number=8, name="研发部")
    assert find_departments(application, "研发部", most=6) == []
