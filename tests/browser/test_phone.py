"""A new user's first steps: four steps on the phone, in a real browser, to real videos."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.chat import answers, open_chat, plays, write
from tests.support.emulator import Person
from tests.support.paths import PHOTOGRAPH
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = 90_000


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.emulator.hire()


@pytest.fixture
def chat(phone_page: Page, person: Person) -> Page:
    """The chat of a new member, after the greeting."""
    open_chat(phone_page, person)
    return phone_page


def test_opening_the_chat_greets(chat, picture):
    expect(answers(chat).first).to_contain_text("数字人")
    assert chat.evaluate("document.documentElement.scrollWidth") <= 375
    picture(chat, "greeting")


@pytest.mark.thorough
def test_the_same_question_gets_the_same_answer_again(chat, picture):
    write(chat, "你好")
    expect(answers(chat)).to_have_count(2)
    write(chat, "你好")
    expect(answers(chat)).to_have_count(3)
    first, second = (answers(chat).nth(number).inner_text() for number in (1, 2))
    assert first == second
    picture(chat, "answers")


@pytest.mark.parametrize(
    "words", ["你好，我是你的数字人助手。", pytest.param("Welcome to the company.", marks=pytest.mark.thorough)]
)
def test_a_video_is_promised_and_plays_while_text_is_answered(chat, picture, words):
    write(chat, f"/video {words}")
    expect(answers(chat).nth(1)).to_contain_text(re.compile(r"\d+\s*(秒|second)"))
    write(chat, "谢谢")
    expect(answers(chat).filter(has_text="不客气")).to_have_count(1)
    video = chat.get_by_test_id("video")
    expect(video).to_have_count(1, timeout=LONG)
    video.scroll_into_view_if_needed()
    assert 1 < plays(video) < 8
    expect(answers(chat).last).to_contain_text(words)
    picture(chat, "video")


# tests/journeys/test_main_path.py has these and more without a browser.
@pytest.mark.parametrize(
    "text",
    [
        "/help",
        "长" * 10_000,
        *(pytest.param(text, marks=pytest.mark.thorough) for text in ("/status", "/video", "/vidoe 你好")),
    ],
)
def test_every_text_gets_a_sensible_answer(chat, picture, text):
    write(chat, text)
    expect(answers(chat)).to_have_count(2)
    expect(answers(chat).last).to_contain_text(re.compile(r"\S{5,}"))
    picture(chat, "answer")


def test_a_picture_is_answered_politely(chat, picture):
    chat.get_by_test_id("more").click()
    chat.get_by_test_id("image-file").set_input_files(PHOTOGRAPH)
    expect(answers(chat).filter(has_text="图片")).to_have_count(1)
    picture(chat, "picture")
