"""The graph of a flow: a new user builds the guide's interactive workflow on it, breaks it, and takes it back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.support import chat
from tests.browser.support.forms import Forms
from tests.browser.support.graph import Graph
from tests.browser.support.windows import DESK, opened, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLOW, STARTS = "Create a video on the graph", "graph video"
NARROW: ViewportSize = {"width": 390, "height": 844}
MODES = "lipsync = Basic\nenhanced_lipsync = Enhanced\nenhanced_talking_head = High Quality"


@pytest.fixture
def desk(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A window on the admin in an English browser."""
    for page in opened(browser, stack, DESK, locale="en-US"):
        sign_in(page, stack)
        yield page


def test_a_new_user_builds_breaks_and_takes_back_a_flow(desk, phone_page, stack, picture):
    forms, graph = Forms(desk, stack.url), Graph(desk)
    begins(forms)
    builds(graph)
    picture(desk, "built")
    draws_and_undoes(graph)
    graph.publish()
    person = stack.emulator.hire()
    talks(phone_page, person)
    picture(phone_page, "phone")
    keeps_golden(forms)
    picture(desk, "tried")
    breaks(forms, graph)
    picture(desk, "broken")
    is_stopped_by_golden(graph)
    changes(forms, graph)
    begins_again(phone_page, "Another question?")
    rolls_back(forms)
    begins_again(phone_page, "Great!")


def begins(forms: Forms) -> None:
    forms.open("conversations/flow/add/")
    forms.fill(name=FLOW, language="English", triggers=STARTS)
    with forms.desk.expect_navigation():
        forms.desk.locator("[name=_save]").click()
    forms.desk.get_by_role("link", name="Edit on the graph").click()
    expect(forms.desk.get_by_test_id("graph")).to_be_visible()


def builds(graph: Graph) -> None:
    graph.page.get_by_role("button", name="Add the first step").click()
    graph.save(name="Text", text="Great! Please send me the text for your video.", slot="text")
    graph.says("was saved")
    graph.add_after(
        "Text", name="Quality", text="Choose video quality:", slot="mode", slot_type="choice", choices=MODES
    )
    graph.add_after("Quality", name="Video", kind="video", text="{{text}}", mode="{{mode}}")
    graph.add_after("Video", name="Done", kind="end", text="Video generated and sent!")
    graph.add_after("Done", name="Later", kind="end", text="Come back any time.")
    assert graph.is_in_view("Later")
    expect(graph.errors().first).to_contain_text("No step leads to it")


def draws_and_undoes(graph: Graph) -> None:
    """A transition for the first choice, and one by the list for silence; the first is taken back."""
    graph.draw("Quality", "Later")
    expect(graph.panel.locator("[data-row] [data-cell=value] input").first).to_have_value("lipsync")
    expect(graph.errors()).to_have_count(0)
    graph.page.keyboard.press("Escape")
    graph.page.keyboard.press("Control+z")
    graph.says("Undone: a transition was drawn")
    expect(graph.errors().first).to_contain_text("No step leads to it")
    graph.open("Later")
    graph.panel.get_by_test_id("remove").click()
    expect(graph.page.get_by_test_id("ask")).to_contain_text("Delete “Later”? No step leads to it.")
    graph.page.locator("[data-yes]").click()
    graph.says("“Later” was deleted.")
    expect(graph.state("Later")).to_have_count(0)


def talks(phone_page: Page, person) -> None:
    chat.open_chat(phone_page, person)
    chat.write(phone_page, STARTS)
    chat.reads(phone_page, "Great! Please send me the text")
    chat.write(phone_page, "Hello!")
    chat.reads(phone_page, "Choose video quality")
    chat.press(phone_page, "Basic")
    expect(chat.answers(phone_page).filter(has_text="Video generated and sent!")).to_have_count(1)
    chat.watch_video(phone_page, 1, "Hello!")


