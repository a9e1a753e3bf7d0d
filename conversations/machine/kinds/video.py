"""Make a video and go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from conversations.machine.effects import MakeVideo
from conversations.machine.nodes.declarations import Drawing, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk
from conversations.machine.nodes.registry import register
from conversations.machine.places import Place
from core.text.placeholders import parse_values, value_lines
from core.text.slot_values import is_blank


def pairs_of(data: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """The names and values of an `asdict` result."""
    return tuple((name, value) for name, value in data)


@register
@dataclass(frozen=True, kw_only=True)
class VideoNode(Node):
    """A video of its text, or of a video template or presentation with `values` (name and value) of its variables.
    Mode and values may hold placeholders."""

    kind = "video"
    does = gettext_noop("make a video and go on")
    order = 30
    drawing = Drawing(light="#7c3aed", dark="#a78bfa", solid="M9.5 7.6v8.8l7.2-4.4z")
    lines: ClassVar[tuple[Line, ...]] = (
        *(("text",), ("template",), ("presentation",), ("values",), ("mode", "digital_human")),
    )

    mode: str = field(default="", metadata=named(gettext_noop("mode of the video")))
    digital_human: int | None = field(default=None, metadata=named(gettext_noop("digital human")))
    template: int | None = field(default=None, metadata=named(gettext_noop("video template")))
    values: tuple[tuple[str, str], ...] = field(
        default=(), metadata=named(gettext_noop("values of its variables"), pairs_of)
    )
    presentation: int | None = field(default=None, metadata=named(gettext_noop("presentation")))

    @property
    def video(self) -> MakeVideo:
        return MakeVideo(
            text=self.text,
            mode=self.mode,
            digital_human=self.digital_human,
            template=self.template,
            presentation=self.presentation,
            values=dict(self.values),
        )

    def say(self, walk: Walk, place: Place) -> None:
        text, mode = walk.fill(self.text, place), walk.fill(self.mode, place)
        video = MakeVideo(text=text, mode=mode, digital_human=self.digital_human)
        if self.has_script:
            video = replace(video, template=self.template, presentation=self.presentation)
            video = replace(video, values=dict(self.values), slots={**place.known, **walk.facts})
        walk.do(video)

    @property
    def has_script(self) -> bool:
        """Whether a template or a presentation has the words."""
        return self.template is not None or self.presentation is not None

    @property
    def lacks_text(self) -> bool:
        return is_blank(self.text) and not self.has_script

    @property
    def said_text(self) -> str:
        return "" if self.has_script else self.text

    @property
    def shown_texts(self) -> tuple[str, ...]:
        return (self.said_text, *(value for _name, value in self.values))

    @property
    def filled_texts(self) -> tuple[str, ...]:
        return (*self.shown_texts, self.mode)

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        return {
            **super().of_row(row),
            "mode": row.mode.strip(),
            "digital_human": row.digital_human_id,
            "template": row.template_id,
            "presentation": row.presentation_id,
            "values": tuple(parse_values(row.values).items()),
        }

    def to_row(self) -> dict[str, Any]:
        return {
            **super().to_row(),
            "mode": self.mode,
            "digital_human_id": self.digital_human,
            "template_id": self.template,
            "presentation_id": self.presentation,
            "values": value_lines(dict(self.values)),
        }
