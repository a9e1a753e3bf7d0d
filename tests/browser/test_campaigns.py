"""HR's work with a campaign in a real browser, with mouse and keyboard: written, approved by another, watched, read."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.windows import DESK, PASSWORD, opened
from tests.support.emulator import Person
from tests.support.paths import ROOT
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = {"hr-lin": ("editor", "operator"), "approver-wang": ("approver",)}
MAKE = """
from django.contrib.auth.models import Group, User
for name, roles in {people!r}.items():
    user, made = User.objects.get_or_create(username=name, defaults={{"is_staff": True}})
    user.set_password({password!r})
    user.save()
    user.groups.set(Group.objects.filter(name__in=roles))
"""


@pytest.fixture(scope="module")
def staff(stack: Stack) -> list[Person]:
    """Two members who have written before, so that the directory knows them; and the accounts of HR."""
    script = MAKE.format(people=PEOPLE, password=PASSWORD)
    command = [sys.executable, "manage.py", "shell", "-c", script]
    subprocess.run(command, env=stack.env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    people = [stack.emulator.hire() for _number in range(2)]
    for one in people:
        one.writes("你好")
        one.reads()
    return people


def signed_in(page: Page, stack: Stack, name: str) -> Page:
    page.goto(f"{stack.url}/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{stack.url}/admin/")
    return page


@pytest.fixture
def hr(browser: Browser, stack: Stack, staff: list[Person]) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "hr-lin")


@pytest.fixture
def approver(browser: Browser, stack: Stack, staff: list[Person]) -> Iterator[Page]:
    for page in opened(browser, stack, DESK):
        yield signed_in(page, stack, "approver-wang")


def step(page: Page, name: str, *, why: str = "") -> None:
    """Press a step's button and confirm its dialog."""
    page.locator(f"a[hx-get$='/{name}_this/']").first.click()
    dialog = page.locator("#dialog")
    if why:
        dialog.locator("textarea[name=why]").fill(why)
    with page.expect_navigation():
        dialog.locator("[type=submit]").click()


def write(hr: Page, stack: Stack, staff: list[Person], name: str, words: str) -> None:
    hr.goto(f"{stack.url}/admin/scheduling/campaign/add/")
    hr.locator("#id_name").fill(name)
    search = hr.locator("[data-side=audience] input[type=search]")
    for one in staff:
        search.fill(one.user_id)
        hr.locator(".ou-suggestion").first.click()
    expect(hr.get_by_test_id("audience-preview")).to_contain_text("2 位成员会收到")
    hr.locator("[name=audience-members]").evaluate("one => { one.value += ', nobody-there'; }")
    hr.locator("#id_a_zh_text").fill(words)
    with hr.expect_navigation():
        hr.locator("[name=_save]").click()


def opened_campaign(page: Page, stack: Stack, name: str) -> None:
    page.goto(f"{stack.url}/admin/scheduling/campaign/?q={name}")
    page.locator("#result_list tbody a[href*='/change/']").first.click()


def test_written_approved_by_another_started_and_watched(hr, approver, stack, staff, picture):
    hr.goto(f"{stack.url}/admin/scheduling/campaign/")
    picture(hr, "empty")
    words = "各位同事：下午三点开会。"
    write(hr, stack, staff, "周会通知", words)
    opened_campaign(hr, stack, "周会通知")
    picture(hr, "draft")
    hr.locator("a[href$='/preview_this/']").first.click()
    expect(hr.get_by_test_id("phone")).to_contain_text(words)
    picture(hr, "preview")
    hr.get_by_test_id("test").locator("select").select_option(index=1)
    hr.get_by_test_id("test").locator("button").click()
    expect(hr.locator("body")).to_contain_text("测试消息正在发给")
    opened_campaign(hr, stack, "周会通知")
    step(hr, "ask")
    opened_campaign(approver, stack, "周会通知")
    approver.locator("a[hx-get$='/approve_this/']").first.click()
    expect(approver.get_by_test_id("approve")).to_contain_text(words)
    picture(approver, "approve")
    with approver.expect_navigation():
        approver.locator("#dialog [type=submit]").click()
    hr.reload()
    hr.locator("a[href$='/start_this/']").first.click()
    expect(hr.get_by_test_id("reach")).to_contain_text("2 位成员会收到")
    expect(hr.get_by_test_id("reach")).to_contain_text("nobody-there")
    picture(hr, "start")
    hr.get_by_test_id("start").click()
    expect(hr.get_by_test_id("sent")).to_have_text("2", timeout=60_000)
    picture(hr, "run")
    hr.locator("#run-table a").first.click()
    expect(hr.get_by_test_id("evidence")).to_contain_text("已收到")
    picture(hr, "evidence")
    for one in staff:
        assert one.texts().count(words) == 1


def test_a_campaign_is_written_by_keyboard_alone(hr, stack, staff):
    hr.goto(f"{stack.url}/admin/scheduling/campaign/add/")
    hr.locator("#id_name").focus()
    hr.keyboard.type("键盘写的")
    reach(hr, name="audience-everyone")
    hr.keyboard.press("Space")
    reach(hr, "id_a_zh_text")
    hr.keyboard.type("你好，")
    hr.keyboard.press("Tab")
    hr.keyboard.press("Enter")
    hr.keyboard.type("同事")
    expect(hr.locator("#id_a_zh_text")).to_have_value("你好，{{name|同事}}")
    with hr.expect_navigation():
        reach(hr, name="_save")
        hr.keyboard.press("Enter")
    expect(hr.locator("#result_list")).to_contain_text("键盘写的")


def reach(page: Page, field: str = "", *, name: str = "") -> None:
    """Go to a field with the Tab key, as somebody without a mouse does."""
    at = "() => document.activeElement.id + ' ' + document.activeElement.name"
    for _step in range(200):
        page.keyboard.press("Tab")
        if re.search(rf"^{field} " if field else rf" {name}$", page.evaluate(at)):
            return
    raise AssertionError(f"Tab does not reach {field or name}")
