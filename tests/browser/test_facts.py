"""HR imports facts: by mouse with a file that has errors, and by keyboard alone; looked at in both languages."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core.spreadsheets import xlsx_file
from tests.browser.support.windows import opened, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HANDS: ViewportSize = {"width": 390, "height": 844}
PEOPLE = (("hr.zhangsan", "张桑"), ("hr.lisi", "李思远"), ("hr.wangwu", "王武阳"))
MAKE = """
from wecom.models import *
from wecom import services
company = Application.objects.get(is_default=True).corporation
for user_id, name in {people!r}:
    member, _ = Member.objects.get_or_create(corporation=company, user_id=user_id, defaults={{"name": name}})
    member.facts.all().delete()
FactDefinition.objects.filter(key="hr_size").delete()
"""


@pytest.fixture
def people(stack: Stack) -> None:
    stack.manage("shell", "-c", MAKE.format(people=PEOPLE))


@pytest.fixture
def hand(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The admin in English on a phone."""
    for page in opened(browser, stack, HANDS, locale="en-GB"):
        sign_in(page, stack)
        yield page


def sheet() -> bytes:
    rows: list[list[object]] = [
        ["账号", "姓名", "入职日期", "生日", "城市", "直属上级", "衣服尺码", "血型"],
        ["hr.zhangsan", "张桑", date(2026, 9, 1), "1988年3月7日", "上海", "李思远", "m", "A"],
        ["hr.lisi", "李思远", "2026/9/1", "soon", "北京", "", "XXL", "B"],
        ["hr.wangwu", "王武阳", "2026-02-30", "", "深圳", "nobody", "L", ""],
        ["ghost.user", "鬼", "", "", "广州", "", "", ""],
    ]
    return xlsx_file({"员工": rows, "旧表": [["x"]]})


def choose(page: Page, data: bytes) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("#id_file").set_input_files({"name": "员工.xlsx", "mimeType": kind, "buffer": data})


def fits(page: Page) -> None:
    """Nothing makes the page wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.thorough  # by keyboard below
def test_hr_defines_a_fact_and_imports_a_file_by_mouse(desk, stack, picture, people):
    desk.goto(f"{stack.url}/admin/wecom/factdefinition/add/")
    desk.locator("#id_key").fill("hr_size")
    desk.locator("#id_name").fill("衣服尺码")
    desk.locator("#id_name_en").fill("Shirt size")
    desk.locator("#id_kind").select_option("choice")
    desk.locator("#id_choices").fill("S\nM\nL\nXL")
    picture(desk, "definition")
    desk.locator("[name=_save]").click()
    expect(desk.locator("#result_list")).to_contain_text("S, M, L, XL")
    picture(desk, "definitions")
    desk.goto(f"{stack.url}/admin/wecom/member/")
    desk.get_by_role("link", name="导入人事信息").first.click()
    picture(desk, "upload")
    choose(desk, sheet())
    desk.get_by_role("button", name="预览").click()
    expect(desk.get_by_test_id("errors").locator("tbody tr")).to_have_count(4)
    expect(desk.get_by_test_id("strangers")).to_contain_text("ghost.user")
    expect(desk.locator("main, #main, body").first).to_contain_text("血型")
    fits(desk)
    picture(desk, "preview")
    desk.locator(".ou-fact-confirm").click()
    expect(desk.locator("body")).to_contain_text("已导入 3 名成员的")
    picture(desk, "done")
    desk.goto(f"{stack.url}/admin/wecom/member/?q=hr.zhangsan")
    desk.locator("#result_list a", has_text="hr.zhangsan").first.click()
    expect(desk.locator("#id_fact_birthday")).to_have_value("1988-03-07")
    expect(desk.locator("#id_fact_hr_size")).to_have_value("M")
    expect(desk.locator("#id_fact_manager")).to_have_value("hr.lisi")
    desk.locator("#id_fact_city").scroll_into_view_if_needed()
    picture(desk, "member")


def test_a_file_is_imported_by_keyboard_alone_on_a_narrow_window(hand, stack, picture, people):
    hand.goto(f"{stack.url}/admin/wecom/factdefinition/import/")
    fits(hand)
    picture(hand, "upload")
    choose(hand, b"userid,city,birthday\nhr.lisi,Beijing,1990-01-02\nhr.wangwu,Shenzhen,soon\n")
    hand.locator("#id_file").focus()
    pressed(hand, "Show the preview")
    expect(hand.get_by_test_id("errors")).to_contain_text("soon")
    fits(hand)
    picture(hand, "preview")
    hand.keyboard.press("Home")
    pressed(hand, re.compile("Take over 3 values of 2 members"))
    expect(hand.locator("body")).to_contain_text("3 values of 2 members were taken over.")
    picture(hand, "done")
    hand.goto(f"{stack.url}/admin/wecom/member/?q=hr.lisi")
    hand.locator("#result_list a", has_text="hr.lisi").first.click()
    hand.locator("#id_fact_city").scroll_into_view_if_needed()
    expect(hand.locator("#id_fact_city")).to_have_value("Beijing")
    fits(hand)
    picture(hand, "member")


def pressed(page: Page, name: str | re.Pattern[str]) -> None:
    """Walk with the tabulator to a button, and press it."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    for _ in range(150):
        if button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The tabulator does not reach {name}.")
