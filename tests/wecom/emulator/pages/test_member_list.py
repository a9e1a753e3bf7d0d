"""The list of people: hire, move and dismiss with one click, and the applications are told."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.clients import Application, Listener, Open

pytestmark = pytest.mark.browser
COMPANIES = itertools.count(1)


@pytest.fixture
def company(application: Application, listener: Listener) -> Application:
    """A company of its own with one application that hears of its people."""
    corp = f"wwstaff{next(COMPANIES):04d}"
    row = application.emulator.control(
        "POST", "apps", corpid=corp, agentid=3_000_001, name="人事", callback=listener.url, hears_contacts=True
    )
    for number, name in ((2, "人力资源部"), (3, "研发部")):
        application.emulator.control("POST", "departments", corpid=corp, id=number, name=name, parentid=1)
    for _ in range(2):
        listener.next()
    return Application(
        emulator=application.emulator,
        corp_id=corp,
        agent_id=row["agentid"],
        secret=row["secret"],
        token=row["token"],
        aes_key=row["aes_key"],
    )


def told(company: Application, listener: Listener, count: int) -> list[str]:
    """The next events, in any order, as their names or what changed."""
    events = [decrypt(company, listener.next()) for _ in range(count)]
    return sorted(event.get("ChangeType") or event["Event"] for event in events)


def people_of(page: Page, company: Application) -> Page:
    page.goto(f"{company.emulator.url}/emulator/?agentid={company.agent_id}&corpid={company.corp_id}")
    expect(page.locator("#connection-status")).to_have_class("connection-status on")
    return page


def test_somebody_is_hired_moves_leaves_and_comes_back(
    chat_page: Open, company: Application, listener: Listener
) -> None:
    page = people_of(chat_page(chat=False), company)
    page.get_by_test_id("add-member").click()
    person = page.get_by_test_id("member-sunqi")
    expect(person).to_contain_text("研发部 · 新员工")
    assert told(company, listener, 2) == ["create_user", "subscribe"]

    def happens(words: str) -> None:
        page.get_by_test_id("member-menu-sunqi").click()
        page.get_by_role("menuitem", name=words).click()

    happens("调到人力资源部")
    expect(person).to_contain_text("人力资源部 · 新员工")
    assert told(company, listener, 1) == ["update_user"]
    happens("离职")
    expect(person).to_contain_text("已离职")
    assert told(company, listener, 2) == ["delete_user", "unsubscribe"]
    happens("重新入职")
    expect(person).to_contain_text("人力资源部 · 新员工")


def test_newcomers_are_different_people(chat_page: Open, company: Application) -> None:
    page = people_of(chat_page(chat=False), company)
    for userid in ("sunqi", "zhouba"):
        page.get_by_test_id("add-member").click()
        expect(page.get_by_test_id(f"member-{userid}")).to_be_visible()


def test_the_acts_on_a_person_are_reached_by_keyboard(chat_page: Open, company: Application) -> None:
    page = people_of(chat_page(chat=False), company)
    page.get_by_test_id("add-member").press("Enter")
    dots = page.get_by_test_id("member-menu-sunqi")
    dots.press("Enter")
    expect(page.get_by_role("menuitem")).to_have_text([f"调到{company.corp_id}", "调到人力资源部", "离职"])
    dots.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
