"""A document is read as work, found beside the answers, quoted with its page, replaced and deleted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from conversations import services
from conversations.knowledge.documents import passage_index
from conversations.knowledge.documents.passage_retrieval import find_passages
from conversations.models import Document, Passage
from tests.conversations.support import document_files
from tests.support import factories
from wecom.models import Member

pytestmark = pytest.mark.django_db
HANDBOOK = "# 年假\n\n年假每年五天，第二年起每年多一天。\n\n# 打印机\n\n打印机卡纸请找行政部小王。\n"


@pytest.fixture(autouse=True)
def fresh(media):
    yield
    passage_index._indexes.clear()


def upload(text=HANDBOOK, name="handbook.md", title="员工手册", **fields) -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    document = services.save_document(Document(title=title, **fields), file=SimpleUploadedFile(name, data))
    services.read_document(document.pk)
    document.refresh_from_db()
    return document


def test_a_document_is_read_and_quoted_with_its_heading(person):
    document = upload()
    assert (document.status, document.kind, document.passage_count, document.progress) == ("done", "markdown", 2, 100)
    (said,) = person.says("打印机卡纸")
    assert said == "《员工手册》“打印机”：\n打印机卡纸请找行政部小王。"


def test_a_page_is_named_and_meaning_finds_it_in_the_other_language(person, tiny):
    upload(document_files.pdf("Parking is free", "payslip payslip"), "a.pdf", title="Handbook")
    (said,) = person.says("工资工资")
    with translation.override("zh-hans"):
        assert said.startswith("《Handbook》第 2 页：\npayslip")


def test_the_answers_of_the_table_come_first(person):
    upload()
    factories.make_answer("打印机卡纸", "打 8001。")
    assert person.says("打印机卡纸") == ["打 8001。"]


def test_a_newer_file_takes_the_place_of_the_one_before(person):
    document = upload()
    services.save_document(document, file=SimpleUploadedFile("b.txt", "打印机卡纸请打 8002。".encode()))
    assert "小王" in person.says("打印机卡纸")[0]
    services.read_document(document.pk)
    assert "8002" in person.says("打印机卡纸")[0]
    document.refresh_from_db()
    assert document.quoted.count() == 1


def test_a_file_that_cannot_be_read_says_why_and_the_passages_stay(person):
    document = upload()
    services.save_document(document, file=SimpleUploadedFile("b.pdf", b"%PDF-1.7 broken"))
    services.read_document(document.pk)
    document.refresh_from_db()
    assert (document.status, document.reason) == ("failed", "unreadable")
    assert document.detail == "document_broken"
    assert "小王" in person.says("打印机卡纸")[0]


def test_who_may_not_read_it_is_not_quoted(person, application):
    department = factories.make_department(application, 7)
    document = upload()
    services.save_document(document, departments=[department])
    assert "小王" not in person.says("打印机卡纸")[0]
    department.memberships.create(member=Member.objects.get(user_id="zhangsan"))
    assert "小王" in person.says("打印机卡纸")[0]


def test_what_is_deleted_or_off_or_over_is_not_quoted(person):
    document = upload()
    for change in ({"enabled": False}, {"enabled": True, "valid_until": "2020-01-01"}):
        for name, value in change.items():
            setattr(document, name, value)
        services.save_document(document)
        assert "小王" not in person.says("打印机卡纸")[0]
    document.valid_until = None
    services.save_document(document)
    assert "小王" in person.says("打印机卡纸")[0]
    services.remove_document(document)
    assert "小王" not in person.says("打印机卡纸")[0]


def test_documents_of_another_model_are_read_again(tiny, settings):
    document = upload()
    assert services.queue_outdated_documents() == 0
    Passage.objects.update(model="other")
    assert services.queue_outdated_documents() == 1
    document.refresh_from_db()
    assert document.status == "queued"


@pytest.mark.parametrize("embedder", ["tiny", ""])
def test_documents_that_were_cut_as_before_are_read_again(tiny, settings, embedder):
    document = upload()
    settings.EMBEDDER = embedder
    assert (document.cutter, services.queue_outdated_documents()) == (2, 0)
    Document.objects.update(cutter=1)
    assert services.queue_outdated_documents() == 1
    services.read_document(document.pk)
    document.refresh_from_db()
    assert (document.cutter, document.status, services.queue_outdated_documents()) == (2, "done", 0)


def test_an_unreadable_document_is_not_read_for_its_cut(tiny):
    document = upload()
    Document.objects.update(cutter=1, status="failed", finished_at=timezone.now())
    assert services.queue_outdated_documents() == 0
    assert document.quoted.exists()


def test_a_sure_passage_is_quoted_above_one_that_is_not(person):
    upload("# 打印机\n\n打印机卡纸请找行政部小王。\n\n# 楼层\n\n会议室在三楼，旁边有一台打印机和咖啡机。\n")
    passages = find_passages("打印机卡纸", language="zh-hans", member=None, most=2)
    assert [passage.is_sure for passage in passages] == [True, False]
    assert person.says("打印机卡纸") == ["《员工手册》“打印机”：\n打印机卡纸请找行政部小王。"]
