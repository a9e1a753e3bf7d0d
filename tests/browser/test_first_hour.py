"""A first hour: a digital human from a photograph, a flow edited by forms, a video every day."""

import re
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.support import chat
from tests.browser.support.forms import Forms
from tests.browser.support.windows import DESK, opened, sign_in
from tests.support.emulator import Person
from tests.support.paths import PHOTOGRAPH
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HER, FLOW, MORNING = "郭雷思", "入职引导", "早上好。"
AS_SEEDED = f"""
from conversations import services
from conversations.models import FlowVersion
version = FlowVersion.objects.get(flow__name="{FLOW}", number=1)
services.roll_back(version)
services.restore_draft(version)
"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window on the admin in an English browser."""
    for page in opened(browser, stack, DESK, locale="en-US"):
        sign_in(page, stack)
        yield page


@pytest.fixture
def forms(desk: Page, stack: Stack) -> Iterator[Forms]:
    """The admin's forms; other tests find the flow as it was seeded."""
    yield Forms(desk, stack.url)
    stack.manage("shell", "-c", AS_SEEDED)


def test_from_a_photograph_to_a_video_every_day(forms, phone_page, stack, picture):
    makes_a_digital_human(forms)
    picture(forms.desk, "human")
    records_her_consent(forms)
    picture(forms.desk, "consent")
    changes_a_flow(forms)
    picture(forms.desk, "draft")
    publishes(forms)
    picture(forms.desk, "published")
    by_buttons, by_numbers = stack.emulator.hire(), stack.emulator.hire()
    talks_by_buttons(phone_page, by_buttons)
    picture(phone_page, "buttons")
    talks_by_numbers(phone_page, by_numbers)
    picture(phone_page, "numbers")
    schedules_a_video(forms, by_numbers)
    picture(forms.desk, "schedule")
    comes_in_the_morning(stack, phone_page)
    picture(phone_page, "morning")
    is_recorded(forms, by_numbers)
    picture(forms.desk, "run")
    switches_to_chinese(forms)
    picture(forms.desk, "chinese")


def makes_a_digital_human(forms: Forms) -> None:
    forms.open("avatars/digitalhuman/")
    forms.desk.locator("a[href*='/digitalhuman/add/']").first.click()
    forms.fill(name=HER, portrait=PHOTOGRAPH, voice="Xiaobei · female", mode="lips and eyes, head still (fastest)")
    forms.save()
    expect(forms.desk.locator("#result_list")).to_contain_text(HER)


def records_her_consent(forms: Forms) -> None:
    """Her photograph needs it before any video."""
    forms.open("avatars/consent/")
    forms.desk.locator("a[href*='/consent/add/']").first.click()
    forms.fill(person="Grace Hopper", evidence=PHOTOGRAPH)
    forms.desk.get_by_label(HER).check()
    forms.desk.locator("[name=purposes][value=campaign]").check()
    forms.save()
    row = forms.desk.locator("#result_list tbody tr", has_text="Grace Hopper")
    expect(row).to_contain_text(re.compile(f"{HER}.*active", re.DOTALL))


def changes_a_flow(forms: Forms) -> None:
    """One more question between two others, other words, and another face."""
    forms.open("conversations/flow/")
    forms.follow(FLOW)
    forms.fill(forms.row_with("states", "name", "欢迎视频"), text="{{name}}，欢迎你！")
    seats = "window = 靠窗\naisle = 靠走道"
    forms.add_row("states", name="座位", kind="ask with choices", text="想坐在哪里？", choices=seats, position="35")
    forms.save(stay=True)
    expect(forms.desk.locator(".field-leads", has_text="座位")).to_have_count(1)
    box(forms, "欢迎视频")
    forms.fill(digital_human=HER)
    forms.save()
    expect(forms.desk.get_by_test_id("changed")).to_be_visible()


def box(forms: Forms, state: str) -> None:
    """Open a state by its box in the picture of the flow."""
    forms.desk.locator(".ou-flow a").filter(has=forms.desk.get_by_text(state, exact=True)).first.click()
    expect(forms.field("name")).to_have_value(state)


