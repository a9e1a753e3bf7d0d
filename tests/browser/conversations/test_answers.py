"""Answers: HR writes one, tries a question in other words and sees why it is found; a member gets it on the phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.support.windows import DESK, opened, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def english(browser, stack):
    for page in opened(browser, stack, DESK, locale="en-US"):
        sign_in(page, stack)
        yield page


def shots(page: Page, picture, name: str) -> None:
    picture(page, f"{name}-1280")
    page.set_viewport_size(NARROW)
    picture(page, f"{name}-390")
    page.set_viewport_size(DESK)


def test_an_answer_is_written_and_tried(desk, stack, picture):
    desk.goto(f"{stack.url}/admin/conversations/answer/add/")
    desk.locator("#id_question").fill("报销制度在哪里看")
    desk.locator("#id_kind").select_option("card")
    expect(desk.locator("#id_url")).to_be_visible()
    desk.locator("#id_answer").fill("全文和附件都在这里。")
    desk.locator("[name=_save]").click()
    expect(desk.locator("body")).to_contain_text("https://")
    desk.locator("#id_url").fill("https://example.com/rules")
    shots(desk, picture, "form-zh")
    desk.locator("[name=_save]").click()
    desk.goto(f"{stack.url}/admin/conversations/answer/try/?q=报销制度在哪里看")
    expect(desk.get_by_test_id("phone")).to_contain_text("全文和附件都在这里。")
    expect(desk.get_by_test_id("why")).to_contain_text("字词相同")
    shots(desk, picture, "known-zh")
    desk.goto(f"{stack.url}/admin/conversations/answer/try/?q=工资")
    shots(desk, picture, "words-zh")
    desk.goto(f"{stack.url}/admin/conversations/answer/")
    shots(desk, picture, "list-zh")


def test_the_pages_read_well_in_english(english, stack, picture):
    english.goto(f"{stack.url}/admin/conversations/answer/try/?q=quantum+physics&member=nobody")
    expect(english.locator("p[role=alert]")).to_contain_text("no member")
    english.goto(f"{stack.url}/admin/conversations/answer/try/?q=quantum+physics")
    expect(english.get_by_test_id("why")).to_contain_text("not known")
    shots(english, picture, "unknown-en")
    english.goto(f"{stack.url}/admin/conversations/answer/add/")
    shots(english, picture, "form-en")


def test_labels_on_a_phone_are_written_as_in_the_heads(english, stack, picture):
    """Unfold would write “For Whom”."""
    english.set_viewport_size(NARROW)
    english.goto(f"{stack.url}/admin/conversations/answer/")
    label = english.locator("#result_list [data-label='for whom']").first
    written = label.evaluate("cell => getComputedStyle(cell, '::before')")
    assert (written["display"], written["textTransform"]) == ("flex", "none")
    picture(english, "list-390")


def test_a_file_of_answers_is_previewed_and_taken_over(desk, stack, picture, tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text(
        "问题,回答,部门\n怎么借车,在行政前台登记。,\n怎么借书,在图书角登记。,没有的部门\n", encoding="utf-8"
    )
    desk.goto(f"{stack.url}/admin/conversations/answer/import/")
    shots(desk, picture, "upload-zh")
    desk.locator("input[type=file]").set_input_files(file)
    desk.locator("form.ou-fact-upload button.ou-button").click()
    expect(desk.get_by_test_id("errors")).to_contain_text("没有的部门")
    shots(desk, picture, "preview-zh")
    desk.locator("[name=confirm]").click()
    expect(desk.locator("body")).to_contain_text("已导入 1 条问答")


def test_a_document_is_read_while_its_form_stays_as_it_is(desk, stack, picture, tmp_path):
    """What is written meanwhile is neither lost nor asked about."""
    file = tmp_path / "parking.md"
    file.write_text("# 停车\n\n地下停车场每月二百元。\n", encoding="utf-8")
    desk.goto(f"{stack.url}/admin/conversations/document/add/")
    desk.locator("#id_title").fill("停车说明")
    desk.locator("[name=file]").set_input_files(file)
    desk.locator("[name=_continue]").click()
    desk.locator("#id_title").fill("停车须知")
    expect(desk.locator("#document-state")).to_contain_text("已读取", timeout=60_000)
    expect(desk.get_by_test_id("passages")).to_contain_text("地下停车场每月二百元。")
    expect(desk.locator("#id_title")).to_have_value("停车须知")
    picture(desk, "read")
    desk.locator("[name=_save]").click()
    expect(desk.locator("#result_list")).to_contain_text("停车须知")


def test_a_phone_shows_the_buttons_beside_a_stored_file(desk: Page, stack, tmp_path: Path) -> None:
    """Although its name is long."""
    desk.set_viewport_size(NARROW)
    (tmp_path / f"{'员工手册' * 15}.pdf").write_bytes(b"%PDF-1.4 words")
    desk.goto(f"{stack.url}/admin/conversations/answer/add/")
    desk.locator("#id_question").fill("员工手册在哪里")
    desk.locator("#id_kind").select_option("file")
    desk.locator("#id_file").set_input_files(tmp_path / f"{'员工手册' * 15}.pdf")
    desk.locator("[name=_continue]").click()
    for icon in ("download", "file_upload"):
        expect(desk.locator(".field-file").get_by_text(icon, exact=True)).to_be_in_viewport(ratio=1)


def changed(stack, fields: str) -> None:
    """The long document as it is when a worker is in the middle of it, or has ended."""
    rows = "from conversations.models import Document; Document.objects.filter(title='长手册')"
    stack.manage("shell", "-c", f"{rows}.update({fields})")


def test_a_long_document_shows_a_bar_and_the_time_left(desk, english, stack, picture, tmp_path):
    file = tmp_path / "handbook.md"
    file.write_text("# 班车\n\n班车早上七点半发车。\n", encoding="utf-8")
    desk.goto(f"{stack.url}/admin/conversations/document/add/")
    desk.locator("#id_title").fill("长手册")
    desk.locator("[name=file]").set_input_files(file)
    desk.locator("[name=_continue]").click()
    expect(desk.locator("#document-state")).to_contain_text("已读取", timeout=60_000)
    half = "lease_until='2099-01-01T00:00Z', found_count=180, embedded_count=95, progress=56, pace=1.1"
    changed(stack, f"status='running', {half}")
    form = desk.url
    for page, left, name in ((desk, "大约还需 2 分钟", "zh"), (english, "about 2 minutes left", "en")):
        page.goto(form)
        expect(page.get_by_test_id("document-progress")).to_contain_text(left)
        expect(page.get_by_test_id("document-progress").locator("progress")).to_have_attribute("value", "56")
        expect(page.locator("#document-passages")).to_contain_text("95")
        shots(page, picture, f"form-{name}")
        page.goto(f"{stack.url}/admin/conversations/document/")
        expect(page.locator("#result_list").get_by_test_id("document-progress")).to_contain_text(left)
        shots(page, picture, f"list-{name}")
    changed(stack, "status='done', found_count=0")
    expect(english.get_by_test_id("document-progress")).to_have_count(0, timeout=30_000)
