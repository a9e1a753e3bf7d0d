"""Recorded sessions: their contents, what they leave out, and their replay."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.cards import NUMBERS, press, send
from tests.wecom.emulator.support.clients import Application, Listener, Open
from tests.wecom.emulator.support.media_samples import AMR


def recording(application: Application, **query: Any) -> dict[str, Any]:
    return application.control("GET", "recording", **query)


def play(application: Application, session: dict[str, Any], **more: Any) -> dict[str, Any]:
    return application.control("POST", "replay", recording=session, patience=0.3, **more)


def hire(application: Application, name: str) -> str:
    userid = f"recorded{next(NUMBERS)}"
    application.control("POST", "members", userid=userid, name=name)
    return userid


@pytest.fixture
def session(application: Application, listener: Listener) -> dict[str, Any]:
    """A member asks, gets a card, presses it, speaks, and is told of another member."""
    asks, other = hire(application, "欧阳明"), hire(application, "上官云")
    application.control("POST", "event", member=asks, event="enter_agent")
    words = "我是欧阳明，电话 138 0013 8000，邮箱 ming@corp.cn"
    application.control("POST", "send", member=asks, text=words, wait=5)
    send(application, asks)
    press(application, asks, wait=5)
    form = {"member": asks, "type": "voice", "agentid": application.agent_id}
    url = f"{application.emulator.url}/emulator/api/send"
    requests.post(url, data=form, files={"media": ("v.amr", AMR)}, timeout=60).raise_for_status()
    application.say(asks, f"请找上官云（{other}）。")
    application.say(other, "欧阳明找你。")
    return recording(application)


def test_a_recording_tells_nothing_of_who_people_are(application: Application, session: dict[str, Any]) -> None:
    text = json.dumps(session, ensure_ascii=False)
    for known in ("欧阳明", "上官云", "recorded", "8000", "ming@", application.secret, application.token):
        assert known not in text
    for secret in ("media_id", "task_id", "ResponseCode", "msgid"):
        assert secret not in text
    said = [step["says"] for step in session["steps"] if "says" in step]
    assert said[0]["content"] == "我是person1，电话 000 0000 0000，邮箱 person@example.com"
    heard = [step["hears"]["content"].get("content") for step in session["steps"] if "hears" in step]
    assert heard[1:] == ["请找person2（person2）。", "person1找你。"]


def test_what_was_written_may_be_left_out(application: Application, session: dict[str, Any]) -> None:
    without = recording(application, words=0)
    assert "邮箱" not in json.dumps(without, ensure_ascii=False)
    assert len(without["steps"]) == len(session["steps"])


def test_a_replay_does_the_same_again_and_compares(
    application: Application, listener: Listener, session: dict[str, Any]
) -> None:
    while not listener.arrivals.empty():
        listener.next()
    result = play(application, session)
    events = []
    while not listener.arrivals.empty():
        event = decrypt(application, listener.next())
        events.append(event.get("Event") or event["MsgType"])
    assert events == ["enter_agent", "text", "voice"]
    assert result["failures"] == ["step 4: no card with 'hd' has come"]
    assert [(one["who"], one["message"], one["now"]) for one in result["differences"]] == [
        ("person1", 1, None),
        ("person1", 2, None),
        ("person2", 1, None),
    ]
    assert not result["same"]


def test_a_replay_in_which_everything_is_the_same_says_so(application: Application) -> None:
    userid = hire(application, "甲")
    application.control("POST", "send", member=userid, text="你好", wait=5)
    result = play(application, recording(application), members={"person1": hire(application, "乙")})
    assert (result["same"], result["heard"], result["differences"]) == (True, 0, [])


@pytest.mark.parametrize("session", [None, {}, {"format": "wecom-session/1"}, {"format": "x", "steps": []}])
def test_what_is_no_recording_is_refused(application: Application, session: Any) -> None:
    application.control("POST", "replay", recording=session, expect=400)


@pytest.mark.browser
def test_a_session_is_saved_and_played_on_the_page(
    chat_page: Open, application: Application, listener: Listener, member: str, tmp_path: Path
) -> None:
    page = chat_page(lambda page: page.set_viewport_size({"width": 1440, "height": 860}))
    page.get_by_test_id("composer").fill("你好")
    page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("bubble-out")).to_have_count(1)
    expect(page.locator(".send-status")).to_have_count(0)
    page.get_by_role("tab", name="录制").click()
    with page.expect_download() as download:
        page.get_by_test_id("recording-save").click()
    file = tmp_path / "session.json"
    download.value.save_as(file)
    steps = json.loads(file.read_text())["steps"]
    assert [step["says"]["content"] for step in steps if "says" in step] == ["你好"]
    page.get_by_test_id("recording-file").set_input_files(file)
    expect(page.get_by_test_id("recording-status")).to_have_text("完全一致：收到 0 条消息")
    page.get_by_test_id("recording-file").set_input_files({"name": "a.json", "mimeType": "", "buffer": b"no JSON"})
    expect(page.get_by_test_id("recording-status")).to_have_text("这不是录制文件")
