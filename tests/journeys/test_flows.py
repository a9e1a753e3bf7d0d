"""Flows from phone to phone: the guide's example 4 and the seeded first day at work."""

from typing import Any

import pytest
import requests

from tests.support.emulator import Person, wait_for
from tests.support.scenario import Phone
from tests.support.stack import Stack

pytestmark = pytest.mark.slow
LABELS_ZH = ["1. 基础", "2. 增强", "3. 高清"]
LABELS_EN = ["1. Basic", "2. Enhanced", "3. High Quality"]
SLOW = 150


class Api:
    """The installation as a program sees it."""

    def __init__(self, stack: Stack) -> None:
        self.url = f"{stack.url}/api/v1"
        scopes = [
            "conversations:read",
            "flows:read",
            "messages:read",
            "renders:read",
            "sessions:read",
            "sessions:write",
        ]
        token = stack.manage("api_client", f"flows-{stack.port}", "--scopes", ",".join(scopes)).split()[-1]
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        answer = requests.get(f"{self.url}/{path}", params=query, headers=self.headers, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, wish: dict[str, Any]) -> requests.Response:
        return requests.post(f"{self.url}/{path}", json=wish, headers=self.headers, timeout=30)

    def modes(self, person: Person) -> list[str]:
        """The modes of a member's videos, the newest first."""
        promised = self.get("messages/", user_id=person.user_id, direction="out", kind="video")["results"]
        return [self.get(f"renders/{message['render']}/")["mode"] for message in promised]

    def session(self, person: Person | Phone) -> Any:
        """A member's newest session."""
        return self.get("sessions/", user_id=person.user_id)["results"][0]

    def flow(self, name: str) -> int:
        return int(self.get("flows/", name=name)["results"][0]["id"])


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    return Api(stack)


def reads_card(person: Person, *, seconds: float = 45) -> dict[str, Any]:
    """The next message, which is a card with buttons."""
    (entry,) = person.reads(seconds=seconds)
    assert entry["msgtype"] == "template_card", entry["content"]
    return entry


def labels(card: dict[str, Any]) -> list[str]:
    return [button["text"] for button in card["content"]["button_list"]]


def shows(person: Person, card: dict[str, Any], words: str) -> bool:
    """Whether the card shows these words in place of its buttons by now."""
    now = next(entry for entry in person.received() if entry["id"] == card["id"])
    return bool(now["card"]["replaced"] == words)


def reads_promise_and_video(person: Person, words: str, farewell: str) -> None:
    """The promise, the last words of the flow, and then the video."""
    promise = person.reads_text()
    assert words in promise
    assert farewell in person.reads_text()
    (video,) = person.reads(seconds=SLOW)
    assert video["msgtype"] == "video"
    assert video["content"]["title"].endswith(words)


def test_a_video_is_made_by_taps(person, api):
    person.writes("我想做视频")
    assert "视频里要说的话" in person.reads_text()
    person.writes("点一点，就有了。")
    card = reads_card(person)
    assert card["content"]["main_title"]["title"] == "请选择视频质量："
    assert labels(card) == LABELS_ZH
    person.presses("enhanced_lipsync")
    reads_promise_and_video(person, "点一点，就有了。", "随时回复“制作视频”")
    wait_for(lambda: shows(person, card, "已选：增强"), "the card to show the choice")
    assert api.modes(person) == ["enhanced_lipsync"]
    assert api.session(person)["status"] == "completed"


@pytest.mark.parametrize(
    ("answer", "mode"),
    [("1", "lipsync"), ("2.", "enhanced_lipsync"), ("High Quality", "enhanced_talking_head"), ("simple", "lipsync")],
)
def test_a_video_is_made_by_numbers_and_labels(person, api, answer, mode):
    person.writes("Create video, please!")
    assert person.reads_text().startswith("Great! Please send me the text for your video")
    person.writes("Here you are.")
    card = reads_card(person)
    assert card["content"]["main_title"]["title"] == "Choose video quality:"
    assert labels(card) == LABELS_EN
    person.writes(answer)
    reads_promise_and_video(person, "Here you are.", "send “create video”")
    assert api.modes(person) == [mode]
    asked, choice, promise, farewell, video = [entry["msgtype"] for entry in person.received()]
    assert (asked, choice, farewell, video) == ("text", "template_card", "text", "video")
    assert promise in ("template_card", "text"), "a card follows the video, unless it is made already"


@pytest.mark.parametrize(
    ("greeting", "command", "question"),
    [
        ("你好", "/制作", "视频里要说的话"),
        ("Hello!", "/create", "the text for your video"),
        ("Hello!", "/CREATE", "text for"),
    ],
)
def test_a_command_starts_a_flow_in_the_members_language(person, greeting, command, question):
    person.writes(greeting)
    person.reads_text()
    person.writes(command)
    assert question in person.reads_text()


