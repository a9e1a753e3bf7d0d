"""Hostile words in names, messages, documents, flows and answers of a model: no page runs them."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.support import hostile_rows
from tests.browser.support.payloads import PAYLOADS
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Whatever runs is noted; a dialog that was opened by other means is too.
WATCH = """
window.ran = []; window.hostile = () => window.ran.push(location.href); window.alert = window.hostile;
window.asked = 0;
const ask = window.fetch;
window.fetch = (...words) => { window.asked += 1; return ask(...words).finally(() => { window.asked -= 1; }); };
"""
# What was asked for is there, and pictures that are no pictures have said so. A network that is silent for half a
# second would be another thing: a page that asks for news again and again has none.
SETTLED = """
() => document.readyState === "complete" && window.asked === 0
  && [...document.images].every((image) => image.complete || image.loading === "lazy")
"""


@pytest.fixture
def flow_keys(stack: Stack) -> Iterator[list[str]]:
    yield from hostile_rows.planted(stack, hostile_rows.PLANT_FLOWS, hostile_rows.CLEAR_FLOWS)


@pytest.fixture
def desk_keys(stack: Stack) -> Iterator[list[str]]:
    yield from hostile_rows.planted(stack, hostile_rows.PLANT_DESK, hostile_rows.CLEAR_DESK)


@pytest.fixture
def keys(stack: Stack) -> Iterator[list[str]]:
    yield from hostile_rows.planted(stack, hostile_rows.PLANT_KNOWLEDGE, hostile_rows.CLEAR_KNOWLEDGE)


def test_nothing_that_people_or_models_write_runs(desk: Page, stack: Stack, keys: list[str], picture):
    assert len(set(PAYLOADS)) == 40
    document, chat, ticket, answer, question = keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "answers": f"{admin}/answer/",
        "answer": f"{admin}/answer/{answer}/change/",
        "documents": f"{admin}/document/",
        "passages": f"{admin}/document/{document}/change/",
        "unanswered": f"{admin}/unansweredquestion/",
        "question": f"{admin}/unansweredquestion/{question}/change/",
        "conversation": f"{admin}/conversation/{chat}/change/",
        "messages": f"{admin}/message/",
        "desk": f"{stack.url}/admin/desk/?list=waiting",
        "ticket": f"{stack.url}/admin/desk/{ticket}/",
        "try": f"{admin}/answer/try/?q={quote(PAYLOADS[6])}",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile()")
        nothing_ran(desk, name)
        picture(desk, name)


def test_nothing_in_a_flow_or_its_sessions_runs(desk: Page, stack: Stack, flow_keys: list[str], picture):
    flow, step, session, version = flow_keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "flows": f"{admin}/flow/",
        "flow": f"{admin}/flow/{flow}/change/",
        "step": f"{admin}/state/{step}/change/",
        "version": f"{admin}/flowversion/{version}/change/",
        "graph": f"{stack.url}/admin/flows/{flow}/graph/",
        "numbers": f"{stack.url}/admin/flows/{flow}/numbers/",
        "golden": f"{admin}/flow/{flow}/golden/",
        "publish": f"{admin}/flow/{flow}/publish_this/",
        "try-flow": f"{admin}/flow/{flow}/try_it/",
        "sessions": f"{admin}/session/",
        "session": f"{admin}/session/{session}/change/",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile()")
        nothing_ran(desk, name)
        picture(desk, name)
    for words in (PAYLOADS[6], PAYLOADS[39]):
        desk.goto(pages["try-flow"])
        desk.locator(".ou-write [name=text]").fill(words)
        desk.locator(".ou-write button").click()
        nothing_ran(desk, "tried")
    for name, address in (("ready", f"{admin}/flow/ready/"), ("model", f"{stack.url}/admin/language-model/")):
        desk.goto(address)
        nothing_ran(desk, name)


@pytest.mark.thorough
def test_nothing_of_operators_or_in_files_runs(desk: Page, stack: Stack, desk_keys: list[str], picture):
    ticket, group = desk_keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "report": f"{stack.url}/admin/ticket-report/",
        "closed": f"{stack.url}/admin/desk/?list=closed",
        "desk": f"{stack.url}/admin/desk/{ticket}/",
        "canned": f"{admin}/cannedanswer/",
        "operators": f"{admin}/operator/",
        "groups": f"{admin}/operatorgroup/",
        "group": f"{admin}/operatorgroup/{group}/change/",
        "topics": f"{admin}/topic/",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile")
        nothing_ran(desk, name)
        picture(desk, name)
    desk.goto(pages["desk"])
    box = desk.get_by_test_id("composer").locator("textarea")
    box.press_sequentially("/script")
    box.press("Enter")
    expect(box).to_have_value(re.compile("<script>hostile"))
    nothing_ran(desk, "found")
    box.fill("")
    lines = "\n".join(f'"{words.replace(chr(34), chr(34) * 2)} {n}","x"' for n, words in enumerate(PAYLOADS))
    file: FilePayload = {"name": "answers.csv", "mimeType": "text/csv", "buffer": f"问题,回答\n{lines}".encode()}
    desk.goto(f"{admin}/answer/import/")
    desk.locator("#content input[type=file]").set_input_files(file)
    desk.locator("#content form .ou-button").click()
    expect(desk.get_by_test_id("counts")).to_be_visible()
    expect(desk.locator("#content")).to_contain_text("hostile()")
    nothing_ran(desk, "rows")
    picture(desk, "rows")


@pytest.mark.thorough
def test_nothing_in_an_imported_file_runs(desk: Page, stack: Stack, picture):
    """As entries that would be new, and in the places and words of what is wrong."""
    answers = [{"question": f"{words} {n}", "answer": words} for n, words in enumerate(PAYLOADS)]
    flaws = [{"name": words, "steps": [{words: words}]} for words in PAYLOADS]
    desk.add_init_script(WATCH)
    for name, parts in (("entries", {"answers": answers}), ("flaws", {"flows": flaws})):
        data = json.dumps({"version": 1, **parts}).encode()  # JSON is YAML
        desk.goto(f"{stack.url}/admin/conversations/flow/import/")
        file: FilePayload = {"name": "flows.yaml", "mimeType": "application/yaml", "buffer": data}
        desk.locator("[data-import] input[type=file]").set_input_files(file)
        desk.locator("[name=preview]").click()
        expect(desk.get_by_test_id(name)).to_contain_text("hostile()")
        nothing_ran(desk, name)
        picture(desk, name)


@pytest.mark.thorough
def test_no_page_of_the_url_configuration_runs_them(
    desk: Page, stack: Stack, keys: list[str], flow_keys: list[str], desk_keys: list[str]
):
    """A new page joins by itself. What answers with no page, such as an action, a part or a download, is left out."""
    desk.add_init_script(WATCH)
    shown = 0
    for address in hostile_rows.all_pages(stack):
        answer = desk.request.get(stack.url + address, max_redirects=0)
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        if answer.ok and is_html and "<html" in answer.text():
            desk.goto(stack.url + address)
            nothing_ran(desk, address)
            shown += "hostile" in desk.locator("body").inner_text()
    assert shown > 40


def nothing_ran(page: Page, name: str) -> None:
    """No payload was executed, nor stands in the page as markup."""
    page.wait_for_function(SETTLED)
    assert page.evaluate("window.ran") == [], name
    assert page.locator("[onerror], [onload], [onfocus], [ontoggle], [onbegin], iframe").count() == 0, name
