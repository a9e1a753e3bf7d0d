"""From phone to phone: what the first page of the README promises."""

import re
from pathlib import Path

import pytest
import requests

from avatars import mp4

pytestmark = pytest.mark.slow


def test_opening_the_chat_greets(person):
    person.does("enter_agent")
    assert "数字人" in person.reads_text()


def test_the_same_question_gets_the_same_answer_again(person):
    person.writes("你好")
    first = person.reads_text()
    person.writes("你好")
    assert person.reads_text() == first
    person.writes("Hello")
    assert "How can I help" in person.reads_text()


@pytest.mark.parametrize(
    ("words", "seconds"), [("你好，我是你的数字人助手，很高兴认识你。", (2.5, 7)), ("Welcome to the company.", (1, 4))]
)
def test_a_video_is_promised_at_once_and_comes_while_text_is_answered(stack, person, tmp_path, words, seconds):
    person.writes(f"/video {words}")
    promise = person.reads_text()
    assert re.search(r"\d", promise)
    person.writes("谢谢")
    assert "不客气" in person.reads_text()
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    assert video["content"]["title"] == words
    file = tmp_path / "video.mp4"
    file.write_bytes(requests.get(f"{stack.emulator.url}{video['media_url']}", timeout=10).content)
    check_film(file, seconds)


def check_film(file: Path, seconds: tuple[float, float]) -> None:
    film = mp4.probe(file)
    assert film.video is not None
    assert film.audio is not None
    assert file.stat().st_size < 10 * 1024 * 1024
    assert seconds[0] < film.video.seconds < seconds[1]
    assert "AIGC" in film.tags


def test_equal_words_come_at_once_the_second_time(stack, person):
    person.writes("/video 一样的话。")
    person.reads_text()
    person.reads(seconds=120)
    other = stack.emulator.hire()
    other.writes("/video 一样的话。")
    assert "一样的话" in other.reads_text(seconds=10)
    assert other.reads(seconds=10)[0]["msgtype"] == "video"


@pytest.mark.parametrize("text", ["/help", "/status", "/video", "长" * 10_000, "/vidoe 你好", "???"])
def test_every_text_gets_a_sensible_answer(person, text):
    person.writes(text)
    answer = person.reads_text()
    assert len(answer) > 5
    assert "Traceback" not in answer


def test_a_picture_is_answered_politely(person):
    person.sends("image", "cat.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "图片" in person.reads_text()


def test_cancelling_frees_the_worker_and_says_so(person):
    person.writes("/video " + "这是一段很长的话，要说很久。" * 12)
    person.reads_text()
    person.writes("/cancel")
    assert "1" in person.reads_text()
    person.writes("/video 短的。")
    person.reads_text()
    assert person.reads(seconds=90)[0]["msgtype"] == "video"