def publishes(forms: Forms) -> None:
    forms.desk.get_by_role("link", name=re.compile(r"Publish\s*$")).click()
    expect(forms.desk.get_by_test_id("changes")).to_contain_text("座位")
    forms.desk.get_by_label("What changed?").fill("座位")
    forms.desk.get_by_role("button", name="Publish version 2").click()
    expect(forms.desk.locator(".ou-flow-panel")).to_contain_text("Version 2 runs")


def talks_by_buttons(phone_page: Page, person: Person) -> None:
    begins(phone_page, person, "小明")
    chat.press(phone_page, "产品研发")
    chat.reads(phone_page, "想坐在哪里")
    chat.press(phone_page, "靠走道")
    chat.reads(phone_page, "欢迎视频")
    chat.press(phone_page, "是")
    chat.watch_video(phone_page, 1, "小明，欢迎你！")


def talks_by_numbers(phone_page: Page, person: Person) -> None:
    phone_page.get_by_test_id("switch-member").click()
    expect(phone_page.get_by_test_id("composer")).to_be_hidden()
    begins(phone_page, person, "小红")
    for question in ("想坐在哪里", "欢迎视频"):
        chat.write(phone_page, "2")
        chat.reads(phone_page, question)
    chat.write(phone_page, "1")
    chat.watch_video(phone_page, 1, "小红，欢迎你！")


def begins(phone_page: Page, person: Person, name: str) -> None:
    chat.open_chat(phone_page, person)
    for text, answer in (("我要入职", "怎么称呼你"), (name, f"{name}，很高兴认识你"), ("明天", "哪个部门")):
        chat.write(phone_page, text)
        chat.reads(phone_page, answer)


def schedules_a_video(forms: Forms, person: Person) -> None:
    forms.open("scheduling/campaign/add/?policy=alone")
    forms.fill(name="早安", content_type="video of a digital human", a_zh_text=MORNING, a_zh_digital_human=HER)
    forms.desk.locator("[data-side=audience] input[type=search]").fill(person.user_id)
    forms.desk.locator(".ou-suggestion", has_text=person.user_id).click()
    forms.fill(repeat="every day", at="09:00")
    expect(forms.desk.get_by_test_id("next-moments")).to_contain_text("09:00")
    forms.desk.get_by_role("button", name="Save and start").click()
    expect(forms.desk.get_by_test_id("reach")).to_contain_text("1 member gets it")
    forms.desk.get_by_test_id("start").click()
    expect(forms.desk.get_by_test_id("life")).to_contain_text("scheduled")


def comes_in_the_morning(stack: Stack, phone_page: Page) -> None:
    tomorrow = timezone.now().astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    stack.manage("run_schedules", "--now", tomorrow.replace(hour=9, minute=1).isoformat(timespec="minutes"))
    chat.watch_video(phone_page, 2, MORNING)


def is_recorded(forms: Forms, person: Person) -> None:
    forms.open("scheduling/campaignrun/")
    forms.follow("早安")
    expect(forms.desk.get_by_test_id("sent")).to_have_text("1", timeout=30_000)
    expect(forms.desk.locator("#run-table")).to_contain_text(person.user_id)


def switches_to_chinese(forms: Forms) -> None:
    """By the menu of one's account; from then on every page that the sidebar leads to is Chinese."""
    forms.open("")
    forms.desk.get_by_text("boss", exact=True).click()
    forms.desk.get_by_role("button", name="简体中文").click()
    expect(forms.desk.locator("html")).to_have_attribute("lang", "zh-hans")
    places = forms.desk.locator("#nav-sidebar a[href^='/admin/'], aside a[href^='/admin/']")
    for address in dict.fromkeys(places.evaluate_all("all => all.map(one => one.getAttribute('href'))")):
        page = forms.desk.request.get(f"{forms.url}{address}").text()
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert CHINESE.search(title), f"{address}: {title.strip()}"
