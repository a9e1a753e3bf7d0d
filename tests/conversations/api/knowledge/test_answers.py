"""Answers over REST: written, refused with the field, found at once, and imported as tables."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.knowledge import answer_retrieval
from conversations.models import Answer
from tests.support.factories import make_api
from tests.support.model_rows import make_row
from wecom.models import Department

pytestmark = pytest.mark.django_db
ANSWERS = "/api/v1/answers/"
LEAVE = {"question": "怎么请假", "answer": "在审批里请假。"}
TABLE = "question,answer,valid from,颜色\n怎么请假,打电话。,,红\n怎么报销,贴发票。,,\n工资哪天发,每月十号。,昨天,\n"


@pytest.fixture
def api(media):
    return make_api("knowledge:read", "knowledge:write")


def test_an_answer_is_written_found_changed_and_deleted(api):
    made = api.post(ANSWERS, LEAVE)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["kind"], row["enabled"], row["departments"]) == ("text", True, [])
    assert answer_retrieval.find("怎么请假", language="zh-hans").best
    department = make_row(Department)
    changed = api.patch(made.headers["Location"], {"departments": [department.pk], "topic": "假期"})
    assert (changed.status_code, changed.json()["departments"]) == (200, [department.pk])
    assert answer_retrieval.find("怎么请假", language="zh-hans").best is None
    assert [one["id"] for one in api.get(ANSWERS, {"topic": "假期"}).json()["results"]] == [row["id"]]
    assert api.patch(made.headers["Location"], {"topic": ""}).json()["topic"] == ""
    assert api.delete(made.headers["Location"]).status_code == 204
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "card"}, "url"),
        ({"kind": "image"}, "file"),
        ({"answer": " "}, "answer"),
        ({"answer": "长" * 30_000}, "answer"),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "valid_until"),
        ({"departments": [4711]}, "departments"),
        ({"topic": "长" * 61}, "topic"),
        ({"topic": 7}, "topic"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(api, change, field):
    answer = api.post(ANSWERS, {**LEAVE, **change})
    assert (answer.status_code, answer.json()["field"].partition("[")[0]) == (422, field)
    assert not Answer.objects.exists()


def test_a_question_is_there_once(api):
    api.post(ANSWERS, LEAVE)
    answer = api.post(ANSWERS, LEAVE)
    assert (answer.status_code, answer.json()["field"]) == (422, "question")


def test_a_file_comes_and_goes_as_a_form(api):
    file = SimpleUploadedFile("form.pdf", b"%PDF-1.7")
    made = api.post(ANSWERS, {"question": "报销单", "kind": "file", "file": file}, format="multipart").json()
    assert (made["file_name"].startswith("form"), made["enabled"]) == (True, True)
    gone = api.patch(f"{ANSWERS}{made['id']}/", {"file": None, "kind": "text", "answer": "找财务。"})
    assert (gone.status_code, gone.json()["file_name"]) == (200, "")


def test_a_dry_run_of_an_import_tells_its_outcome(api):
    api.post(ANSWERS, LEAVE)
    dry = upload(api, dry_run=True)
    assert Answer.objects.get().answer == "在审批里请假。"
    done = upload(api)
    assert {**done, "dry_run": True} == dry
    assert (done["new"], done["changed"], done["unknown_columns"]) == (["怎么报销"], ["怎么请假"], ["颜色"])
    assert [(one["row"], one["column"]) for one in done["rejected"]] == [(4, "valid from")]
    assert Answer.objects.get(question="怎么请假").answer == "打电话。"


def test_a_file_that_is_no_table_is_refused(api):
    answer = api.post(f"{ANSWERS}import/", {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}, format="multipart")
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert answer.json()["hint"]


def upload(api, **fields):
    file = SimpleUploadedFile("answers.csv", TABLE.encode())
    answer = api.post(f"{ANSWERS}import/", {"file": file, **fields}, format="multipart")
    assert answer.status_code == 200, answer.content
    return answer.json()
