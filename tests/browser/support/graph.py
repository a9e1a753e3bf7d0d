"""The page of the graph of a flow, as tests use it."""

from playwright.sync_api import Locator, Page, expect


class Graph:
    """The page of the graph."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.get_by_test_id("panel")

    def says(self, words: str) -> None:
        expect(self.page.get_by_test_id("said")).to_contain_text(words)

    def state(self, name: str) -> Locator:
        return self.page.locator("[data-state]").filter(has=self.page.get_by_text(name, exact=True))

    def open(self, name: str) -> None:
        self.state(name).locator("a").first.click()  # the second one of a sub-flow leads to its graph
        expect(self.panel.get_by_role("heading")).to_have_text(name)

    def save(self, **values: str) -> None:
        for name, value in values.items():
            field = self.panel.locator(f"[name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.panel.get_by_test_id("save").click()

    def add_after(self, name: str, /, **values: str) -> None:
        """By the plus of a step."""
        self.state(name).locator("[data-handle=add]").click()
        expect(self.panel.get_by_role("heading")).to_have_text("New step")
        self.save(**values)
        self.says("was saved")

    def is_in_view(self, name: str) -> bool:
        """Whether the frame shows all of a step, whatever it had to move for that."""
        box, frame = (one.bounding_box() for one in (self.state(name), self.page.locator("#graph-frame")))
        assert box
        assert frame
        return bool(frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"])

    def draw(self, source: str, target: str) -> None:
        """From the dot of a step to another one."""
        self.state(source).locator("[data-handle=draw] .knob").hover()
        self.page.mouse.down()
        self.state(target).hover()
        self.page.mouse.up()
        self.says(f"“{source}” leads to “{target}” now.")

    def errors(self) -> Locator:
        return self.page.get_by_test_id("problem")

    def prepare(self) -> Locator:
        """The page that shows what publishing would change."""
        self.page.locator(".ou-graph-publish").click()
        form = self.page.get_by_test_id("publish-form")
        expect(form).to_be_visible()
        return form

    def publish(self, **values: str) -> None:
        form = self.prepare()
        for name, value in values.items():
            form.locator(f"[name={name}]").fill(value)
        form.locator(".ou-golden-main").click()
        expect(self.page.locator(".ou-flow-panel")).to_be_visible()

    def undo(self) -> None:
        self.page.locator("[data-act=undo]").click()
        self.says("Undone")
