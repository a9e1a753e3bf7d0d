"""Reads the text of a document, in a process of its own: `python reader_child.py FILE KIND PAGES CHARACTERS UNPACKED`.

A document comes from anywhere. This process has no secrets in its environment, little memory and little time, and
imports nothing of ours. An error of its readers ends it, and its parent takes the file for broken. It prints JSON:
`{"code": …}`, or `{"blocks": [[page, heading, text], …], "pages": …}`; page is null where a format has none. Scripts,
styles and the navigation of a page are no text.
"""

import html.parser
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

MEMORY, SECONDS = 1024 * 1024 * 1024, 60
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
MARKDOWN_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^ {0,3}>\s?|<[^>]{1,200}>")
RULE = re.compile(r":?-*:?")  # a cell of the line below the header of a table
HEADING_STYLE = re.compile(r"(?:heading ?)?(\d?)")
BELOW = " › "  # between headings
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Block = tuple[int | None, str, str]


class Refused(Exception):
    """The document cannot be read; its text is the code."""


def pdf(path: Path, pages: int) -> Iterator[Block]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(str(path))
    except pypdfium2.PdfiumError as error:
        raise Refused("locked" if "password" in str(error).lower() else "broken") from error
    if len(document) > pages:
        raise Refused("too_long")
    for number, page in enumerate(document, start=1):
        text = page.get_textpage()
        yield number, "", text.get_text_range()
        text.close()
        page.close()