def test_a_button_of_the_menu_starts_a_flow(person):
    person.does("click", key="CREATE_VIDEO")
    assert "视频里要说的话" in person.reads_text()
    person.writes("从菜单来的。")
    assert labels(reads_card(person)) == LABELS_ZH


def test_back_restart_and_cancel_work_at_any_question(person, api):
    person.writes("制作视频")
    first = person.reads_text()
    person.writes("说错了")
    assert labels(reads_card(person)) == LABELS_ZH
    person.writes("返回")
    assert person.reads_text() == first
    person.writes("这才对")
    assert labels(reads_card(person)) == LABELS_ZH
    assert api.session(person)["slots"] == {"text": "这才对"}
    person.writes("重来")
    assert person.reads_text() == first
    assert api.session(person)["slots"] == {}
    person.writes("取消")
    assert "制作视频" in person.reads_text()
    assert api.session(person)["status"] == "cancelled"
    person.writes("谢谢")
    assert "不客气" in person.reads_text()


def test_the_card_of_an_answered_question_is_greyed(person, api):
    person.writes("制作视频")
    person.reads_text()
    person.writes("第一次的话")
    card = reads_card(person)
    person.writes("取消")
    person.reads_text()
    wait_for(lambda: shows(person, card, "已结束"), "the card to close")
    with pytest.raises(AssertionError, match="buttons of this card were replaced"):
        person.presses("lipsync", entry=card["id"])
    assert api.modes(person) == []


def test_wrong_answers_are_asked_again_until_the_flow_ends(person, api):
    person.writes("制作视频")
    person.reads_text()
    person.writes("话")
    reads_card(person)
    for _ in range(2):
        person.writes("随便吧")
        assert "回复 1、2、3" in person.reads_text()
        assert labels(reads_card(person)) == LABELS_ZH
    person.writes("随便吧")
    assert "先停在这里" in person.reads_text()
    assert "继续" in person.reads_text()
    assert api.session(person)["status"] == "gave_up"
    person.writes("继续")
    assert labels(reads_card(person)) == LABELS_ZH
    assert api.modes(person) == []


def test_a_first_day_at_work_to_its_end(phone, api):
    phone.send("我要入职")
    phone.screen.shows("怎么称呼你")
    phone.send("王小明")
    phone.screen.shows("王小明，很高兴认识你")
    phone.send("12月1日")
    card = phone.screen.shows_a("template_card")
    assert labels(card) == ["1. 产品研发", "2. 市场销售", "3. 人事行政", "4. 财务法务"]
    phone.press("3. 人事行政")
    phone.screen.shows("欢迎视频")
    phone.press("1. 是")
    words = "王小明，你好！欢迎加入人事行政团队。"
    phone.screen.shows(words)
    assert "王小明" in phone.screen.shows("12-01 入职，人事行政")
    video = phone.screen.shows_a("video", seconds=SLOW)
    assert words in video["content"]["description"]  # too long for a title
    assert api.session(phone)["slots"]["department"] == "people"


def test_two_people_at_the_same_time_are_not_mixed_up(stack, person, api):
    other = stack.emulator.hire()
    person.writes("制作视频")
    other.writes("create video")
    assert "视频里" in person.reads_text()
    assert "Great!" in other.reads_text()
    other.writes("Mine.")
    person.writes("我的。")
    reads_card(other)
    reads_card(person)
    person.presses("lipsync")
    other.writes("2")
    reads_promise_and_video(other, "Mine.", "create video")
    reads_promise_and_video(person, "我的。", "制作视频")
    assert api.modes(person) == ["lipsync"]
    assert api.modes(other) == ["enhanced_lipsync"]


def test_a_program_starts_a_flow_with_what_it_knows(known, api):
    flow = api.flow("制作视频")
    started = api.post("sessions/", {"flow": flow, "to": known.user_id, "data": {"text": "程序知道的话。"}})
    assert started.status_code == 201, started.text
    assert started.json()["state"] == "ask_quality"
    card = reads_card(known)
    assert labels(card) == LABELS_ZH
    known.presses("lipsync")
    reads_promise_and_video(known, "程序知道的话。", "制作视频")
    assert api.session(known)["data"] == {"text": "程序知道的话。"}


def test_an_unknown_slot_is_answered_with_the_known_ones(known, api):
    refused = api.post("sessions/", {"flow": api.flow("制作视频"), "to": known.user_id, "data": {"colour": "red"}})
    assert refused.status_code == 422
    assert "colour" in refused.json()["detail"]
    assert "quality, text" in refused.json()["hint"]
    assert len(known.received()) == 1  # the answer to what they wrote


def test_a_script_starts_a_flow_for_somebody(stack, person):
    code = """
from conversations import services
from conversations.models import Flow
conversation = services.conversation_with("USER")
services.start_flow(conversation, Flow.objects.get(name="入职引导"), data={"name": "小艾"}, cid="a-script")
"""
    stack.manage("shell", "-c", code.replace("USER", person.user_id))
    assert "小艾，很高兴认识你！" in person.reads_text()
