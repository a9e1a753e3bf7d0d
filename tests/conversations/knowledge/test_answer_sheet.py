"""Files of answers: what is new, what changes and what is wrong by row; an export can be imported again."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations import services
from conversations.knowledge.answer_sheet import table_of
from conversations.models import Answer, Embedding, Topic
from core.spreadsheets import csv_file, read_table, xlsx_file
from tests.conversations.support.flow_pages import staff
from tests.support import factories
from wecom.models import Department

pytestmark = pytest.mark.django_db
FILE = """问题,回答,主题,备注
怎么请假,在审批里请假。,假期,x
怎么报销,在审批里报销。,财务,x
,没有问题,,
怎么请假,重复,,
"""


def compared(text: str):
    return services.import_answers(read_table(text.encode()), dry_run=True)


def test_new_and_changed_rows_are_told_apart_and_errors_have_rows():
    factories.make_answer("怎么请假", "问主管。")
    found = compared(FILE)
    assert [change.answer.question for change in found.new] == ["怎么报销"]
    assert [change.answer.question for change in found.changed] == ["怎么请假"]
    assert [error.row for error in found.errors] == [4, 5]
    assert {error.column for error in found.errors} == {"问题"}
    assert found.unknown_columns == ["备注"]
    assert Answer.objects.get().answer == "问主管。"


def test_what_is_right_is_taken_over_and_the_rest_stays():
    before = factories.make_answer("怎么请假", "问主管。", other_wordings="请假")
    services.import_answers(read_table(FILE.encode()))
    before.refresh_from_db()
    assert before.answer == "在审批里请假。"
    assert before.other_wordings == "请假"
    assert Answer.objects.count() == 2


def test_a_topic_is_found_in_both_languages_or_made():
    leave = factories.make_topic("假期", name_en="Leave")
    data = "question,answer,topic\n怎么请假,打电话。,leave\n怎么报销,贴发票。,财务\n发票抬头,见公告。,财务\n".encode()
    services.import_answers(read_table(data), dry_run=True)
    assert not Topic.objects.filter(name="财务").exists()
    services.import_answers(read_table(data))
    made = Topic.objects.get(name="财务")
    assert not made.can_be_muted
    assert list(Answer.objects.order_by("pk").values_list("topic", flat=True)) == [leave.pk, made.pk, made.pk]
    assert services.import_answers(read_table(data)).unchanged == 3


@pytest.mark.parametrize(
    ("head", "cell", "column"),
    [
        ("topic", "长" * 61, "topic"),
        ("kind", "song", "kind"),
        ("kind", "image", "kind"),
        ("kind", "card", "link"),
        ("valid until", "2026-13-01", "valid until"),
        ("valid until", "01/12/2026", "valid until"),
        ("departments", "没有的部门", "departments"),
        ("language", "fr", "language"),
        ("enabled", "maybe", "enabled"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(head, cell, column):
    found = compared(f"question,answer,{head}\n怎么请假,在审批里。,{cell}\n")
    assert [(error.row, error.column) for error in found.errors] == [(2, column)]
    assert not found.changes


@pytest.mark.parametrize(
    "cell", ["2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "２０２６年12月1号", "20261201"]
)
def test_dates_are_read_as_people_write_them(cell):
    (change,) = compared(f"问题,回答,有效期自,有效期至\n怎么请假,在审批里。,2026年1月5日,{cell}\n").new
    assert (change.answer.valid_from, change.answer.valid_until) == (date(2026, 1, 5), date(2026, 12, 1))


def test_a_day_that_does_not_exist_is_told_from_another_form():
    found = compared("问题,回答,有效期至\n怎么请假,在审批里。,2026年2月30日\n怎么报销,贴发票。,年底\n")
    assert [error.message for error in found.errors] == [
        "There is no day “2026年2月30日”.",
        "Write the date like 2026-12-31 or 2026年12月31日.",
    ]


def test_an_export_changes_nothing_when_it_is_imported():
    company = factories.make_application().corporation
    dated = {"valid_until": "2030-01-01", "topic": factories.make_topic("假期")}
    answer = factories.make_answer("怎么请假", "=1+1\n第二行", language="en", **dated)
    answer.departments.add(Department.objects.create(corporation=company, number=7, name="研发"))
    rows = list(table_of(Answer.objects.all()))
    for data in (csv_file(rows), xlsx_file({"a": rows})):
        found = services.import_answers(read_table(data), dry_run=True)
        assert (found.errors, found.changes) == ([], [])


@pytest.mark.databases
def test_many_rows_are_taken_over_in_short_transactions(tiny):
    company = factories.make_application().corporation
    Department.objects.create(corporation=company, number=7, name="研发")
    factories.make_answer("问题0", "好。")
    lines = [f"问题{number},回答{number}。,研发,假期" for number in range(450)]
    data = "\n".join(["问题,回答,部门,主题", *lines]).encode()
    with CaptureQueriesContext(connection) as queries:
        services.import_answers(read_table(data))
    assert Answer.objects.filter(topic__name="假期", departments__name="研发").count() == 450
    assert Topic.objects.filter(name="假期").count() == 1
    assert sum(query["sql"].startswith("SAVEPOINT") for query in queries) >= 3  # 200 rows each
    assert len(queries) < 120
    assert Embedding.work_rows().unfinished().count() == 450
    assert services.import_answers(read_table(data)).unchanged == 450


def test_the_days_of_a_row_are_checked_without_the_database():
    found = compared("问题,回答,有效期自,有效期至\n怎么请假,在审批里。,2026-02-01,2026-01-01\n")
    assert [(error.column, error.message) for error in found.errors] == [("有效期至", "It ends before it begins.")]


def test_the_preview_says_what_changes():
    factories.make_answer("怎么请假", "在审批里。", topic=factories.make_topic("假期"))
    hr, address = staff("boss", superuser=True), reverse("admin:conversations_answer_import_answers")
    data = "问题,回答,主题,语言,截止日期,启用\n怎么请假,找主管。,假期,en,2030-01-01,否\n".encode()
    file = {"file": SimpleUploadedFile("answers.csv", data)}
    page = hr.post(address, file, headers={"accept-language": "zh-hans"})
    ((_change, differences),) = page.context["changes"]
    assert [(before, after) for _label, before, after in differences] == [
        ("在审批里。", "找主管。"),
        ("", "英文"),
        ("", "2030-01-01"),
        ("是", "否"),
    ]
    assert "<del>在审批里。</del> → <ins>找主管。</ins>" in page.content.decode()


def test_hr_imports_a_file_after_its_preview():
    hr, address = staff("boss", superuser=True), reverse("admin:conversations_answer_import_answers")
    page = hr.post(address, {"file": SimpleUploadedFile("answers.csv", FILE.encode())})
    assert page.status_code == 200
    assert not Answer.objects.exists()
    hr.post(address, {"signed": page.context["signed"], "confirm": "1"})
    assert Answer.objects.count() == 2
    assert hr.post(address, {"signed": "forged", "confirm": "1"}).status_code == 302
    assert hr.get(reverse("admin:conversations_answer_export_answers") + "?as=csv").content.count(b"\r\n") == 3


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0", b"PK\x03\x04broken", b"a,b\n1,2\n", b"x" * (1024 * 1024 + 2)]
)
def test_a_file_that_is_no_table_of_answers_is_refused_with_words(data):
    hr, address = staff("boss", superuser=True), reverse("admin:conversations_answer_import_answers")
    page = hr.post(address, {"file": SimpleUploadedFile("answers.csv", data)})
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
