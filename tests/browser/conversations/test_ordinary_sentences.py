"""A new employee writes the most ordinary sentences on the phone, and each answer is read on the screen."""

import itertools
import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.chat import answers, open_chat, write
from tests.conversations.replies.ordinary_sentences import CHINESE, ENGLISH
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEAD_ENDS = ("这个问题我还不会回答", "I have no answer to that yet")  # the second miss says whom to ask
QUICK = {"WECHAT_MEMBER_MESSAGES_PER_MINUTE": "0"}  # as if they took their time


@pytest.fixture(scope="module")
def hurried(stack: Stack):
    """The platform and the installation count no messages of one member per minute."""
    stack.restart("web", **QUICK)
    stack.restart("worker", **QUICK)
    yield
    stack.restart("web")
    stack.restart("worker")


# Each sentence in both languages is answered in tests/conversations/replies, too.
@pytest.mark.parametrize(
    "sentences", [CHINESE, pytest.param(ENGLISH, marks=pytest.mark.thorough)], ids=["chinese", "english"]
)
def test_every_ordinary_sentence_is_answered_on_the_screen(
    hurried: None, stack: Stack, phone_page: Page, sentences, picture
):
    person = stack.emulator.hire()
    open_chat(phone_page, person)
    dead = []
    for number, (sentence, words) in enumerate(sentences, start=1):
        said = answers(phone_page).filter(has_text=words)
        seen = said.count()
        write(phone_page, sentence)
        newest = said.nth(seen)  # the offer to tell, which follows a miss, may come between
        expect(newest).to_be_visible()
        dead.append(any(end in newest.inner_text() for end in DEAD_ENDS))
        if os.environ.get("OPENUSER_SCREENSHOTS"):
            picture(phone_page, f"{number:02}")
    assert not any(first and second for first, second in itertools.pairwise(dead))