def keeps_golden(forms: Forms) -> None:
    """Try it beside the graph: the way so far is lit. What was tried is kept as golden."""
    forms.desk.get_by_role("link", name="Edit on the graph").click()
    forms.desk.get_by_role("link", name="Try it").click()
    forms.desk.locator(".ou-write input[name=text]").fill("Hello!")
    forms.desk.locator(".ou-write button").click()
    forms.desk.get_by_role("button", name="1. Basic").click()
    expect(forms.desk.get_by_test_id("outcome")).to_be_visible()
    expect(forms.desk.get_by_test_id("reasons")).to_contain_text("Video → Done: taken")
    expect(forms.desk.locator(".edge.walked")).to_have_count(3)
    record = forms.desk.get_by_test_id("record-golden")
    record.locator("[name=name]").fill("Basic quality")
    record.get_by_role("button").click()
    expect(forms.desk.locator("body")).to_contain_text("“Basic quality” is a golden conversation now.")


def breaks(forms: Forms, graph: Graph) -> None:
    """A name that no question fills: the step is marked, and publishing is refused until it is undone."""
    forms.desk.get_by_role("link", name="Edit on the graph").click()
    graph.open("Video")
    graph.save(text="{{nobody}}")
    expect(graph.state("Video")).to_have_class("state video faulty chosen")
    expect(graph.panel.get_by_test_id("step-problem").first).to_contain_text("nobody")
    address = forms.desk.url
    expect(graph.prepare().locator(".ou-golden-main")).to_be_disabled()
    expect(forms.desk.get_by_test_id("refused")).to_contain_text("nobody")
    forms.desk.goto(address)
    graph.undo()
    expect(graph.errors()).to_have_count(0)


def is_stopped_by_golden(graph: Graph) -> None:
    """Other words than those that are kept are shown before anything is published."""
    graph.open("Done")
    graph.save(text="Nothing was made.")
    graph.says("“Done” was saved.")
    address = graph.page.url
    form = graph.prepare()
    expect(graph.page.get_by_test_id("golden")).to_contain_text("Nothing was made.")
    form.locator(".ou-golden-main").click()  # a reason is required
    expect(form.locator("[name=despite]:invalid")).to_be_visible()
    graph.page.goto(address)
    graph.undo()


def changes(forms: Forms, graph: Graph) -> None:
    graph.open("Text")
    graph.save(text="Another question?")
    graph.says("“Text” was saved.")
    graph.publish(despite="Other words are wanted.")
    expect(forms.desk.locator(".ou-flow-panel")).to_contain_text("Version 2 runs")


def begins_again(phone_page: Page, question: str) -> None:
    """The version that runs speaks; its session is left."""
    chat.write(phone_page, STARTS)
    chat.reads(phone_page, question)
    chat.write(phone_page, "cancel")
    chat.reads(phone_page, "cancelled")


def rolls_back(forms: Forms) -> None:
    forms.open("conversations/flowversion/")
    forms.follow("v1")
    forms.desk.get_by_role("link", name="Let this version run").click()
    forms.desk.get_by_test_id("publish-form").locator(".ou-golden-main").click()
    expect(forms.desk.locator("body")).to_contain_text("runs now")


def test_the_graph_is_used_by_keyboard_and_on_a_phone(desk, stack, picture):
    """A step opens with Enter in a sheet, leads elsewhere by a list, and the view follows the keys."""
    desk.set_viewport_size(NARROW)
    desk.goto(f"{stack.url}/admin/conversations/flow/")
    desk.get_by_role("link", name="制作视频", exact=True).click()
    desk.goto(desk.url.replace("change/", "draw_it/"))
    graph = Graph(desk)
    before = graph.page.get_by_test_id("drawing").get_attribute("style")
    graph.page.locator("#graph-frame").focus()
    graph.page.keyboard.press("+")
    assert graph.page.get_by_test_id("drawing").get_attribute("style") != before
    link = graph.page.locator("[data-state=ask_text] a")
    link.focus()
    graph.page.keyboard.press("Enter")
    expect(graph.panel).to_be_visible()
    picture(desk, "sheet")
    graph.panel.get_by_test_id("save").press("Enter")
    graph.says("was saved")
    expect(graph.panel.get_by_test_id("save")).to_be_focused()
    graph.panel.locator("[data-connect]").select_option(index=2)
    graph.says("leads to")
    expect(graph.panel.locator(".ou-step-row-here")).to_be_visible()
    graph.page.keyboard.press("Escape")
    expect(graph.panel).to_be_hidden()
    graph.page.keyboard.press("Control+z")
    graph.says("Undone: a transition was drawn")


