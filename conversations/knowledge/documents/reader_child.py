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
from pathlib import Path

MEMORY, SECONDS = 1024 * 1024 * 1024, 60
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
MARKDOWN_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^ {0,3}>\s?|<[^>]{1,200}>")
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


def word(path: Path, unpacked: int) -> Iterator[Block]:
    from defusedxml.ElementTree import iterparse

    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > unpacked:
            raise Refused("too_large_unpacked")
        if "word/document.xml" not in packed.namelist():
            raise Refused("locked" if "EncryptedPackage" in packed.namelist() else "broken")
        page, heading = 1, ""
        with packed.open("word/document.xml") as body:
            for _event, element in iterparse(body):
                if element.tag != f"{WORD}p":
                    continue
                breaks = element.iter(f"{WORD}lastRenderedPageBreak")
                page += sum(1 for _break in breaks)
                text = "".join(part.text or "" for part in element.iter(f"{WORD}t"))
                style = element.find(f"{WORD}pPr/{WORD}pStyle")
                name = style.get(f"{WORD}val", "") if style is not None else ""
                if name.lower().startswith(("heading", "title")) or name.isdecimal():
                    heading = text.strip() or heading
                elif text.strip():
                    yield page, heading, text
                element.clear()


def markdown(path: Path) -> Iterator[Block]:
    heading, lines, is_code = "", list[str](), False
    for line in _decoded(path.read_bytes()).splitlines():
        is_code ^= bool(FENCE.match(line))
        match = None if is_code else MARKDOWN_HEADING.match(line)
        if match:
            yield None, heading, "\n".join(lines)
            heading, lines = MARKS.sub(r"\1", match[2]).strip(), []
        elif not FENCE.match(line):
            lines.append(line if is_code else MARKS.sub(r"\1", line))
    yield None, heading, "\n".join(lines)


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
        self._heading, self._words = "", list[str]()
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self.SKIPPED:
            self._skipped += 1
        elif tag in self.HEADINGS:
            self.end()
        elif tag in self.BLOCKS:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in self.HEADINGS:
            self._heading, self._words = " ".join("".join(self._words).split()) or self._heading, []
        elif tag in self.BLOCKS:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)

    def end(self) -> None:
        self.blocks.append((None, self._heading, "".join(self._words)))
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
