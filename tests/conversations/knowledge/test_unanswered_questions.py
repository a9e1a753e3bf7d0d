"""What nobody knew is collected: alike questions together, dismissed ones too, and answered ones anew."""

import pytest
from django.utils import timezone

from conversations import services
from conversations.exceptions import QuestionSettled
from conversations.knowledge import unanswered_questions
from conversations.knowledge.embedders.base import question_vector
from conversations.models import Answer, Conversation, UnansweredQuestion
from conversations.signals import question_unanswered
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(application):
    return make_row(Conversation, application=application)


def ask(conversation, text):
    return unanswered_questions.record(conversation, text, cid="c1", at=timezone.now())


def test_the_same_words_are_one_question(conversation):
    first, again = ask(conversation, "停车位怎么申请？"), ask(conversation, " 停车位 怎么申请 ")
    question = UnansweredQuestion.objects.get()
    assert first.question == again.question == question
    assert (question.times, question.wordings) == (2, ["停车位 怎么申请", "停车位怎么申请？"])


def test_the_same_meaning_is_one_question(conversation, tiny):
    for text in ("怎么请假", "how to take leave", "打印机卡纸"):
        question_vector(tiny, text)
    assert ask(conversation, "怎么请假").question == ask(conversation, "how to take leave").question
    assert ask(conversation, "打印机卡纸").question != ask(conversation, "怎么请假").question


def test_a_slip_of_the_finger_is_no_question(conversation):
    assert ask(conversation, "？") is None
    assert ask(conversation, "a") is None


def test_a_dismissed_question_stays_off_the_list(conversation):
    question = ask(conversation, "讲个笑话").question
    services.dismiss_question(question)
    assert ask(conversation, "讲个笑话").question == question
    assert not UnansweredQuestion.objects.open().exists()


def test_an_answered_question_may_be_asked_anew(conversation):
    question = ask(conversation, "停车位怎么申请").question
    services.answer_question(question, factories.make_answer("车位"))
    assert ask(conversation, "停车位怎么申请").question != question


def test_an_answer_gets_the_wordings_and_an_undo_takes_them_away(conversation):
    question = ask(conversation, "停车位怎么申请").question
    answer = factories.make_answer("车位", other_wordings="车库")
    services.answer_question(question, answer)
    assert Answer.objects.get(pk=answer.pk).wordings == ["车位", "车库", "停车位怎么申请"]
    with pytest.raises(QuestionSettled):
        services.dismiss_question(question)
    services.reopen_question(question)
    assert Answer.objects.get(pk=answer.pk).wordings == ["车位", "车库"]
    assert UnansweredQuestion.objects.open().get().answer is None


def test_what_was_asked_again_is_not_opened_twice(conversation):
    question = ask(conversation, "停车位怎么申请").question
    services.answer_question(question, factories.make_answer("车位"))
    ask(conversation, "停车位怎么申请")
    with pytest.raises(QuestionSettled) as error:
        services.reopen_question(question)
    assert error.value.code == "asked_again"


def test_each_time_is_announced(conversation):
    heard = []

    def hear(occurrence, is_new, **_):
        heard.append((occurrence.question.times, is_new))

    question_unanswered.connect(hear)
    try:
        ask(conversation, "停车位怎么申请")
        ask(conversation, "停车位怎么申请")
    finally:
        question_unanswered.disconnect(hear)
    assert heard == [(1, True), (2, False)]
