"""Segments: a rule put together by mouse, by keyboard and on a narrow window, counted while it is written."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.windows import PHONE
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMPANY = """
import time
from datetime import timedelta
from django.utils import timezone
from wecom.models import *
for _ in range(240):  # the first sync takes departments away that WeChat Work does not know
    if DirectorySync.objects.filter(status="done").exists():
        break
    time.sleep(0.25)
company = Application.objects.get(is_default=True).corporation
today = timezone.localdate()
places = {}
for number, name, up in ((901, "蓝海研发部", 1), (902, "蓝海平台组", 901), (903, "上海", 1)):
    fields = {"name": name, "parent_number": up}
    places[number], _ = Department.objects.update_or_create(corporation=company, number=number, defaults=fields)
for user_id, name, place, days, city in (
    ("s.anna", "安娜", 901, 3, "上海"), ("s.ben", "贝恩", 902, 20, "北京"), ("s.chen", "陈晨", 903, 400, "上海")
):
    fields = {"name": name, "status": "active"}
    member, _ = Member.objects.update_or_create(corporation=company, user_id=user_id, defaults=fields)
    Membership.objects.get_or_create(member=member, department=places[place])
    start = {"date": today - timedelta(days)}
    MemberFact.objects.update_or_create(member=member, key="start_date", defaults=start)
    MemberFact.objects.update_or_create(member=member, key="city", defaults={"text": city})
"""


@pytest.fixture(scope="module")
def company(stack: Stack):
    stack.manage("shell", "-c", COMPANY)


def row(desk: Page, path: str):
    return desk.locator(f"[data-condition='{path}']")


def test_a_segment_is_put_together_by_mouse_and_counted_live(desk, stack, picture, company):
    desk.goto(f"{stack.url}/admin/scheduling/segment/add/")
    desk.locator("#id_name").fill("研发新员工")
    row(desk, "rule-0").locator("[data-subject]").select_option("fact:start_date")
    first, last = row(desk, "rule-0").locator("input[type=number]").all()
    first.fill("-30")
    last.fill("0")
    preview = desk.get_by_test_id("segment-preview")
    expect(preview).to_contain_text("安娜")
    desk.locator("[data-add-condition]").first.click()
    row(desk, "rule-1").locator("[data-subject]").select_option("department")
    row(desk, "rule-1").locator("input[type=search]").fill("蓝海研")
    row(desk, "rule-1").locator(".ou-suggestion").click()
    desk.locator("[data-add-group]").first.click()
    row(desk, "rule-2-0").locator("[data-subject]").select_option("fact:city")
    row(desk, "rule-2-0").locator("[data-test]").select_option("is")
    row(desk, "rule-2-0").locator("[data-drawn] input").fill("上海")
    expect(preview).to_contain_text("1")
    expect(preview).not_to_contain_text("贝恩")
    picture(desk, "zh-1280")
    desk.set_viewport_size({"width": 390, "height": 844})
    picture(desk, "zh-390")
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.locator("[name=_save]").click()
    expect(desk.locator("#result_list")).to_contain_text("蓝海研发部")
    mine = desk.locator("#result_list tr", has_text="研发新员工")
    expect(mine.locator("[data-segment]")).to_have_text("1")
    picture(desk, "list")
    desk.locator("#result_list a", has_text="研发新员工").click()
    expect(row(desk, "rule-1").locator(".ou-chip")).to_contain_text("蓝海研发部")
    expect(desk.get_by_test_id("segment-preview")).to_contain_text("安娜")


def test_a_segment_is_written_by_keyboard_alone(desk, stack, picture, company):
    desk.goto(f"{stack.url}/admin/scheduling/segment/add/")
    desk.locator("#id_name").focus()
    desk.keyboard.type("平台组成员")
    subject = row(desk, "rule-0").locator("[data-subject]")
    for _press in range(6):
        if subject.evaluate("one => one === document.activeElement"):
            break
        desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowDown")
    expect(subject).to_have_value("department")
    expect(subject).to_be_focused()  # the next arrow goes on to the next subject
    search = row(desk, "rule-0").locator("input[type=search]")
    for _press in range(4):
        desk.keyboard.press("Tab")
        if search.evaluate("one => one === document.activeElement"):
            break
    expect(search).to_be_focused()
    desk.keyboard.type("蓝海平")
    expect(row(desk, "rule-0").locator(".ou-suggestion")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(row(desk, "rule-0").locator(".ou-chip")).to_contain_text("蓝海平台组")
    expect(desk.get_by_test_id("segment-preview")).to_contain_text("贝恩")
    picture(desk, "keyboard")
    desk.locator("#id_name").press("Enter")
    expect(desk.locator("#result_list")).to_contain_text("平台组成员")


def test_what_is_wrong_is_said_while_it_is_written(desk, stack, picture, company):
    desk.goto(f"{stack.url}/admin/scheduling/segment/add/")
    row(desk, "rule-0").locator("[data-subject]").select_option("fact:city")
    expect(desk.get_by_test_id("segment-preview").locator("[data-error]")).not_to_be_empty()
    picture(desk, "error")
    assert PHONE["width"] < desk.viewport_size["width"]
