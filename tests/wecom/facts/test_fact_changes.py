"""Facts of the company's own, and the facts of one member."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from tests.support.factories import make_application, make_member
from wecom import services
from wecom.exceptions import FactRefused
from wecom.facts.definitions import definitions_of, editable_facts
from wecom.facts.stored_values import facts_of
from wecom.models import Application, FactDefinition, MemberFact
from wecom.signals import fact_definition_removing, language_chosen

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


def define(application: Application, key: str = "shirt", **fields: object) -> FactDefinition:
    values = {"name": f"事实 {key}", "kind": "text", **fields}
    return services.save_fact_definition(FactDefinition(corporation=application.corporation, key=key, **values))


def refusal(act, *args: object, **fields: object) -> FactRefused:
    with pytest.raises(FactRefused) as error:
        act(*args, **fields)
    assert error.value.remedy
    return error.value


def test_the_built_in_facts_need_no_rows(application):
    found = definitions_of(application.corporation)
    assert list(found) == ["start_date", "manager", "city", "birthday", "contract_end", "time_zone"]
    assert {key for key, fact in found.items() if fact.personal} == {"birthday", "contract_end"}
    assert list(editable_facts(application.corporation))[-1] == "language"


def test_an_own_fact_is_among_them_in_the_readers_language(application):
    define(application, "size", name="衣服尺码", name_en="Shirt size", kind="choice", choices=["S", "M"])
    for language, name in (("zh-hans", "衣服尺码"), ("en", "Shirt size")):
        with translation.override(language):
            assert definitions_of(application.corporation)["size"].name == name
    assert "size" not in definitions_of(make_application().corporation)


@pytest.mark.parametrize("key", ["", "Size", "1st", "a-b", "尺码", "x" * 41, "city", "user_id", "language", "size\n"])
def test_a_key_is_a_plain_word_that_nothing_else_has(application, key):
    assert refusal(define, application, key).field == "key"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "城市"}, "name"),
        ({"name": "入职时间"}, "name"),
        ({"name": "用户ID"}, "name"),
        ({"name": ""}, "name"),
        ({"name_en": "Birth Date"}, "name_en"),
        ({"kind": "colour"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": ["S", " ｓ "]}, "choices"),
        ({"kind": "choice", "choices": ["x" * 201]}, "choices"),
    ],
)
def test_a_definition_that_would_confuse_files_is_refused(application, fields, field):
    assert refusal(define, application, **fields).field == field


@pytest.mark.databases
def test_two_facts_have_neither_one_key_nor_one_name(application):
    define(application, "size", name="尺码")
    assert refusal(define, application, "size", name="别的").field == "key"
    assert refusal(define, application, "other", name="尺 码").field == "name"
    define(make_application(), "size", name="尺码")


def test_the_key_and_the_kind_of_a_fact_never_change(application):
    row = define(application, "size")
    row.kind = "number"
    assert refusal(services.save_fact_definition, row).field == "kind"
    row.kind, row.key = "text", "other"
    assert refusal(services.save_fact_definition, row).field == "key"
    row.key, row.name, row.personal = "size", "衣服", True
    services.save_fact_definition(row)
    row.refresh_from_db()
    assert (row.name, row.personal) == ("衣服", True)


@pytest.mark.databases
def test_a_choice_that_members_have_stays(application):
    row = define(application, "size", kind="choice", choices=["S", "M"])
    services.set_facts(make_member(application), {"size": "m"})
    row.choices = ["S", "L"]
    error = refusal(services.save_fact_definition, row)
    assert (error.field, "M" in error.message) == ("choices", True)
    row.choices = ["M", "L"]
    services.save_fact_definition(row)


@pytest.mark.databases
def test_a_deletion_says_what_goes_and_takes_the_values_along(application):
    row = define(application, "size")
    other = make_application()
    define(other, "size")
    for place, user_id in ((application, "a"), (application, "b"), (other, "c")):
        services.set_facts(make_member(place, user_id), {"size": "M", "city": "上海"})

    def segments(definition: FactDefinition, **_: object) -> list[str]:
        return [f"Segment of {definition.key}"]

    fact_definition_removing.connect(segments)
    try:
        use = services.fact_use(row)
        assert (use.members, use.places) == (2, ["Segment of size"])
        services.remove_fact_definition(row)
    finally:
        fact_definition_removing.disconnect(segments)
    assert MemberFact.objects.filter(key="size").count() == 1
    assert MemberFact.objects.filter(key="city").count() == 3
    assert list(FactDefinition.objects.values_list("corporation", flat=True)) == [other.corporation_id]


@pytest.mark.databases
def test_the_facts_of_a_member_are_set_as_people_write_them(application):
    member = make_member(application)
    make_member(application, "lisi", name="李四")
    define(application, "level", kind="number")
    written = {"start_date": "2026年9月1日", "level": "1,500", "manager": "李四", "city": "  上海 "}
    known = services.set_facts(member, written)
    assert known == {"start_date": date(2026, 9, 1), "level": Decimal(1500), "manager": "lisi", "city": "上海"}
    assert services.set_facts(member, {"city": "", "level": None}) == facts_of(member)
    assert set(facts_of(member)) == {"start_date", "manager"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"city": "上海", "start_date": "soon"}, "start_date"),
        ({"city": "上海", "shoe": "42"}, "shoe"),
        ({"city": "上海", "manager": "nobody"}, "manager"),
        ({"city": "上海", "manager": "ZhangSan"}, "manager"),
        ({"city": "上海", "language": "français"}, "language"),
    ],
)
def test_one_value_that_cannot_be_kept_changes_nothing(application, values, field):
    member = make_member(application, "zhangsan")
    assert refusal(services.set_facts, member, values).field == field
    assert facts_of(member) == {}


def test_a_new_language_is_announced_once(application):
    member, heard = make_member(application), []

    def listen(before: object, **_: object) -> None:
        heard.append(before)

    language_chosen.connect(listen)
    try:
        for _ in range(2):
            services.set_facts(member, {"language": "英文"})
    finally:
        language_chosen.disconnect(listen)
    member.refresh_from_db()
    assert (member.language, len(heard)) == ("en", 1)


def test_a_company_has_a_hundred_facts_at_most(application):
    rows = [
        FactDefinition(corporation=application.corporation, key=f"fact{number}", name=f"F{number}", kind="text")
        for number in range(100)
    ]
    FactDefinition.objects.bulk_create(rows)
    assert "100" in refusal(define, application, "one_more").message
    services.save_fact_definition(FactDefinition.objects.first())
