"""Two ways to use a page: by mouse, and by keyboard alone, so that one journey can be made with both."""

from playwright.sync_api import FilePayload, Locator, Page

MOST_STEPS = 250
# Where the focus is on the way to a target: there, on the link that leads past the sidebar to it, or elsewhere.
PLACE = """
one => document.activeElement === one ? "there"
    : document.activeElement.matches(".ou-skip") && document.querySelector("#content").contains(one) ? "skip" : ""
"""


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def approach(self, target: Locator) -> None:
        """Come to what is pressed next, as far as that takes steps of its own."""

    def press(self, target: Locator) -> None:
        target.first.click()

    def write(self, target: Locator, words: str) -> None:
        target.first.fill(words)

    def choose(self, target: Locator, value: str) -> None:
        target.first.select_option(value)

    def pick(self, choices: Locator, value: str) -> None:
        """One of several radio buttons of a name."""
        choices.and_(self.page.locator(f"[value='{value}']")).check()

    def attach(self, target: Locator, file: FilePayload) -> None:
        target.first.set_input_files(file)


class Keyboard(Mouse):
    """Reaches everything with the Tab key, as a person without a mouse does: once through the sidebar, then past it."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._knows_the_sidebar = False

    def approach(self, target: Locator) -> None:
        self._reach(target)

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, words: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def choose(self, target: Locator, value: str) -> None:
        """Go through the options with the arrow keys, each of which is chosen on the way."""
        self._reach(target)
        self.page.keyboard.press("Home")
        for _step in range(target.first.locator("option").count()):
            if target.first.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrow keys do not reach {value!r} in {target}.")

    def pick(self, choices: Locator, value: str) -> None:
        """Tab comes to the one that is picked, and the arrow keys go around."""
        self._reach(choices.and_(self.page.locator(":checked")))
        wanted = choices.and_(self.page.locator(f"[value='{value}']"))
        for _step in range(choices.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrow keys do not reach {value!r} in {choices}.")

    def attach(self, target: Locator, file: FilePayload) -> None:
        """Open the system's window for files, which no page and no test can see, with the space bar."""
        self._reach(target)
        with self.page.expect_file_chooser() as window:
            # The page is told to report the window, and keys take another way into it: a key could come first,
            # and open a window that nobody reports. The page answers this once it has been told.
            assert target.first.evaluate("one => one === document.activeElement")
            self.page.keyboard.press("Space")
        window.value.set_files(file)

    def _reach(self, target: Locator) -> None:
        """Go on with Tab until it has the focus."""
        target.first.wait_for(state="attached")
        for _step in range(MOST_STEPS):
            place = target.first.evaluate(PLACE)
            if place == "there":
                self._knows_the_sidebar = True
                return
            self.page.keyboard.press("Enter" if place == "skip" and self._knows_the_sidebar else "Tab")
        raise AssertionError(f"Tab does not reach {target}.")
