"""Who asks what nobody knows may be told later: once, in their language, by day, and not during a flow."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from conversations import services
from conversations.models import Answer, Conversation, Desk, QuestionOccurrence, UnansweredQuestion
from conversations.wording import unanswered_texts
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db
ASKED = "停车位怎么申请呀"
DAY = timezone.make_aware(datetime(2026, 12, 1, 10))


def words(function, *args, language="zh-hans"):
    with translation.override(language):
        return function(*args)


def answer_it(text="找行政部登记。") -> Answer:
    return services.answer_question(UnansweredQuestion.objects.get(), factories.make_answer("车位", text))


def test_a_tap_asks_to_be_told_and_the_answer_comes_once(person):
    assert "停车位怎么申请呀" in person.says(ASKED)[-1]
    person.says(ASKED)
    assert person.taps(str(QuestionOccurrence.objects.first().pk)) == [words(unanswered_texts.noted)]
    assert services.tell_answers(now=DAY) == 0
    answer_it()
    assert services.tell_answers(now=DAY) == 1
    assert person.read() == [words(unanswered_texts.now_known, ASKED), "找行政部登记。"]
    assert services.tell_answers(now=DAY) == 0


def test_who_waits_already_is_not_offered_it_again(person):
    person.says(ASKED)
    person.taps(str(QuestionOccurrence.objects.get().pk))
    assert len(person.says(ASKED)) == 1


def test_without_cards_words_ask_to_be_told(person):
    Desk.objects.update(progress_cards=False)
    assert person.says(ASKED)[-1] == words(unanswered_texts.offer_in_words)
    assert person.says("告诉我。") == [words(unanswered_texts.noted)]
    assert QuestionOccurrence.objects.get().wants_answer


def test_who_did_not_wish_so_is_not_told(person):
    person.says(ASKED)
    answer_it()
    assert services.tell_answers(now=DAY) == 0


def test_nobody_is_told_at_night(person):
    person.says(ASKED)
    person.taps(str(QuestionOccurrence.objects.get().pk))
    answer_it()
    assert services.tell_answers(now=DAY + timedelta(hours=12)) == 0
    assert services.tell_answers(now=DAY + timedelta(hours=22, minutes=30)) == 1


def test_a_flow_is_not_interrupted(person):
    person.says(ASKED)
    person.taps(str(QuestionOccurrence.objects.get().pk))
    answer_it()
    flow = factories.make_flow(triggers="办事")
    services.publish(flow)
    person.says("办事")
    assert services.tell_answers(now=DAY) == 0
    person.says("取消")
    assert services.tell_answers(now=DAY) == 1


def test_an_answer_that_is_not_for_them_is_not_told(person, application):
    person.says(ASKED)
    person.taps(str(QuestionOccurrence.objects.get().pk))
    answer = answer_it()
    services.save_answer(answer, departments=[factories.make_department(application, 7)])
    person.read()
    services.tell_answers(now=DAY)
    assert person.read() == []


def test_each_is_told_in_their_language(person, application):
    reader = Person(application, "lisi")
    reader.says("How do I get a parking space for my car?")
    reader.taps(str(QuestionOccurrence.objects.get().pk))
    assert Conversation.objects.get(member__user_id="lisi").language == "en"
    answer_it()
    services.tell_answers(now=DAY)
    assert reader.read()[0] == words(
        unanswered_texts.now_known, "How do I get a parking space for my car?", language="en"
    )


def wish(person) -> None:
    person.says(ASKED)
    person.taps(str(QuestionOccurrence.objects.get().pk))


def test_the_chosen_answer_is_told_where_no_words_lead_to_it(person):
    wish(person)
    answer = answer_it()
    answer.other_wordings = ""
    services.save_answer(answer)
    assert services.tell_answers(now=DAY) == 1
    assert person.read()[-1] == "找行政部登记。"


@pytest.mark.parametrize(("hour", "count"), [(8, 0), (9, 1), (17, 1), (18, 0)])
def test_answers_are_told_from_the_first_hour_until_the_last(person, settings, hour, count):
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "TELL_FROM_HOUR": 9, "TELL_UNTIL_HOUR": 18}
    wish(person)
    answer_it()
    assert services.tell_answers(now=DAY.replace(hour=hour, minute=59)) == count


def test_an_answer_that_is_switched_off_is_not_told(person):
    wish(person)
    answer_it()
    Answer.objects.update(enabled=False)
    assert services.tell_answers(now=DAY) == 0
