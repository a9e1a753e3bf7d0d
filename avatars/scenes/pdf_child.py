"""Draws the pages of a PDF, in a process of its own: `python pdf_child.py FILE FOLDER MOST LONGEST`.

A PDF comes from anywhere, and its reader is a large C++ library. This process has no secrets in its environment, little
memory and little time, and imports nothing of ours. It prints `pages COUNT` or a code.
"""

import resource
import sys
from pathlib import Path

MEMORY, SECONDS, FILE_BYTES = 1536 * 1024 * 1024, 60, 64 * 1024 * 1024
"""Bytes, seconds of CPU, bytes of a file: a document made to exhaust the machine ends there."""
MEGABYTE = 1024 * 1024  # bytes


def main(file: str, folder: str, most: int, longest: int) -> str:
    """Write the pages to a folder as 0001.png …; returns the line to print."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        return "pdf_locked" if "password" in str(error).lower() else "pdf_broken"
    if not len(document):
        return "pdf_broken"
    if len(document) > most:
        return "pdf_too_long"
    for number, page in enumerate(document, start=1):
        width, height = page.get_size()
        if not 0 < width < 20_000 or not 0 < height < 20_000:
            return "pdf_broken"
        scale = longest / max(width, height)
        picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
        path = Path(folder) / f"{number:04}.png"
        picture.save(path)
        if path.stat().st_size > 2 * MEGABYTE:
            picture.save(path.with_suffix(".jpg"), quality=92)
            path.unlink()
    return f"pages {len(document)}"


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
