"""Two ways to use a page: by mouse, and by keyboard alone, so that one journey can be made with both."""

from playwright.sync_api import Locator, Page

MOST_STEPS = 250


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.first.click()

    def write(self, target: Locator, words: str) -> None:
        target.first.fill(words)


class Keyboard(Mouse):
    """Reaches everything with the Tab key, as somebody without a mouse does."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, words: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def _reach(self, target: Locator) -> None:
        """Go on with Tab until it has the focus."""
        target.first.wait_for(state="attached")
        for _step in range(MOST_STEPS):
            if target.first.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}.")
