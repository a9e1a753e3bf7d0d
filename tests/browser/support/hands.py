"""Two ways to use a page: by mouse, and by keyboard alone, so that one journey can be made with both."""

from playwright.sync_api import FilePayload, Locator, Page

MOST_STEPS = 250


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.first.click()

    def write(self, target: Locator, words: str) -> None:
        target.first.fill(words)

    def choose(self, target: Locator, value: str) -> None:
        target.first.select_option(value)

    def attach(self, target: Locator, file: FilePayload) -> None:
        target.first.set_input_files(file)


class Keyboard(Mouse):
    """Reaches everything with the Tab key, as somebody without a mouse does."""

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
            if target.first.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}.")
