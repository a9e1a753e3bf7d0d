"""Rules in words, in both languages."""

import pytest
from django.utils import translation

from scheduling.models import Segment
from scheduling.segments.rule_subjects import subjects_of
from scheduling.segments.rules import parse_group
from scheduling.segments.rules_in_words import describe_group, names_in
from tests.scheduling.segments.support.company import make_company

pytestmark = pytest.mark.django_db

LATELY = {"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]}
RULE = {
    "rules": [
        LATELY,
        {"subject": "department", "test": "one_of", "value": [7]},
        {"subject": "fact:city", "test": "is_not", "value": "上海"},
    ]
}
BIRTHDAYS = {"subject": "fact:birthday", "test": "anniversary_in", "value": 0}
EITHER = {"op": "any", "rules": [BIRTHDAYS, {"subject": "gender", "test": "is", "value": "female"}]}


def words(application, rule, language):
    group = parse_group(rule)
    with translation.override(language):
        subjects = subjects_of(application.corporation)
        return describe_group(group, subjects=subjects, names=names_in([group], corporation=application.corporation))


@pytest.fixture
def company(application):
    make_company(application)
    return application


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        (
            RULE,
            "start date lies within the last 30 days, and department is one of 研发部 (with those below), "
            "and city is not 上海",
            "入职日期在最近 30 天内，且部门属于研发部（含下级），且城市不是上海",
        ),
        (
            {"rules": [EITHER, {"subject": "is_leader", "test": "is", "value": True}]},
            "(birthday has its anniversary today, or gender is female), and leads a department",
            "（生日周年在今天，或性别是女），且是部门负责人",
        ),
        (
            {"op": "none", "rules": [{"subject": "tag", "test": "one_of", "value": [3, 99]}]},
            "none of these: tag is one of 试用期, #99 (gone)",
            "不符合以下任何一项：标签属于试用期、#99（已不存在）",
        ),
        (
            {"rules": [{"subject": "fact:level", "test": "between", "value": ["3", "5"]}]},
            "职级 is from 3 to 5",
            "职级介于 3 至 5",
        ),
        ({"rules": []}, "everybody", "所有人"),
        ({"rules": [{"subject": "fact:x", "test": "is"}]}, "“fact:x”, which is gone", "已不存在的“fact:x”"),
    ],
)
def test_a_rule_is_told_in_words(company, rule, english, chinese):
    assert words(company, rule, "en") == english
    assert words(company, rule, "zh-hans") == chinese


def test_the_names_of_many_rules_take_one_query_per_kind(company, django_assert_num_queries):
    Segment.objects.create(corporation=company.corporation, name="甲")
    kinds = [{"subject": kind, "test": "one_of", "value": [1, 3, 7]} for kind in ("department", "tag", "segment")]
    groups = [parse_group({"rules": kinds})] * 20
    with django_assert_num_queries(3):
        names_in(groups, corporation=company.corporation)