def test_an_export_asks_nothing(desk, stack):
    """It changes nothing. A dialog would be dismissed here, and no file would come."""
    desk.goto(f"{stack.url}/admin/conversations/flow/")
    desk.locator("#result_list tr", has_text="制作视频").locator("input.action-select").check()
    desk.locator("select[name=action]").select_option("export_chosen")
    with desk.expect_download() as download:
        desk.locator("button[name=index]").click()
    assert download.value.suggested_filename == "flows.yaml"


def test_answers_of_another_flow_are_picked_from_lists(desk, stack, picture):
    """They are kept as lines, and lines come back as rows."""
    desk.goto(f"{stack.url}/admin/conversations/flow/")
    desk.get_by_role("link", name="制作视频", exact=True).click()
    desk.goto(desk.url.replace("change/", "draw_it/"))
    graph = Graph(desk)
    desk.get_by_role("button", name="New step").click()
    panel, theirs = graph.panel, graph.panel.get_by_label("Answer of the sub-flow")
    panel.locator("[name=name]").fill("Newcomer")
    panel.locator("[name=kind]").select_option("subflow")
    panel.locator("[name=subflow]").select_option(label="入职引导")
    panel.get_by_role("button", name="Take over an answer").click()
    theirs.select_option("department.label")
    expect(panel.get_by_label("Answer here")).to_have_value("department_label")
    panel.get_by_role("button", name="Pass an answer").click()
    theirs.first.select_option("name")
    panel.get_by_label("Formula here").fill("text")
    picture(desk, "picked")
    panel.get_by_test_id("save").click()
    graph.says("was saved")
    desk.keyboard.press("Escape")
    graph.open("Newcomer")
    expect(panel.locator("[name=given]")).to_have_value("name = text")
    expect(panel.locator("[name=taken]")).to_have_value("department_label = department.label")
    expect(theirs.last).to_have_value("department.label")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Control+z")
    graph.says("Undone")


def test_fingers_move_and_zoom_a_graph_with_every_kind_of_box(desk, stack, picture):
    """A decision is drawn as a path; its dots are there like those of all others."""
    desk.set_viewport_size(NARROW)
    desk.goto(f"{stack.url}/admin/conversations/flow/")
    desk.get_by_role("link", name="制作视频", exact=True).click()
    desk.goto(desk.url.replace("change/", "draw_it/"))
    graph = Graph(desk)
    graph.page.get_by_role("button", name="New step").click()
    graph.save(name="Decides", kind="branch")
    graph.says("was saved")
    expect(graph.page.locator("[data-handle=add]")).to_have_count(graph.page.locator("[data-state]").count())
    graph.page.keyboard.press("Escape")
    before, moved, apart = place_of(graph), (60, 40), 50
    swipe(desk, [[(0, 0)], [moved]])
    assert place_of(graph) == (before[0] + moved[0], before[1] + moved[1], before[2])
    swipe(desk, [[(-apart, 0), (apart, 0)], [(-2 * apart, 0), (2 * apart, 0)]])
    assert place_of(graph)[2] == pytest.approx(2 * before[2], rel=0.05)
    picture(desk, "pinched")
    graph.page.keyboard.press("Control+z")
    graph.says("Undone")


def place_of(graph: Graph) -> tuple[float, float, float]:
    """Where the drawing is, and how large."""
    script = "sheet => { const to = new DOMMatrix(getComputedStyle(sheet).transform); return [to.e, to.f, to.a]; }"
    x, y, scale = graph.page.get_by_test_id("drawing").evaluate(script)
    return round(x), round(y), scale


def swipe(page: Page, places: list[list[tuple[float, float]]]) -> None:
    """Fingers that go down at the first places, from the lower part of the frame, and up at the last ones."""
    box = page.locator("#graph-frame").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75)
    hand = page.context.new_cdp_session(page)
    for number, fingers in enumerate(places):
        points = [{"x": middle[0] + x, "y": middle[1] + y, "id": one} for one, (x, y) in enumerate(fingers)]
        kind = "touchMove" if number else "touchStart"
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
