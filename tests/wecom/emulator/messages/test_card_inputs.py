"""Cards with inputs: votes, selections and the menu at the top right; their events, and their look on the phone."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import requests
from defusedxml.ElementTree import fromstring
from playwright.sync_api import expect

from tests.wecom.emulator.support.callbacks import plain
from tests.wecom.emulator.support.cards import NUMBERS, press, replace
from tests.wecom.emulator.support.clients import Application, Listener

OPTIONS = [{"id": "rice", "text": "米饭", "is_checked": True}, {"id": "noodles", "text": "面条", "is_checked": False}]
SUBMIT = {"text": "提交", "key": "submit"}
DEPARTMENTS = [{"id": "hr", "text": "人力"}, {"id": "rd", "text": "研发"}]
CITIES = [{"id": "gz", "text": "广州"}, {"id": "sz", "text": "深圳"}]
SELECTS = [
    {"question_key": "department", "title": "部门", "selected_id": "rd", "option_list": DEPARTMENTS},
    {"question_key": "city", "title": "城市", "option_list": CITIES},
]
MENU = {"desc": "更多操作", "action_list": [{"text": "接收推送", "key": "on"}, {"text": "不再推送", "key": "off"}]}
LINK = {"type": 1, "url": "https://example.com"}


def send(application: Application, to: str, kind: str, **fields: object) -> None:
    card = {"card_type": kind, "task_id": f"asks-{next(NUMBERS)}", "main_title": {"title": "请选择"}, **fields}
    answer = application.send({"touser": to, "msgtype": "template_card", "template_card": card})
    assert answer["errcode"] == 0, answer


def vote(application: Application, to: str, *, mode: int = 1) -> None:
    box = {"question_key": "lunch", "mode": mode, "option_list": OPTIONS}
    send(application, to, "vote_interaction", checkbox=box, submit_button=SUBMIT)


def form(application: Application, to: str) -> None:
    send(application, to, "multiple_interaction", select_list=SELECTS, submit_button=SUBMIT)


def told(answer: dict[str, Any]) -> Element:
    """The event that the press caused."""
    return fromstring(answer["callback"]["xml"])


def selected(event: Element) -> dict[str, list[str]]:
    return {
        item.findtext("QuestionKey", ""): [option.text or "" for option in item.findall("OptionIds/OptionId")]
        for item in event.findall("SelectedItems/SelectedItem")
    }


@pytest.mark.parametrize("chosen", [["rice"], ["rice", "noodles"], []])
def test_a_vote_tells_every_option_that_was_chosen(application: Application, member: str, chosen: list[str]) -> None:
    vote(application, member)
    event = told(press(application, member, "submit", selected={"lunch": chosen}))
    assert event.findtext("CardType") == "vote_interaction"
    assert selected(event) == {"lunch": chosen}


def test_questions_that_are_not_named_stay_as_they_were_shown(application: Application, member: str) -> None:
    form(application, member)
    event = told(press(application, member, "submit", selected={"city": ["sz"]}))
    assert selected(event) == {"department": ["rd"], "city": ["sz"]}
    assert event.findtext("EventKey") == "submit"


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        ({"lunch": ["rice", "noodles"]}, 409),
        ({"lunch": ["soup"]}, 409),
        ({"dinner": ["rice"]}, 409),
        ({"lunch": "rice"}, 400),
        (["rice"], 400),
    ],
)
def test_what_the_card_does_not_offer_cannot_be_chosen(
    application: Application, member: str, choice: object, status: int
) -> None:
    vote(application, member, mode=0)
    url = f"{application.emulator.url}/emulator/api/press"
    data = {"agentid": application.agent_id, "member": member, "key": "submit", "selected": choice}
    answer = requests.post(url, json=data, timeout=30)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_cards_menu_is_an_event_of_its_own(application: Application, member: str) -> None:
    send(application, member, "text_notice", action_menu=MENU, card_action=LINK)
    event = told(press(application, member, "off"))
    assert (event.findtext("Event"), event.findtext("EventKey")) == ("template_card_menu_event", "off")
    assert event.find("SelectedItems") is None
    assert told(press(application, member, "on")).findtext("ResponseCode") != event.findtext("ResponseCode")


@pytest.fixture
def english(browser, application: Application, member: str) -> Iterator[Any]:
    """The chat in English and dark, on a small phone."""
    with browser.new_context(viewport={"width": 375, "height": 900}, locale="en-GB", color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"{application.emulator.url}/emulator/?agentid={application.agent_id}#{member}")
        expect(page.get_by_test_id("composer")).to_be_focused()  # the chat is open
        yield page


def pressed(listener: Listener, application: Application) -> Element:
    """The next event of a card that reaches the application, decrypted."""
    while True:
        event = fromstring(plain(application, listener.next()))
        if event.findtext("Event", "").startswith("template_card"):
            return event


@pytest.mark.browser
def test_a_vote_is_cast_on_the_phone_and_greyed(
    english: Any, application: Application, listener: Listener, member: str
) -> None:
    vote(application, member)
    card = english.locator(".template-card")
    card.get_by_label("面条").check()
    card.get_by_role("button", name="提交").click()
    event = pressed(listener, application)
    assert selected(event) == {"lunch": ["rice", "noodles"]}
    assert replace(application, event.findtext("ResponseCode"), member, "已投票") == 0
    expect(card.get_by_test_id("replaced")).to_have_text("已投票")
    expect(card.get_by_label("米饭")).to_be_disabled()


@pytest.mark.browser
def test_a_form_is_filled_in_on_the_phone(
    english: Any, application: Application, listener: Listener, member: str
) -> None:
    form(application, member)
    card = english.locator(".template-card")
    expect(card.get_by_label("部门")).to_have_value("rd")
    card.get_by_label("城市").select_option("深圳")
    card.get_by_role("button", name="提交").click()
    assert selected(pressed(listener, application)) == {"department": ["rd"], "city": ["sz"]}


@pytest.mark.browser
def test_the_menu_of_a_card_opens_and_closes_by_keyboard(
    english: Any, application: Application, listener: Listener, member: str
) -> None:
    send(application, member, "text_notice", action_menu=MENU, card_action=LINK)
    dots = english.get_by_role("button", name="Menu of the card")
    dots.press("Enter")
    expect(english.get_by_role("menuitem")).to_have_text(["接收推送", "不再推送"])
    dots.press("Escape")
    expect(english.get_by_role("menu")).to_be_hidden()
    dots.press("Enter")
    english.get_by_role("menuitem", name="不再推送").press("Enter")
    event = pressed(listener, application)
    assert (event.findtext("Event"), event.findtext("EventKey")) == ("template_card_menu_event", "off")
    expect(english.get_by_role("menu")).to_be_hidden()
