"""The phone's list of chats: applications and group chats, unread counts, and navigation."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.clients import Application, Listener, Open

COMPANIES = itertools.count(1)


@pytest.fixture
def company(application: Application, listener: Listener) -> Application:
    """A company of its own with two applications and two people; the first application is returned."""
    corp = f"wwtalk{next(COMPANIES):04d}"
    save = application.emulator.control
    rows = [
        save("POST", "apps", corpid=corp, agentid=number, name=name, callback=listener.url)
        for number, name in ((1, "助手"), (2, "考勤"))
    ]
    for userid, name in (("jia", "甲"), ("yi", "乙")):
        save("POST", "members", corpid=corp, agentid=1, userid=userid, name=name)
    row = rows[0]
    return Application(
        emulator=application.emulator,
        corp_id=corp,
        agent_id=1,
        secret=row["secret"],
        token=row["token"],
        aes_key=row["aes_key"],
    )


def group(company: Application, words: str) -> str:
    chat = company.post("appchat/create", {"name": "项目群", "userlist": ["jia", "yi"]})
    assert chat["errcode"] == 0, chat
    said = {"chatid": chat["chatid"], "msgtype": "text", "text": {"content": words}}
    assert company.post("appchat/send", said)["errcode"] == 0
    return str(chat["chatid"])


def listed(company: Application, userid: str) -> list[tuple[str, int]]:
    rows = company.emulator.control("GET", "conversations", corpid=company.corp_id, agentid=1, member=userid)
    return [(row["name"], row["unread"]) for row in rows["conversations"]]


def test_a_phone_lists_what_its_owner_sees(company: Application) -> None:
    assert listed(company, "jia") == [("助手", 0), ("考勤", 0)]
    company.emulator.control("POST", "apps", corpid=company.corp_id, agentid=2, scope={"users": ["yi"]})
    assert listed(company, "jia") == [("助手", 0)]
    company.say("jia", "eins")
    group(company, "大家好")
    assert listed(company, "jia") == [("项目群", 1), ("助手", 1)]
    assert listed(company, "yi") == [("项目群", 1), ("助手", 0), ("考勤", 0)]


def test_a_chat_and_a_group_chat_are_read_apart(company: Application) -> None:
    chat = group(company, "大家好")
    company.say("jia", "nur für dich")
    asked: dict[str, Any] = {"corpid": company.corp_id, "agentid": 1, "member": "jia"}
    control = company.emulator.control
    assert [one["content"]["content"] for one in control("GET", "chat", **asked)["entries"]] == ["nur für dich"]
    assert [one["content"]["content"] for one in control("GET", "chat", **asked, chat=chat)["entries"]] == ["大家好"]
    control("POST", "read", **asked, chat=chat)
    assert listed(company, "jia") == [("助手", 1), ("项目群", 0), ("考勤", 0)]
    control("GET", "chat", **asked, chat="none", expect=404)


@pytest.mark.browser
def test_one_goes_from_conversation_to_conversation(chat_page: Open, company: Application, listener: Listener) -> None:
    page = chat_page(chat=False)
    page.goto(f"{company.emulator.url}/emulator/?agentid=1&corpid={company.corp_id}#jia/")
    conversation = page.get_by_test_id("conversation-1")
    expect(conversation).to_contain_text("助手")
    company.say("jia", "你好")
    expect(conversation).to_contain_text("你好")
    expect(conversation.locator(".badge")).to_have_text("1")
    chat = group(company, "大家好")
    page.get_by_test_id(f"conversation-{chat}").click()
    expect(page.get_by_test_id("chat-title")).to_have_text("项目群")
    expect(page.get_by_test_id("bubble-in")).to_have_text("大家好")
    expect(page.get_by_test_id("composer")).to_be_hidden()
    page.get_by_test_id("back").click()
    conversation.click()
    expect(page.get_by_test_id("bubble-in")).to_have_text("你好")
    assert decrypt(company, listener.next())["Event"] == "enter_agent"
    page.get_by_test_id("back").click()
    expect(conversation.locator(".badge")).to_have_count(0)
    page.get_by_test_id("conversation-2").click()
    expect(page.get_by_test_id("chat-title")).to_have_text("考勤")
    expect(page.locator("#chat-note")).to_have_text("以 甲 的身份")
