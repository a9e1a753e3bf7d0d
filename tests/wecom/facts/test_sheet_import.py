"""A file of facts compared with what is known."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from core.spreadsheets import TableError, read_table
from tests.support.factories import make_application, make_member
from wecom import services
from wecom.facts.import_content import packed, unpacked
from wecom.facts.sheet_import import Findings, SheetImport
from wecom.facts.stored_values import facts_of
from wecom.models import Application, FactDefinition, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


def compared(application: Application, *lines: str) -> Findings:
    table = read_table("\n".join(lines).encode())
    return SheetImport(application.corporation, now=timezone.now()).read(table)


def flaws(found: Findings) -> list[tuple[int, str]]:
    assert all(error.message and error.remedy for error in found.errors)
    return [(error.row, error.column) for error in found.errors]


@pytest.mark.parametrize("head", ["userid", "User ID", "user_id", "用户ID", "账号", "帐号", "用户ＩＤ", " 账号* "])
def test_the_column_of_user_ids_is_known_by_its_usual_names(application, head):
    make_member(application, "zhangsan")
    assert compared(application, f"{head},城市", "ZhangSan,上海").new == 1


@pytest.mark.parametrize(
    ("head", "key", "cell", "value"),
    [
        ("入职日期", "start_date", "2026/9/1", date(2026, 9, 1)),
        ("start_date", "start_date", "2026-09-01", date(2026, 9, 1)),
        ("Start date", "start_date", "2026-09-01", date(2026, 9, 1)),
        ("生日", "birthday", "1988年3月7日", date(1988, 3, 7)),
        ("城市", "city", "上海", "上海"),
        ("直属上级", "manager", "李四", "lisi"),
        ("语言", "language", "英文", "en"),
        ("衣服尺码", "size", "m", "M"),
        ("Shirt size", "size", "M", "M"),
        ("职级", "level", "1500.5", Decimal("1500.5")),
    ],
)
def test_a_column_is_known_by_key_and_by_name(application, head, key, cell, value):
    for definition in (
        {"key": "size", "name": "衣服尺码", "name_en": "Shirt size", "kind": "choice", "choices": ["S", "M"]},
        {"key": "level", "name": "职级", "kind": "number"},
    ):
        services.save_fact_definition(FactDefinition(corporation=application.corporation, **definition))
    make_member(application, "lisi", name="李四")
    member = make_member(application, "zhangsan")
    assert compared(application, f"账号,{head}", f"zhangsan,{cell}").changes == {member.pk: {key: value}}


@pytest.mark.databases
def test_new_changed_equal_and_cleared_values_are_told_apart(application):
    member = make_member(application, "zhangsan", name="张三")
    services.set_facts(member, {"city": "上海", "start_date": "2026-09-01", "manager": "", "birthday": "1988-03-07"})
    found = compared(application, "账号,城市,入职日期,生日,合同到期日,语言", "zhangsan,北京,2026/9/1,清空,2027-1-1,")
    assert (found.new, found.changed, found.unchanged, found.cleared) == (1, 1, 1, 1)
    assert found.changes == {member.pk: {"city": "北京", "birthday": None, "contract_end": date(2027, 1, 1)}}
    assert (found.rows, found.members, found.touched) == (1, 1, 1)


@pytest.mark.parametrize("word", ["-", "—", "清空", "CLEAR"])
def test_a_word_clears_and_an_empty_cell_leaves(application, word):
    member = make_member(application, "zhangsan", language="en")
    services.set_facts(member, {"city": "上海"})
    found = compared(application, "账号,城市,语言", f"zhangsan,,{word}")
    assert found.changes == {member.pk: {"language": None}}
    assert compared(application, "账号,城市", f"zhangsan,{word}").changes == {member.pk: {"city": None}}


def test_clearing_what_is_not_known_changes_nothing(application):
    make_member(application, "zhangsan")
    found = compared(application, "账号,城市,语言", "zhangsan,-,-")
    assert (found.unchanged, found.changes) == (2, {})


def test_each_wrong_cell_is_told_and_the_rest_counts(application):
    one, other = make_member(application, "one"), make_member(application, "two")
    found = compared(
        application,
        "员工信息,,,",
        "账号,城市,入职日期,直属上级",
        "one,上海,soon,nobody",
        ",北京,,",
        "two,#REF!,2026-09-01,two",
        "ONE,广州,,",
        "ghost,深圳,soon,",
    )
    wrong = [(3, "入职日期"), (3, "直属上级"), (4, "账号"), (5, "城市"), (5, "直属上级"), (6, "账号")]
    assert flaws(found) == wrong
    assert found.unknown_people == [(7, "ghost")]
    assert found.changes == {one.pk: {"city": "上海"}, other.pk: {"start_date": date(2026, 9, 1)}}


def test_unknown_and_repeated_columns_are_named(application):
    make_member(application, "zhangsan")
    found = compared(application, "账号,姓名,血型,城市,工作地,", "zhangsan,张三,A,上海,北京,")
    assert found.unknown_columns == ["血型", "工作地"]
    assert list(found.changes.values()) == [{"city": "上海"}]


@pytest.mark.parametrize("lines", [("姓名,城市", "张三,上海"), ("账号,血型", "zhangsan,A")])
def test_a_file_without_people_or_facts_is_refused(application, lines):
    with pytest.raises(TableError) as error:
        compared(application, *lines)
    assert error.value.remedy


@pytest.mark.databases
def test_members_of_another_company_and_erased_ones_are_unknown(application):
    make_member(make_application(), "zhangsan")
    make_member(application, "erased-1", status="left")
    found = compared(application, "账号,城市", "zhangsan,上海", "erased-1,上海")
    assert [user_id for _row, user_id in found.unknown_people] == ["zhangsan", "erased-1"]


def test_samples_mask_what_is_personal(application):
    member = make_member(application, "zhangsan", name="张三")
    services.set_facts(member, {"birthday": "1988-03-07"})
    with translation.override("en"):
        found = compared(application, "账号,生日,城市", "zhangsan,1988-03-08,上海")
    shown = [(sample.name, sample.fact, sample.before, sample.after) for sample in found.samples]
    assert shown == [("张三", "birthday", "19**-**-07", "19**-**-08"), ("张三", "city", "", "上海")]


@pytest.mark.databases
def test_a_thousand_rows_take_as_many_queries_as_ten(application):
    Member.objects.bulk_create(
        Member(corporation=application.corporation, user_id=f"m{number}") for number in range(1000)
    )

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            lines = [f"m{number},上海,m{(number + 1) % 1000}" for number in range(count)]
            found = compared(application, "账号,城市,直属上级", *lines)
        assert (found.new, found.errors) == (2 * count, [])
        return len(captured)

    assert queries(1000) == queries(10)


def test_ten_thousand_broken_lines_are_all_told(application):
    make_member(application, "zhangsan")
    lines = [f"zhangsan,{number}" for number in range(10_000)]
    found = compared(application, "账号,入职日期", *lines)
    assert len(found.errors) == 10_000
    assert found.changes == {}


@pytest.mark.databases
def test_what_was_found_survives_its_storage(application):
    make_member(application, "lisi", name="李四")
    make_member(application, "zhangsan")
    found = compared(
        application, "账号,生日,城市,直属上级,语言,血型", "zhangsan,1988-3-7,上海,lisi,-,A", "ghost,,,,,", ",1,,,,"
    )
    assert unpacked(packed(found)) == found
    assert facts_of(Member.objects.get(user_id="zhangsan")) == {}
