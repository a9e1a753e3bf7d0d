"""Say something and go on."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from conversations.machine.effects import Form, Say
from conversations.machine.nodes.declarations import Column, Drawing, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk
from conversations.machine.nodes.registry import register
from conversations.machine.places import Place
from core.text.slot_values import is_blank

PLAIN = (Form.TEXT, Form.MARKDOWN)  # which have nothing but their text
LINKED, STORED = (Form.CARD, Form.NEWS), (Form.IMAGE, Form.FILE)


@register
@dataclass(frozen=True, kw_only=True)
class SayNode(Node):
    """A message. A card and an article have a `title` and a `link`, a picture and a file their name in the storage."""

    kind = "say"
    does = gettext_noop("say and go on")
    order = 20
    drawing = Drawing(light="#0d9488", dark="#2dd4bf", glyph="M7 8.5h10M7 12h10M7 15.5h6")
    forms = tuple(Form)
    lines: ClassVar[tuple[Line, ...]] = (
        ("form",),
        (Column(name="title", only={"form": LINKED}),),
        ("text",),
        (Column(name="link", only={"form": LINKED}),),
        (Column(name="picture_url", only={"form": (Form.NEWS,)}),),
        (Column(name="file", only={"form": STORED}),),
    )

    form: str = field(default=Form.TEXT.value, metadata=named(gettext_noop("form")))
    title: str = field(default="", metadata=named(gettext_noop("title")))
    link: str = field(default="", metadata=named(gettext_noop("link")))
    picture_url: str = field(default="", metadata=named(gettext_noop("address of its picture")))
    file: str = field(default="", metadata=named(gettext_noop("file")))

    def say(self, walk: Walk, place: Place) -> None:
        text = walk.fill(self.text, place)
        if text.strip() or self.form != Form.TEXT:
            title, link = walk.fill(self.title, place), walk.fill(self.link, place)
            walk.do(replace(self.said(), text=text, title=title, link=link))

    def said(self) -> Say:
        own = {"title": self.title, "link": self.link, "picture_url": self.picture_url, "file": self.file}
        return replace(super().said(), **own)  # type: ignore[arg-type]

    @property
    def lacks_text(self) -> bool:
        return is_blank(self.text) and self.form in PLAIN

    @property
    def shown_texts(self) -> tuple[str, ...]:
        return (self.text, self.title, self.link)

    def own_texts(self) -> dict[str, str]:
        texts = {"text": self.text}
        if self.form in LINKED:
            texts |= {"title": self.title, "link": self.link}
        return texts | ({"picture_url": self.picture_url} if self.form == Form.NEWS else {})

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        """With the fields of its form only."""
        is_linked, is_stored = row.form in LINKED, row.form in STORED
        return {
            **super().of_row(row),
            "form": row.form,
            "title": row.title if is_linked else "",
            "link": row.link.strip() if is_linked else "",
            "picture_url": row.picture_url if row.form == Form.NEWS else "",
            "file": str(row.file.name or "") if is_stored else "",
        }

    def to_row(self) -> dict[str, Any]:
        names = ("form", "title", "link", "picture_url", "file")
        return super().to_row() | {name: getattr(self, name) for name in names}
