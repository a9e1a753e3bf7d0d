"""A notice that opens a mini-program."""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import APP_ID, PAGE, Translated, lines
from wecom.contents.content_validation import clean

# Columns: the platform counts Chinese characters, 4 to 12 of them, 10 and 30.
SHORTEST, TITLE, NAME, VALUE = 8, 24, 20, 60
ITEMS = 10


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of a notice: a name of up to 10 Chinese characters, a value of up to 30."""

    name: str
    value: str

    def check(self, at: str) -> None:
        """Raise `ContentError`; `at` is the path of this line."""
        content_validation.words(f"{at}key", self.name, NAME)
        content_validation.words(f"{at}value", self.value, VALUE)

    def payload(self) -> dict[str, object]:
        """The line in the request."""
        return {"key": clean(self.name), "value": clean(self.value)}


@dataclass(frozen=True, kw_only=True)
class MiniProgramNotice(Translated):
    """A notice of a mini-program that is bound to the application: title of 4 to 12 Chinese characters, and lines.

    With `emphasize` the first line is shown large. It is not shown in the WeChat plugin (微信插件).
    """

    msgtype: ClassVar[str] = "miniprogram_notice"
    app_id: str
    title: str
    page: str = ""
    description: str = ""
    items: tuple[Item, ...] = ()
    emphasize: bool = False

    def __post_init__(self) -> None:
        content_validation.key("appid", self.app_id, APP_ID)
        content_validation.within("page", self.page, PAGE)
        content_validation.words("title", self.title, TITLE)
        content_validation.wide_enough("title", self.title, SHORTEST)
        if self.description:
            content_validation.words("description", self.description, TITLE)
            content_validation.wide_enough("description", self.description, SHORTEST)
        content_validation.counted("content_item", len(self.items), ITEMS, least=0)
        for number, item in enumerate(self.items):
            item.check(f"content_item[{number}].")

    def payload(self, media_id: str = "") -> dict[str, object]:
        notice: dict[str, object] = {"appid": self.app_id, "title": clean(self.title)}
        if self.page:
            notice["page"] = self.page
        if self.description:
            notice["description"] = clean(self.description)
        if self.emphasize:
            notice["emphasis_first_item"] = True
        if self.items:
            notice["content_item"] = [item.payload() for item in self.items]
        return notice

    def words(self) -> str:
        return lines(self.title, self.description, *(f"{item.name}: {item.value}" for item in self.items))
