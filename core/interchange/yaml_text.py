"""YAML as these files use it: read into plain values with the line of each, and written in one way only. Pure.

It reads the YAML that people write by hand: no tags, anchors and aliases, and every key once. `yes`, `12:30` and
dates are texts, as in YAML 1.2; PyYAML's own loaders make 750 of 12:30.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from core.interchange.flaws import FileRefused, Flaw, Place, refused, written

DEEPEST = 24
LARGEST_NUMBER = 2**63
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?\Z")
_INTEGER = re.compile(r"[-+]?\d{1,20}\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the wheels for all our platforms have libyaml


@dataclass(frozen=True, kw_only=True)
class Size:
    """The largest file to read, so that no file takes all memory: bytes, values, and entries of a part."""

    most_bytes: int
    most_values: int
    most_entries: int


SMALL = Size(most_bytes=2 * 1024 * 1024, most_values=100_000, most_entries=500)
LARGE = Size(most_bytes=8 * 1024 * 1024, most_values=400_000, most_entries=10_000)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The content of a file: a mapping, and the line of each place in it."""

    value: dict[str, Any]
    lines: dict[Place, int]


def load(data: bytes, *, size: Size = SMALL) -> Loaded:
    """Read a file. Raises `FileRefused`, with the line, if it is no YAML or larger than `size` allows."""
    if len(data) > size.most_bytes:
        message = _("The file is larger than %(most)d MB.") % {"most": size.most_bytes // 1024 // 1024}
        raise _refusal((), message, _("Export fewer at once."), None)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal((), _("The file is no text in UTF-8."), _("Save it as UTF-8."), None) from error
    try:
        return _Reader(size).read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = _("The file is no YAML: %(problem)s.") % {"problem": error.problem or error.context}
        remedy = _("Look at the line above it, too: indentation, quotation marks and colons.")
        raise _refusal((), message, remedy, mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:
        message = _("The file has a character that YAML does not allow.")
        raise _refusal(
            (), message, _("Write it as an escape in double quotation marks, or leave it out."), None
        ) from error


def dump(value: Any) -> str:
    """The one text of a value: keys in their order, Chinese as it is, texts of several lines as blocks."""
    text: str = yaml.dump(value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=math.inf)
    return text


class _Reader:
    """Builds values from the parser's events, so that it refuses a file that is too large before building it."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.lines: dict[Place, int] = {}
        self.count = 0

    def read(self, text: str) -> Loaded:
        self.events = yaml.parse(text, Loader=_Loader)
        value: Any = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if value is not None:
                    raise _refusal((), _("The file has a second document."), _("Leave out the line ---."), _line(event))
                value = self._value(next(self.events), ())
        if not isinstance(value, dict):
            remedy = _("Export something to see what a file looks like.")
            raise _refusal((), _("The file has no names with values."), remedy, None)
        return Loaded(value=value, lines=self.lines)

    def _value(self, event: Any, place: Place) -> Any:
        self.lines[place] = _line(event)
        self.count += 1
        if self.count > self.size.most_values or len(place) > DEEPEST:
            remedy = _("Export fewer at once.")
            raise _refusal(place, _("The file has too many values, or they lie too deep."), remedy, _line(event))
        anchored = isinstance(event, yaml.AliasEvent) or event.anchor is not None
        if anchored or (event.tag is not None and event.tag != "!"):
            message = _("Anchors (&), aliases (*) and tags (!) are not read.")
            raise _refusal(
                place, message, _("Write the value itself; a text that begins so needs quotation marks."), _line(event)
            )
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event, place)
        return self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(place)

    def _list(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*place, len(items))))
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
                raise _refusal(place, _("A key is no word."), _("Write a name and a colon."), _line(event))
            key = _text(event, place)
            if key in mapping:
                message = _("“%(key)s” is there twice.") % {"key": key}
                raise _refusal((*place, key), message, _("Leave one of them out."), _line(event))
            mapping[key] = self._value(next(self.events), (*place, key))
        return mapping


def _scalar(event: Any, place: Place) -> Any:
    text = _text(event, place)
    if event.style:  # in quotation marks, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and abs(int(text)) < LARGEST_NUMBER:
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number) or _INTEGER.match(text) or text.lstrip("+-").isdecimal():
            raise _refusal(place, _("The number is too large."), _("Write it in quotation marks."), _line(event))
        return number
    return text


def _text(event: Any, place: Place) -> str:
    text = str(event.value)
    try:
        text.encode()
        usable = "\0" not in text
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise _refusal(place, _("The text has a character that cannot be stored."), _("Leave it out."), _line(event))
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _refusal(place: Place, message: str, remedy: str, line: int | None) -> FileRefused:
    return refused([Flaw(place=written(place), words=message, remedy=remedy, code="file_unreadable", line=line)])


class _Writer(yaml.SafeDumper):
    """PyYAML's writer: it quotes texts that other readers of YAML would take for a number, a date or a yes."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        """Equal values are written twice, never as a reference."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented below their key."""
        super().increase_indent(flow, False)


def _text_node(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML writes other line ends as they are, and reads them back as \n; in double quotes it escapes them.
    style = '"' if re.search(r"[\r\x85\u2028\u2029\ufeff]", text) else "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text_node)
# Texts that this module would read as a number are quoted, too.
_Writer.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