class Headings:
    """The headings that a text is below."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []

    def enter(self, level: int, title: str) -> None:
        """Go below a heading of a level, 1 for the highest; nothing for one without words."""
        if title:
            self._path = [*(pair for pair in self._path if pair[0] < level), (level, title)]

    @property
    def path(self) -> str:
        return BELOW.join(title for _level, title in self._path)


def sentences(rows: list[list[str]]) -> Iterator[str]:
    """The rows of a table as sentences: each cell after the header of its column, if there is more than one row."""
    shown = [cells for row in rows if any(cells := [" ".join(cell.split()) for cell in row])]
    chinese = any(char >= "\u2e80" for row in shown for cell in row for char in cell)
    colon, between, end = ("：", "；", "。") if chinese else (": ", "; ", ".")
    header, rest = (shown[0], shown[1:]) if len(shown) > 1 and len(shown[0]) > 1 else ([], shown)
    for row in rest:
        pairs = zip(row, [*header, *[""] * len(row)], strict=False)
        cells = [f"{name}{colon}{cell}" if name and name != cell else cell for cell, name in pairs if cell]
        yield between.join(cells).rstrip("。.") + end


def word(path: Path, unpacked: int) -> Iterator[Block]:
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > unpacked:
            raise Refused("too_large_unpacked")
        if "word/document.xml" not in packed.namelist():
            raise Refused("locked" if "EncryptedPackage" in packed.namelist() else "broken")
        yield from WordText(is_drawn=b"lastRenderedPageBreak" in packed.read("word/document.xml")).blocks(packed)


class WordText:
    """The paragraphs and tables of a Word file; a page only if Word has drawn the file and noted where they end."""

    def __init__(self, *, is_drawn: bool) -> None:
        self.page = 1 if is_drawn else None
        self._headings = Headings()
        self._tables: list[list[list[str]]] = []

    def blocks(self, packed: zipfile.ZipFile) -> Iterator[Block]:
        from defusedxml.ElementTree import iterparse

        with packed.open("word/document.xml") as body:
            for event, element in iterparse(body, events=("start", "end")):
                if event == "start":
                    self._begin(element.tag)
                elif element.tag == f"{WORD}p":
                    yield from self._paragraph(element)
                    element.clear()
                elif element.tag == f"{WORD}tbl":
                    yield from self._table(self._tables.pop())

    def _begin(self, tag: str) -> None:
        if tag == f"{WORD}tbl":
            self._tables.append([])
        elif tag == f"{WORD}tr" and self._tables:
            self._tables[-1].append([])
        elif tag == f"{WORD}tc" and self._tables and self._tables[-1]:
            self._tables[-1][-1].append("")

    def _paragraph(self, element: Any) -> Iterator[Block]:
        if self.page is not None:
            self.page += sum(1 for _break in element.iter(f"{WORD}lastRenderedPageBreak"))
        text = "".join(part.text or "" for part in element.iter(f"{WORD}t"))
        if self._tables:
            if self._tables[-1] and self._tables[-1][-1]:
                self._tables[-1][-1][-1] += f" {text}"
            return
        level = _heading_level(element)
        if level is not None:
            self._headings.enter(level, text.strip())
        elif text.strip():
            marked = element.find(f"{WORD}pPr/{WORD}numPr") is not None and not text.lstrip().startswith("•")
            yield self.page, self._headings.path, f"• {text.strip()}" if marked else text

    def _table(self, rows: list[list[str]]) -> Iterator[Block]:
        """A table in a cell of another is a text of that cell."""
        texts = list(sentences(rows))
        if self._tables and self._tables[-1] and self._tables[-1][-1]:
            self._tables[-1][-1][-1] += " ".join(texts)
            return
        for text in texts:
            yield self.page, self._headings.path, text


def _heading_level(paragraph: Any) -> int | None:
    """1 for a title and the highest headings; None for other paragraphs. Chinese Word calls styles by numbers."""
    style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
    name = style.get(f"{WORD}val", "").lower() if style is not None else ""
    if name == "title":
        return 1
    match = HEADING_STYLE.fullmatch(name) if name else None
    return int(match[1] or 1) if match else None


def markdown(path: Path) -> Iterator[Block]:
    headings, lines, is_code = Headings(), list[str](), False
    for line in _decoded(path.read_bytes()).splitlines():
        is_code ^= bool(FENCE.match(line))
        match = None if is_code else MARKDOWN_HEADING.match(line)
        if match:
            yield None, headings.path, "\n".join(_with_tables(lines))
            lines = []
            headings.enter(len(match[1]), MARKS.sub(r"\1", match[2]).strip())
        elif not FENCE.match(line):
            lines.append(line if is_code else MARKS.sub(r"\1", line))
    yield None, headings.path, "\n".join(_with_tables(lines))


def _with_tables(lines: list[str]) -> Iterator[str]:
    """The lines, those of tables as sentences."""
    for is_row, some in groupby(lines, key=lambda line: line.lstrip().startswith("|")):
        if is_row:
            rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in some]
            yield from sentences([row for row in rows if not all(RULE.fullmatch(cell) for cell in row)])
        else:
            yield from some


def plain(path: Path) -> Iterator[Block]:
    for number, page in enumerate(_decoded(path.read_bytes()).split("\f"), start=1):
        yield (number if number > 1 else None), "", page


class Page(html.parser.HTMLParser):
    """The visible words of a web page below their headings."""

    SKIPPED = frozenset(("script", "style", "noscript", "template", "nav", "head", "svg", "iframe", "object", "form"))
    BLOCKS = frozenset(
        ("p", "div", "li", "tr", "section", "article", "br", "table", "ul", "ol", "td", "th", "blockquote")
    )
    HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._headings, self._words = Headings(), list[str]()
        self._skipped = 0
        self._rows: list[list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self.SKIPPED:
            self._skipped += 1
        elif tag in self.HEADINGS:
            self.end()
        elif tag == "table" and self._rows is None:
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append("")
        elif tag in self.BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in self.HEADINGS:
            self._headings.enter(int(tag[1]), " ".join("".join(self._words).split()))
            self._words = []
        elif tag == "table" and self._rows is not None:
            rows, self._rows = self._rows, None
            self._words += [f"\n{text}\n" for text in sentences(rows)]
        elif tag in self.BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._write(data)

    def _write(self, text: str) -> None:
        """To the cell of a table, or below the heading."""
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += text
        elif self._rows is None:
            self._words.append(text)

    def end(self) -> None:
        self.blocks.append((None, self._headings.path, "".join(self._words)))
        self._words = []


def web_page(path: Path) -> Iterator[Block]:
    page = Page()
    page.feed(_decoded(path.read_bytes()))
    page.close()
    page.end()
    yield from page.blocks


def _decoded(data: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("broken")


def confine() -> None:
    """Little memory and time for this process, and no files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(path: Path, kind: str, pages: int, characters: int, unpacked: int) -> dict[str, object]:
    """Read a document of a kind; returns the object to print."""
    length, last = 0, 0
    readers = {
        "pdf": lambda: pdf(path, pages),
        "word": lambda: word(path, unpacked),
        "markdown": lambda: markdown(path),
        "html": lambda: web_page(path),
        "text": lambda: plain(path),
    }
    blocks: list[Block] = []
    try:
        for page, heading, text in readers[kind]():
            length, last = length + len(text), page or last
            if length > characters or last > pages:
                return {"code": "too_long"}
            if text.strip():
                blocks.append((page, heading[:200], text))
    except Refused as error:
        return {"code": str(error)}
    except MemoryError:
        return {"code": "too_large_unpacked"}
    return {"blocks": blocks, "pages": last} if blocks else {"code": "no_text"}


if __name__ == "__main__":
    confine()
    print(json.dumps(read(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6]))))
