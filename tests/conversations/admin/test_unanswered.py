"""The list of questions without an answer, and the ways to settle one with a click."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from conversations.knowledge import unanswered_questions
from conversations.models import Answer, Conversation, UnansweredQuestion
from tests.support.factories import make_answer
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
LIST = "admin:conversations_unansweredquestion_changelist"


@pytest.fixture
def question(application) -> UnansweredQuestion:
    conversation = make_row(Conversation, application=application)
    for text in ("停车位怎么申请", "停车位怎么申请？？", "停车位申请"):
        row = unanswered_questions.record(conversation, text, cid="", at=timezone.now())
    assert row
    return row.question


def page(question, name="change"):
    return reverse(f"admin:conversations_unansweredquestion_{name}", args=[question.pk])


def test_the_most_asked_comes_first_and_settled_ones_are_hidden(admin_client, question):
    once = unanswered_questions.record(
        question.occurrences.first().conversation, "打印机在哪", cid="", at=timezone.now()
    )
    shown = admin_client.get(reverse(LIST)).content.decode()
    assert shown.index(question.question) < shown.index(once.question.question)
    UnansweredQuestion.objects.update(status="dismissed")
    assert question.question not in admin_client.get(reverse(LIST)).content.decode()
    assert question.question in admin_client.get(reverse(LIST), {"status": "dismissed"}).content.decode()


def test_a_new_answer_begins_with_the_wordings(admin_client, question):
    form = f"{reverse('admin:conversations_answer_add')}?unanswered={question.pk}"
    shown = admin_client.get(form)
    fields = shown.context["adminform"].form.initial
    assert (fields["question"], fields["other_wordings"]) == ("停车位怎么申请", "停车位申请")
    assert "Answers a question that was asked 3 times." in shown.content.decode()
    question.occurrences.update(wants_answer=True)
    data = {**fields, "kind": "text", "answer": "找行政部。", "enabled": "on", "_save": "1"}
    done = admin_client.post(form, data)
    assert (done.status_code, done.url) == (302, reverse(LIST))
    assert "1 member is told." in [str(one) for one in get_messages(done.wsgi_request)]
    question.refresh_from_db()
    assert (question.status, question.answer) == ("answered", Answer.objects.get(question="停车位怎么申请"))


def test_one_click_adds_it_to_an_answer(admin_client, question):
    answer = make_answer("停车场")
    question.occurrences.filter(words="停车位申请").update(wants_answer=True)
    shown = admin_client.get(page(question)).content.decode()
    assert 'data-testid="suggestions"' in shown
    done = admin_client.post(page(question, "answer_with"), {"answer": answer.pk})
    assert (done.status_code, done.url) == (302, reverse(LIST))
    assert "1 member is told." in admin_client.get(done.url).content.decode()
    assert "停车位申请" in Answer.objects.get(pk=answer.pk).wordings
    assert admin_client.get(page(question, "answer_with")).status_code == 405


def test_only_who_edits_answers_may_settle(client, question):
    viewer = User.objects.create_user("viewer", is_staff=True)
    client.force_login(viewer)
    assert client.post(page(question, "answer_with"), {"answer": 1}).status_code == 403


def test_a_question_that_is_tried_and_not_known_leads_to_its_answer(admin_client):
    tried = admin_client.get(
        reverse("admin:conversations_answer_try_question"), {"q": "水杯 & 伞丢了?"}
    ).content.decode()
    link = reverse("admin:conversations_answer_add") + "?question=" + quote("水杯 & 伞丢了?")
    assert link in tried
    assert admin_client.get(link).context["adminform"].form.initial["question"] == "水杯 & 伞丢了?"
    make_answer("打印机在哪", "三楼。")
    known = admin_client.get(reverse("admin:conversations_answer_try_question"), {"q": "打印机在哪"}).content.decode()
    assert "?question=" not in known
