"""The admin's forms in a browser: fill in, choose, save and confirm."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect


class Forms:
    """A window on the admin."""

    def __init__(self, desk: Page, url: str) -> None:
        self.desk = desk
        self.url = url

    def open(self, path: str) -> None:
        self.desk.goto(f"{self.url}/admin/{path}")

    def follow(self, listed: str) -> None:
        """Open the row of a list that says so."""
        row = self.desk.locator("#result_list tbody tr", has_text=listed).first
        row.locator("a[href*='/change/']").first.click()
        self.desk.wait_for_url("**/change/")

    def fill(self, prefix: str = "", **fields: str | Path) -> None:
        """Write into fields by their names; a choice is named by its words, a file by its path."""
        for name, value in fields.items():
            field = self.field(prefix + name)
            if isinstance(value, Path):
                field.set_input_files(value)
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def field(self, name: str) -> Locator:
        return self.desk.locator(f"[name='{name}']:not([type=hidden])")

    def add_row(self, rows: str, **fields: str) -> None:
        """One more row below a form, filled in."""
        total = self.desk.locator(f"#id_{rows}-TOTAL_FORMS")
        number = int(total.input_value())
        self.desk.locator(f"#{rows}-group a.add-row").click()
        expect(total).to_have_value(str(number + 1))
        self.fill(f"{rows}-{number}-", **fields)

    def row_with(self, rows: str, field: str, value: str) -> str:
        """How the names begin in the row below a form in which a field has this value."""
        named = f"[name^='{rows}-'][name$='-{field}']:not([name*='__prefix__'])"
        names = self.desk.locator(named).evaluate_all(
            "(fields, value) => fields.filter(field => field.value === value).map(field => field.name)", value
        )
        assert len(names) == 1, names
        return str(names[0]).removesuffix(field)

    def save(self, *, stay: bool = False) -> None:
        """Press the button, and see that nothing was refused."""
        with self.desk.expect_navigation():
            self.desk.locator("[name=_continue]" if stay else "[name=_save]").click()
        expect(self.desk.locator(".errorlist, .errornote")).to_have_count(0)

    def ask(self, button: str) -> Locator:
        """Press a button of a row's page; what it asks."""
        self.desk.locator("a[hx-get]", has_text=button).click()
        dialog = self.desk.locator("#dialog")
        expect(dialog).to_be_visible()
        return dialog

    def confirm(self) -> None:
        """Say yes to what was asked."""
        with self.desk.expect_navigation():
            self.desk.locator("#dialog [type=submit]").click()
