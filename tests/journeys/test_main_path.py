"""From phone to phone: what the README's first page promises."""

import re
import time
from pathlib import Path

import pytest
import requests

from avatars.media import mp4
from tests.support.emulator import wait_for, words_of
from tests.support.scenario import text_of
from tests.support.stack import SETTINGS

pytestmark = pytest.mark.slow
SENT, SERVED = 100, 20  # messages at once, and those of them within the limit
NOTES = (4, 7)  # seconds that the small engines take for either text: a note for each character


def test_opening_the_chat_greets(phone):
    phone.open()
    phone.screen.shows("数字人")


def test_the_same_question_gets_the_same_answer_again(phone):
    phone.send("你好")
    answer = phone.screen.shows()
    phone.send("你好")
    phone.screen.shows(answer)
    phone.send("Hello")
    phone.screen.shows("How can I help")
    assert phone.screen.lines()[:4] == ["> 你好", answer, "> 你好", answer]


def test_a_message_that_meets_a_busy_platform_comes_once(phone, wecom):
    wecom.faults.add("busy")
    wecom.faults.add("reset-after", member=phone.user_id)
    phone.send("你好", copies=2)
    answer = phone.screen.shows()
    phone.send("谢谢")
    phone.screen.shows("不客气")
    assert [text_of(entry) for entry in wecom.ledger(phone)][:1] == [answer]
    assert len(wecom.ledger(phone)) == 2
    assert wecom.faults.left() == []


@pytest.mark.parametrize(
    ("words", "seconds"), [("你好，我是你的数字人助手，很高兴认识你。", (2.5, 7)), ("Welcome to the company.", (1, 4))]
)
def test_a_video_is_promised_at_once_and_comes_while_text_is_answered(stack, person, tmp_path, words, seconds):
    with stack.paused("render"):  # else the video may be there before the card shows its progress
        person.writes(f"/video {words}")
        shown = [person.reads_text()]
        assert words in shown[0]
        assert re.search(r"\d", shown[0])
        asked_at = int(time.time())
        for _ in range(3):
            person.writes("谢谢")
        assert ["不客气" in person.reads_text() for _ in range(3)] == [True] * 3
        wait_for(lambda: time.time() >= asked_at + 2, "the card's clock to go on")
        person.presses("progress")
        wait_for(lambda: card_of(person) != shown[0], "the card to change")
        shown.append(card_of(person))
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    assert video["content"]["title"].endswith(words)
    wait_for(lambda: card_of(person).endswith("]"), "the card to end")
    shown.append(card_of(person))
    assert len(set(shown)) == 3
    assert len(person.received()) == 5
    file = tmp_path / "video.mp4"
    file.write_bytes(requests.get(f"{stack.emulator.url}{video['media_url']}", timeout=60).content)
    check_video(file, seconds if stack.settings == SETTINGS else NOTES)


def card_of(person) -> str:
    """The card as it looks now, with what stands in the place of its buttons."""
    (entry,) = [each for each in person.received() if each["msgtype"] == "template_card"]
    replaced = entry["card"]["replaced"]
    return f"{words_of(entry)}\n[{replaced}]" if replaced else words_of(entry)


def check_video(file: Path, seconds: tuple[float, float]) -> None:
    found = mp4.probe(file)
    assert found.video is not None
    assert found.audio is not None
    assert file.stat().st_size < 10 * 1024 * 1024
    assert seconds[0] < found.video.seconds < seconds[1]
    assert "AIGC" in found.tags


def test_equal_words_are_rendered_once(stack, phone, wecom):
    phone.send("/video 一样的话。")
    phone.screen.shows("一样的话")
    phone.screen.shows_a("video", seconds=120)
    other = wecom.new_phone()
    other.send("/video 一样的话。")
    other.screen.shows("一样的话")
    other.screen.shows_a("video", seconds=120)
    assert stack.asks("SELECT COUNT(*) FROM avatars_render WHERE text = '一样的话。'") == [(1,)]


@pytest.mark.parametrize("text", ["/help", "/status", "/video", "长" * 10_000, "/vidoe 你好", "???"])
def test_every_text_gets_a_sensible_answer(person, text):
    person.writes(text)
    answer = person.reads_text()
    assert len(answer) > 5
    assert "Traceback" not in answer


def test_a_picture_is_answered_politely(person):
    person.sends("image", "cat.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "图片" in person.reads_text()


def test_cancelling_frees_the_worker_and_says_so(phone):
    phone.send("/video " + "这是一段很长的话，要说很久。" * 40)
    phone.screen.shows()
    phone.send("/cancel")
    phone.screen.shows("1")
    phone.send("/video 短的。")
    phone.screen.shows("短的")
    phone.screen.shows_a("video", seconds=90)


@pytest.mark.thorough  # tests/wecom/quotas asks for the same row by row
def test_a_hundred_messages_are_limited_and_delay_no_other_member(stack, person):
    other = stack.emulator.hire()
    for _ in range(SENT):
        person.writes("谢谢")
    other.writes("谢谢")
    assert "不客气" in other.reads_text()
    heard = [str(entry["content"]["content"]) for entry in person.reads(SERVED + 1, seconds=55)]
    assert sum("不客气" in text for text in heard) == SERVED
    assert "不客气" not in heard[-1]
    wait_for(lambda: delivered(stack, person) == SENT, "the rest to be delivered")
    other.writes("谢谢")
    assert "不客气" in other.reads_text()
    assert len(person.received()) == SERVED + 1


def delivered(stack, person) -> int:
    rows = stack.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"]
    return sum(row["status"] == "delivered" for row in rows)
