"""Answers and documents in files: with what they send, for whom and when, in a ZIP where they have files."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import services
from conversations.models import Answer, Document
from core.interchange.flaws import FileError, FileRefused
from core.work.base import Work
from tests.support.factories import make_answer, make_application, make_department, make_tag, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def company():
    application = make_application(is_default=True)
    make_department(application, 1, name="公司")
    make_tag(application, 7)
    return application


def exported():
    return services.export_file(answers=Answer.objects.all(), documents=Document.objects.all())


def test_knowledge_comes_back_with_its_files_in_the_same_bytes(company, media):
    answer = make_answer(
        "怎么请假", "看这张图", other_wordings="请假流程\n休假", kind="image", file=ContentFile(b"png", "leave.png")
    )
    answer.departments.set(company.corporation.departments.all())
    answer.tags.set(company.corporation.tags.all())
    topic = make_topic("假期")
    make_answer("年假几天", "**五天**", kind="markdown", valid_until="2027-01-31", language="zh-hans", topic=topic)
    services.save_document(Document(title="手册", topic=topic), file=ContentFile("# 假期\n五天".encode(), "book.md"))
    packed = exported()
    assert packed.name == "knowledge.zip"
    text = zipfile.ZipFile(BytesIO(packed.data)).read("knowledge.yaml").decode()
    assert "    departments:\n      - 1\n    tags:\n      - 7\n" in text
    assert [one.verdict for one in services.import_file(packed.data)] == ["same"] * 3
    Answer.objects.all().delete()
    Document.objects.all().delete()
    topic.delete()
    assert {one.verdict for one in services.import_file(packed.data)} == {"new"}
    assert exported().data == packed.data
    document = Document.objects.get()
    assert (document.kind, document.status) == ("markdown", Work.Status.QUEUED)
    assert document.file.read().decode() == "# 假期\n五天"


def test_a_newer_file_is_read_again_and_other_changes_are_not(company):
    services.save_document(Document(title="手册"), file=ContentFile(b"# old", "book.md"))
    Document.objects.update(status=Work.Status.DONE)
    packed = exported()
    text = zipfile.ZipFile(BytesIO(packed.data)).read("knowledge.yaml").decode()
    services.import_file(text.replace("title: 手册", "title: 手册\n    topic: 假期").encode())
    assert Document.objects.get().status == Work.Status.DONE
    Document.objects.all().delete()
    services.save_document(Document(title="手册"), file=ContentFile(b"# new", "book.md"))
    Document.objects.update(status=Work.Status.DONE)
    services.import_file(packed.data)
    document = Document.objects.get()
    assert (document.status, document.file.read()) == (Work.Status.QUEUED, b"# old")


def test_what_wecom_would_refuse_is_refused_with_its_line(company, media):
    text = """\
version: 1
answers:
  - question: 卡片
    kind: card
    answer: 看看
  - question: 图
    kind: image
    file: {name: a.png, sha256: "%s"}
    departments: [9]
    valid_from: 2027-02-01
    valid_until: 2027-01-01
documents:
  - title: 手册
"""
    with pytest.raises(FileRefused) as caught:
        services.import_file((text % ("0" * 64)).encode())
    assert [(flaw.line, flaw.place) for flaw in caught.value.flaws] == [
        (3, "answers[0].url"),
        (8, "answers[1].file"),
        (9, "answers[1].departments[0]"),
        (13, "documents[0].file"),
    ]
    assert not Answer.objects.exists()
    assert not list(media.rglob("*.png"))


def test_a_dry_run_of_a_zip_stores_no_file(company, media):
    make_answer("图", "", kind="image", file=ContentFile(b"png", "a.png"))
    packed = exported()
    Answer.objects.all().delete()
    before = list(media.rglob("*"))
    assert services.import_file(packed.data, dry_run=True)[0].verdict == "new"
    assert list(media.rglob("*")) == before
    assert not Answer.objects.exists()


def test_an_export_of_nothing_is_refused():
    with pytest.raises(FileError, match=r"[Nn]othing"):
        exported()


def test_many_answers_of_a_file_are_written_in_few_statements(company):
    """The transaction of all keeps others from writing to SQLite."""
    departments = list(company.corporation.departments.all())
    for number in range(60):
        make_answer(f"问题{number}", "好。").departments.set(departments)
    packed = exported()
    Answer.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert {one.verdict for one in services.import_file(packed.data)} == {"new"}
    assert sum(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in queries) < 20
    assert Answer.objects.filter(departments__in=departments).count() == 60
    assert exported().data == packed.data
