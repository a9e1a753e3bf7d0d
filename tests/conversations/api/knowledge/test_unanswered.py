"""Questions without an answer over REST."""

import pytest
from django.utils import timezone

from conversations.knowledge import unanswered_questions
from conversations.models import Conversation, UnansweredQuestion
from tests.support.factories import make_answer, make_api
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
QUESTIONS = "/api/v1/unanswered-questions/"


@pytest.fixture
def question(application) -> UnansweredQuestion:
    row = unanswered_questions.record(
        make_row(Conversation, application=application), "停车位怎么申请", cid="", at=timezone.now()
    )
    assert row
    return row.question


def test_a_question_is_read_answered_and_opened_again(question):
    api = make_api("questions:read", "questions:write")
    listed = api.get(QUESTIONS, {"status": "open"}).json()["results"]
    assert [(one["question"], one["times"], one["waiting"]) for one in listed] == [("停车位怎么申请", 1, 0)]
    one = f"{QUESTIONS}{question.pk}/"
    assert [row["words"] for row in api.get(one).json()["occurrences"]] == ["停车位怎么申请"]
    answer = make_answer("车位")
    done = api.post(f"{one}answer/", {"answer": answer.pk})
    assert (done.status_code, done.json()["status"], done.json()["answer"]) == (200, "answered", answer.pk)
    assert (api.post(f"{one}dismiss/").status_code, api.post(f"{one}reopen/").json()["status"]) == (409, "open")
    assert api.post(f"{one}dismiss/").json()["status"] == "dismissed"
    refused = api.post(f"{one}answer/", {"answer": 4711})
    assert (refused.status_code, refused.json()["field"]) == (422, "answer")


def test_reading_answers_does_not_show_what_members_asked(question):
    assert make_api("knowledge:read").get(QUESTIONS).status_code == 403
