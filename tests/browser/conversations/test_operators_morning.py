"""An operator's morning on three screens: the operator's phone, the desk, and the phone of the employee beside them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support import chat
from tests.browser.support.desk import take_over
from tests.browser.support.windows import PHONE, opened
from tests.support.emulator import Person
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
QUESTION = "请把视频里要说的话发给我"


@pytest.fixture
def employee(stack: Stack) -> Person:
    return stack.emulator.hire()


@pytest.fixture
def employee_phone(browser: Browser, stack: Stack, employee: Person) -> Iterator[Page]:
    for page in opened(browser, stack, PHONE):
        chat.open_chat(page, employee)
        yield page


@pytest.fixture
def operator(stack: Stack) -> Iterator[Person]:
    person = stack.emulator.hire()
    stack.manage("shell", "-c", SET_UP.format(operator=person.user_id))
    yield person
    # The members of other tests are told whom to turn to.
    stack.manage("shell", "-c", "from conversations.models import OperatorGroup; OperatorGroup.objects.all().delete()")


@pytest.fixture
def operator_phone(browser: Browser, stack: Stack, operator: Person) -> Iterator[Page]:
    for page in opened(browser, stack, PHONE):
        chat.open_chat(page, operator)
        yield page


def answer(desk: Page, text: str, *, shown: str = "line") -> None:
    desk.get_by_test_id("composer").locator("textarea").fill(text)
    desk.get_by_test_id("composer").locator("textarea").press("Enter")
    expect(desk.get_by_test_id(shown).filter(has_text=text)).to_have_count(1)


def test_an_operators_morning(
    desk: Page,
    stack: Stack,
    employee: Person,
    employee_phone: Page,
    operator_phone: Page,
    picture: Callable[[Page, str], None],
    tmp_path: Path,
) -> None:
    desk.on("dialog", lambda dialog: dialog.accept())
    _asks_for_a_person_within_a_flow(employee_phone)
    _takes_the_card_and_answers_from_the_phone(employee_phone, operator_phone, employee.user_id)
    picture(operator_phone, "operator")
    desk.goto(f"{stack.url}/admin/desk/?list=all")
    desk.get_by_test_id("ticket").filter(has_text=employee.user_id).click()
    expect(desk.get_by_test_id("status")).to_have_text("接待中")
    expect(desk.get_by_test_id("line").filter(has_text="是三楼的那台吗？")).to_contain_text("王工")
    picture(desk, "on-the-phone")
    desk.get_by_role("button", name="接管").click()
    chat.reads(operator_phone, "不再转给对方")
    chat.reads(employee_phone, "boss")
    _answers_at_the_desk(desk, employee_phone, tmp_path)
    picture(desk, "at-the-desk")
    _passes_on_and_hands_back(desk, employee_phone)
    picture(desk, "handed-back")
    picture(employee_phone, "employee")
    _goes_on_with_the_flow(employee_phone)
    _shows_every_line_once(employee_phone, operator_phone)
    assert chat.answers(employee_phone).count() == len(employee.received())
    desk.goto(f"{stack.url}/admin/ticket-report/")
    expect(desk.get_by_test_id("figures")).to_contain_text("5.0")
    picture(desk, "report")


def _asks_for_a_person_within_a_flow(employee: Page) -> None:
    chat.write(employee, "制作视频")
    chat.reads(employee, QUESTION)
    chat.write(employee, "转人工")
    chat.reads(employee, "IT 支持")
    chat.write(employee, "打印机坏了")


def _takes_the_card_and_answers_from_the_phone(employee: Page, operator: Page, user_id: str) -> None:
    expect(operator.locator(".template-card")).to_contain_text(f"{user_id}需要人工")
    chat.press(operator, "我来接待")
    chat.reads(operator, "打印机坏了")
    chat.reads(employee, "王工")
    chat.write(operator, "是三楼的那台吗？")
    chat.reads(employee, "是三楼的那台吗？")
    chat.write(employee, "是的")
    chat.reads(operator, f"{user_id}：是的")


def _answers_at_the_desk(desk: Page, employee: Page, folder: Path) -> None:
    """With text, a canned answer and a picture; a note stays inside."""
    chat.write(employee, "还是不行")
    expect(desk.get_by_test_id("line").filter(has_text="还是不行")).to_have_count(1)
    answer(desk, "我来看看。")
    chat.reads(employee, "我来看看。")
    box = desk.get_by_test_id("composer").locator("textarea")
    box.press_sequentially("/重")
    expect(desk.get_by_role("listbox", name="常用回复").get_by_role("option", selected=True)).to_contain_text("重启")
    box.press("Enter")
    expect(box).to_have_value("请先重启打印机，再试一次。")
    box.press("Enter")
    chat.reads(employee, "请先重启打印机，再试一次。")
    desk.get_by_label("备注").check()
    answer(desk, "保修期已过", shown="note")
    (folder / "wiring.png").write_bytes(PIXEL)
    desk.get_by_label("回答", exact=True).check()
    desk.locator("input[name=file]").set_input_files(folder / "wiring.png")
    desk.get_by_test_id("composer").get_by_role("button", name="发送").click()
    expect(chat.answers(employee).last).to_have_attribute("data-msgtype", "image")


def _passes_on_and_hands_back(desk: Page, employee: Page) -> None:
    """What was opened to pass it on stays open when a line comes in."""
    desk.get_by_text("转交", exact=True).click()
    chat.write(employee, "墨盒也换过了")
    expect(desk.get_by_test_id("line").filter(has_text="墨盒也换过了")).to_have_count(1)
    desk.locator("#desk-group").select_option(label="人事（没有接待人员）")
    desk.get_by_role("button", name="转组").click()
    chat.reads(employee, "人事")
    expect(desk.get_by_test_id("status")).to_have_text("等待接待")
    desk.get_by_role("button", name="我来接待").click()
    # Under the message above the desk, too.
    expect(desk.get_by_test_id("composer").get_by_role("button", name="发送")).to_be_in_viewport(ratio=1)
    chat.reads(employee, "现在由boss回复你")
    answer(desk, "这个归人事管，已经登记。")
    chat.reads(employee, "已经登记。")
    desk.get_by_role("button", name="交还").click()
    expect(desk.get_by_test_id("status")).to_have_text("已关闭")
    chat.reads(employee, QUESTION)
    chat.press(employee, "非常满意")
    expect(desk.get_by_test_id("desk-details")).to_contain_text("5 / 5")


def _goes_on_with_the_flow(employee: Page) -> None:
    """The question that was open before is answered, and the next one follows."""
    chat.write(employee, "大家早上好。")
    chat.reads(employee, "请选择视频质量")
    chat.write(employee, "取消")
    chat.reads(employee, "已取消")


def _shows_every_line_once(employee: Page, operator: Page) -> None:
    """The note was on no phone, and what came after the desk had taken over not on the operator's."""
    for line in ("是三楼的那台吗？", "我来看看。", "请先重启打印机，再试一次。", "这个归人事管，已经登记。"):
        expect(chat.answers(employee).filter(has_text=line)).to_have_count(1)
    expect(chat.answers(employee).and_(employee.locator("[data-msgtype=image]"))).to_have_count(1)
    expect(chat.answers(employee).filter(has_text=QUESTION)).to_have_count(2)
    for line in ("转人工", "打印机坏了", "是的", "还是不行", "墨盒也换过了"):
        expect(employee.get_by_test_id("bubble-out").filter(has_text=line)).to_have_count(1)
    for line in ("打印机坏了", "：是的"):
        expect(chat.answers(operator).filter(has_text=line)).to_have_count(1)
    expect(chat.answers(employee).filter(has_text="保修期")).to_have_count(0)
    for line in ("保修期", "还是不行", "我来看看"):
        expect(chat.answers(operator).filter(has_text=line)).to_have_count(0)


