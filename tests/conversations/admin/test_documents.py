"""Documents in the admin: why one could not be read, and where to try what they answer."""

import pytest
from django.urls import reverse

from conversations.models import Document
from tests.conversations.support.flow_pages import staff, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def hr():
    return staff("boss", superuser=True)


def test_the_list_and_the_page_say_why_a_document_failed(hr):
    row = Document.objects.create(title="Scan", file="s.pdf", kind="pdf", status="failed", detail="document_no_text")
    assert "The document has no text." in hr.get(url("document", "changelist")).content.decode()
    page = hr.get(url("document", "change", row.pk)).content.decode()
    assert "A scanned document needs text recognition before." in page.split("For whom and when")[0]


def test_an_empty_list_says_what_documents_are_for(hr):
    page = hr.get(url("document", "changelist")).content.decode()
    assert "What the answers do not know is answered with a passage of it." in page


def test_a_button_leads_to_the_page_that_tries_questions(hr):
    button = reverse("admin:conversations_document_try_question")
    assert button in hr.get(url("document", "changelist")).content.decode()
    assert hr.get(button).headers["Location"] == reverse("admin:conversations_answer_try_question")


def test_counts_and_buttons_have_no_gaps_in_chinese(hr):
    row = Document.objects.create(title="手册", file="s.md", kind="markdown", status="done")
    chinese = {"accept-language": "zh-hans"}
    assert "文档：共 1 条" in hr.get(url("document", "changelist"), headers=chinese).content.decode()
    page = hr.get(url("document", "change", row.pk), headers=chinese).content.decode()
    assert "删除文档" in page
    assert "Delete document" in hr.get(url("document", "change", row.pk)).content.decode()
