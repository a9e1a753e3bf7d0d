"""The pages of a PDF as pictures; the PDF is opened in a process of its own, see `pdf_child`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from avatars.exceptions import MediaError

CHILD = Path(__file__).with_name("pdf_child.py")
MOST_PAGES, MOST_BYTES, LONGEST = 60, 30 * 1024 * 1024, 1600
"""Pages and bytes of a PDF; pixels of the longer side of a page's picture."""
TIME_LIMIT = 90.0  # seconds by the clock; the child's own limit is of CPU, and a busy machine is slower
WORDS = {
    "pdf_broken": "The PDF cannot be read.",
    "pdf_locked": "The PDF is protected by a password.",
    "pdf_too_long": f"The PDF has more than {MOST_PAGES} pages.",
    "pdf_too_large": f"The PDF has more than {MOST_BYTES >> 20} MB.",
}


def pages(data: bytes) -> list[tuple[str, bytes]]:
    """The pages in their order: file name and picture, PNG or JPEG. Raises `MediaError`.

    Codes: `pdf_broken`, `pdf_locked`, `pdf_too_long`, `pdf_too_large`.
    """
    if len(data) > MOST_BYTES:
        raise _refusal("pdf_too_large")
    if not data.startswith(b"%PDF-"):
        raise _refusal("pdf_broken")
    with tempfile.TemporaryDirectory(prefix="pdf-") as folder:
        file, drawn = Path(folder) / "file.pdf", Path(folder) / "pages"
        file.write_bytes(data)
        drawn.mkdir()
        said = _said(file, drawn)
        if said in WORDS:
            raise _refusal(said)
        files = [(path.name, path.read_bytes()) for path in sorted(drawn.iterdir())]
        if said != f"pages {len(files)}":
            raise _refusal("pdf_broken")
        return files


def _said(file: Path, drawn: Path) -> str:
    """The output of the child; "" if it was killed."""
    command = [sys.executable, "-I", str(CHILD), str(file), str(drawn), str(MOST_PAGES), str(LONGEST)]
    # Nothing of our environment, which has keys.
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, cwd=drawn, env=environment, capture_output=True, timeout=TIME_LIMIT, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _refusal(code: str) -> MediaError:
    remedy = f"Upload a PDF without a password, of at most {MOST_PAGES} pages and {MOST_BYTES >> 20} MB."
    return MediaError(WORDS[code], code=code, field="pdf", remedy=remedy)