def test_a_running_conversation_is_taken_over(desk: Page, stack: Stack, employee: Person, operator: Person) -> None:
    employee.writes("你好")
    employee.reads()
    take_over(desk, stack, employee)
    employee.hears("boss")
    employee.writes("有人吗？")
    answer(desk, "在的。")
    employee.hears("在的。")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="交还").click()
    employee.hears("boss已结束对话")


def test_what_is_not_sent_yet_stays_at_the_desk(desk: Page, stack: Stack, employee: Person, tmp_path: Path) -> None:
    """What was written while an answer was on its way, and a file that was chosen before a note."""
    employee.writes("你好")
    employee.reads()
    take_over(desk, stack, employee)
    box = desk.get_by_test_id("composer").locator("textarea")
    box.fill("我来看看。")
    box.evaluate(
        """box => {
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
            box.value += "请稍等。";
        }"""
    )
    employee.hears("我来看看。")
    expect(box).to_have_value("请稍等。")
    (tmp_path / "wiring.png").write_bytes(PIXEL)
    desk.locator("input[name=file]").set_input_files(tmp_path / "wiring.png")
    desk.get_by_label("备注").check()
    box.fill("墨盒是上周换的")
    box.press("Enter")
    expect(box).to_have_value("")
    assert desk.locator("input[name=file]").evaluate("field => field.files.length") == 1


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
