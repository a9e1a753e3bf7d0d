"""The text of an uploaded document; it is read in a process of its own, see `reader_child`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.exceptions import ConversationError
from core.work.db_connections import release_connections

CHILD = Path(__file__).with_name("reader_child.py")
TIME_LIMIT, LOOK = 90.0, 1.0  # seconds
MEGABYTE = 2**20
UNPACKED = 200 * MEGABYTE  # a Word file is a ZIP: a bomb of a few kilobytes unpacks to gigabytes
CHARACTERS = 5_000_000
BELOW = " › "  # between the headings that a text is below; as in `reader_child`, which imports nothing of ours
OLE, ZIP, PDF = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF-"
SUFFIXES = {
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".htm", ".html", ".xhtml"), "html"),
    **{".pdf": "pdf", ".docx": "word", ".txt": "text"},
}


class DocumentRefused(ConversationError):
    """A file that cannot be read as a document."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A run of text: its page, if the format has pages, and the headings that it is below, outermost first."""

    page: int | None
    heading: str
    text: str


def kind_of(name: str, data: bytes) -> str:
    """The kind of a file: by its content where that shows it, else by its name. Raises `DocumentRefused`."""
    most = int(settings.DOCUMENTS["MAX_MB"])
    if len(data) > most * MEGABYTE:
        raise refusal("too_large")
    if not data.strip():
        raise refusal("no_text")
    if data.startswith(PDF):
        return "pdf"
    if data.startswith(OLE):
        raise refusal("locked")
    suffix = Path(name).suffix.lower()
    if data.startswith(ZIP) or suffix == ".docx":
        if suffix != ".docx" or not data.startswith(ZIP):
            raise refusal("kind")
        return "word"
    if suffix not in SUFFIXES or suffix == ".pdf":
        raise refusal("broken" if suffix == ".pdf" else "kind")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal("broken")
    return SUFFIXES[suffix]


def blocks_of(path: Path, kind: str, *, goes_on: Callable[[], None] = lambda: None) -> tuple[Sequence[Block], int]:
    """The text of a document and its number of pages. Raises `DocumentRefused`.

    `goes_on` is called every second. Its exceptions end the reading.
    """
    release_connections()
    result = _said(path, kind, goes_on)
    if code := result.get("code"):
        raise refusal(str(code))
    blocks = [Block(page=page, heading=heading, text=text) for page, heading, text in result["blocks"]]
    return blocks, int(result["pages"])


def refusal(code: str) -> DocumentRefused:
    """The error for a code, with its remedy."""
    most, pages = int(settings.DOCUMENTS["MAX_MB"]), int(settings.DOCUMENTS["MAX_PAGES"])
    texts = {
        "locked": (
            _("The file is protected by a password, or it is an old Word file (.doc)."),
            _("Save it without a password, as PDF or .docx."),
        ),
        "too_large": (_("The file has more than %d MB.") % most, _("Split it, or delete its pictures.")),
        "too_large_unpacked": (_("The file takes too much memory to read."), _("Save its text as a new file.")),
        "too_long": (_("The document has more than %d pages.") % pages, _("Split it into several documents.")),
        "no_text": (_("The document has no text."), _("A scanned document needs text recognition before.")),
        "kind": (
            _("This kind of file cannot be read."),
            _("Upload a PDF, a Word file (.docx), Markdown (.md), HTML or plain text (.txt)."),
        ),
        "slow": (_("The document took too long to read."), _("Split it, or save its text as a new file.")),
    }
    broken = (_("The file is broken."), _("Open it in the program it comes from and save it again."))
    text, remedy = texts.get(code, broken)
    return DocumentRefused(text, code=f"document_{code}", remedy=remedy, field="file")


def words_of(code: str) -> str:
    """The reason why a document could not be read, and the remedy, in the active language."""
    error = refusal(code.removeprefix("document_"))
    return str(error)


def _said(path: Path, kind: str, goes_on: Callable[[], None]) -> dict[str, Any]:
    limits = [int(settings.DOCUMENTS["MAX_PAGES"]), CHARACTERS, UNPACKED]
    command = [sys.executable, "-I", str(CHILD), str(path), kind, *map(str, limits)]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # nothing of ours, which has keys
    with (
        tempfile.TemporaryDirectory(prefix="document-") as folder,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child,
    ):
        try:
            output = _output(child, goes_on)
        finally:
            child.kill()
    if output is None:
        return {"code": "slow"}
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:  # it was killed for its memory or its time, or its readers stumbled
        return {"code": "too_large_unpacked" if child.returncode < 0 else "broken"}
    return answer


def _output(child: "subprocess.Popen[bytes]", goes_on: Callable[[], None]) -> bytes | None:
    """The output of a child until it ends; None if it takes too long."""
    ends_at = time.monotonic() + TIME_LIMIT
    while time.monotonic() < ends_at:
        try:
            return child.communicate(timeout=LOOK)[0]
        except subprocess.TimeoutExpired:
            goes_on()
            release_connections()
    return None
