"""The fifty most ordinary sentences of an employee, each answered sensibly and in its language."""

import itertools

import pytest
from django.utils import translation

from conversations.language import detect_language
from conversations.models import Conversation, Desk
from conversations.wording import chat_texts
from openuser.demo.demo_answers import seed_answers
from openuser.demo.demo_flows import seed_flows
from openuser.demo.demo_seed import CONTACT
from tests.conversations.replies.ordinary_sentences import CHINESE, ENGLISH
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings, media):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 0}  # as if they took their time
    application = factories.make_application(is_default=True)
    factories.make_desk(application, contact=CONTACT)
    seed_answers()
    seed_flows()
    return application


@pytest.mark.parametrize(("language", "sentences"), [("zh-hans", CHINESE), ("en", ENGLISH)])
def test_a_new_user_gets_sensible_answers_in_their_language(office, language, sentences):
    person = Person(office)
    answers = [(sentence, "\n".join(person.says(sentence)), words) for sentence, words in sentences]
    for number, (sentence, answer, _) in enumerate(answers, start=1):  # pytest -s shows the table
        print(f"{number:2} {sentence}\n   → {answer.replace(chr(10), chr(10) + '     ')}")
    assert Conversation.objects.get().language == language
    assert [sentence for sentence, answer, words in answers if words not in answer] == []
    assert [answer for _, answer, _ in answers if detect_language(answer, default="") != language] == []
    with translation.override(language):
        dead = [chat_texts.not_understood() in answer for _, answer, _ in answers]
    assert not any(first and second for first, second in itertools.pairwise(dead))


def test_a_desk_in_chinese_answers_an_english_newcomer_in_english(office):
    assert Desk.objects.get().language == "zh-hans"
    (answer,) = Person(office).says("hello")
    assert answer.startswith("Hello!")
