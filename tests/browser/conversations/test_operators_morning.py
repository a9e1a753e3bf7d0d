"""An operator's morning: a card on the phone, answers from there and at the desk, passed on, handed back, solved."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.emulator import Person, words_of
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SET_UP = """
from datetime import time
from conversations.models import CannedAnswer, Operator, OperatorGroup, Topic
from wecom.models import Application
from wecom.services import get_or_create_member
application = Application.objects.get(is_default=True)
member = get_or_create_member(application, "{operator}")
topic, _ = Topic.objects.get_or_create(name="IT")
operator, _ = Operator.objects.get_or_create(member=member, defaults={{"name": "王工"}})
for name, people, topics in (("IT 支持", [operator], []), ("人事", [], [topic])):
    group, _ = OperatorGroup.objects.update_or_create(
        application=application,
        name=name,
        defaults={{"days": "all", "opens_at": time(0), "closes_at": time(0)}},
    )
    group.operators.set(people)
    group.topics.set(topics)
CannedAnswer.objects.get_or_create(title="重启", language="zh-hans", text="请先重启打印机，再试一次。")
"""


@pytest.fixture
def employee(stack: Stack) -> Person:
    return stack.emulator.hire()


@pytest.fixture
def operator(stack: Stack) -> Iterator[Person]:
    person = stack.emulator.hire()
    stack.manage("shell", "-c", SET_UP.format(operator=person.user_id))
    yield person
    # The members of other tests are told whom to turn to.
    stack.manage("shell", "-c", "from conversations.models import OperatorGroup; OperatorGroup.objects.all().delete()")


def said(person: Person) -> list[str]:
    """What arrived on a phone, each line as it looks now."""
    return [words_of(entry) for entry in person.received()]


def answer(desk: Page, text: str, *, shown: str = "line") -> None:
    desk.get_by_test_id("composer").locator("textarea").fill(text)
    desk.get_by_test_id("composer").locator("textarea").press("Enter")
    expect(desk.get_by_test_id(shown).filter(has_text=text)).to_have_count(1)


def test_an_operators_morning(
    desk: Page, stack: Stack, employee: Person, operator: Person, picture: Callable[[Page, str], None], tmp_path
) -> None:
    desk.on("dialog", lambda dialog: dialog.accept())
    _answers_on_the_phone(employee, operator)
    desk.goto(f"{stack.url}/admin/desk/?list=all")
    desk.get_by_test_id("ticket").filter(has_text=employee.user_id).click()
    expect(desk.get_by_test_id("status")).to_have_text("接待中")
    expect(desk.get_by_test_id("line").filter(has_text="是三楼的那台吗？")).to_contain_text("王工")
    picture(desk, "on-the-phone")
    desk.get_by_role("button", name="接管").click()
    operator.hears("不再转给对方")
    employee.hears("boss")
    _answers_at_the_desk(desk, employee, tmp_path)
    picture(desk, "at-the-desk")
    _passes_on_and_solves(desk, employee)
    picture(desk, "solved")
    _shows_every_line_once(employee, operator)
    desk.goto(f"{stack.url}/admin/ticket-report/")
    expect(desk.get_by_test_id("figures")).to_contain_text("5.0")
    picture(desk, "report")


def _answers_on_the_phone(employee: Person, operator: Person) -> None:
    employee.writes("转人工")
    employee.hears("IT 支持")
    employee.writes("打印机坏了")
    operator.hears(f"{employee.user_id}需要人工")
    operator.presses("take")
    operator.hears("打印机坏了")
    employee.hears("王工")
    operator.writes("是三楼的那台吗？")
    employee.hears("是三楼的那台吗？")
    employee.writes("是的")
    operator.hears(f"{employee.user_id}：是的")


def _answers_at_the_desk(desk: Page, employee: Person, folder: Path) -> None:
    """With text, a canned answer and a picture; a note stays inside."""
    employee.writes("还是不行")
    expect(desk.get_by_test_id("line").filter(has_text="还是不行")).to_have_count(1)
    answer(desk, "我来看看。")
    employee.hears("我来看看。")
    box = desk.get_by_test_id("composer").locator("textarea")
    box.press_sequentially("/重")
    expect(desk.get_by_role("listbox", name="常用回复").get_by_role("option", selected=True)).to_contain_text("重启")
    box.press("Enter")
    expect(box).to_have_value("请先重启打印机，再试一次。")
    box.press("Enter")
    employee.hears("请先重启打印机，再试一次。")
    desk.get_by_label("备注").check()
    answer(desk, "墨盒是上周换的", shown="note")
    (folder / "wiring.png").write_bytes(PIXEL)
    desk.get_by_label("回答", exact=True).check()
    desk.locator("input[name=file]").set_input_files(folder / "wiring.png")
    desk.get_by_test_id("composer").get_by_role("button", name="发送").click()
    employee.hears("image")


def _passes_on_and_solves(desk: Page, employee: Person) -> None:
    desk.get_by_text("转交", exact=True).click()
    desk.locator("#desk-group").select_option(label="人事")
    desk.get_by_role("button", name="转组").click()
    employee.hears("人事")
    expect(desk.get_by_test_id("status")).to_have_text("等待接待")
    desk.get_by_role("button", name="我来接待").click()
    employee.hears("现在由boss回复你")
    answer(desk, "这个归人事管，已经登记。")
    employee.hears("已经登记。")
    desk.get_by_role("button", name="已解决").click()
    expect(desk.get_by_test_id("status")).to_have_text("已关闭")
    employee.hears("你对这次服务满意吗？")
    employee.presses("5")
    expect(desk.get_by_test_id("desk-details")).to_contain_text("5 / 5")


def _shows_every_line_once(employee: Person, operator: Person) -> None:
    """The digital human speaks again, each line was on the phones once, and the note on none."""
    employee.writes("/帮助")
    employee.hears("/video")
    for line in ("是三楼的那台吗？", "我来看看。", "请先重启打印机，再试一次。", "这个归人事管，已经登记。", "image"):
        assert said(employee).count(line) == 1
    assert not any("墨盒" in line for line in said(employee))
    for line in ("是的", "打印机坏了"):
        assert sum(line in words for words in said(operator)) == 1
    assert not any("还是不行" in words for words in said(operator))


def test_a_running_conversation_is_taken_over(desk: Page, stack: Stack, employee: Person, operator: Person) -> None:
    employee.writes("你好")
    employee.reads()
    desk.goto(f"{stack.url}/admin/conversations/conversation/?q={employee.user_id}")
    desk.locator("#result_list tbody a").first.click()
    desk.get_by_test_id("take-over").get_by_role("button").click()
    expect(desk).to_have_url(re.compile(r"/admin/desk/\d+/"))
    employee.hears("boss")
    employee.writes("有人吗？")
    answer(desk, "在的。")
    employee.hears("在的。")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="交还").click()
    employee.hears("boss已结束对话")


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
