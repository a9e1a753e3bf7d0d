"""A handbook of 55 pages, Word and PDF: python -m tests.benchmarks.knowledge.handbook [--pages N] [--sqlite]

Reads each as work, piece by piece, with the bundled models, on a private PostgreSQL or on SQLite. Prints seconds and
CPU of the file and of the rest, passages, CPU of each, the longest piece, and how long a search took meanwhile.
Before that, the CPU of a question's vector, and of those of short answers, one by one and together.
"""

import argparse
import resource
import sys
import time
from typing import Any

from tests.benchmarks.support.goals import goal
from tests.benchmarks.support.private_servers import empty_database, run_again

PAGES, MOST_SECONDS, MOST_MS, MOST_PIECE = 55, 60.0, 10.0, 3.0
SHORT = 64  # texts


def child(pages: int) -> bool:
    """The figures, on the database of this process."""
    with empty_database():
        from django.conf import settings

        from conversations.knowledge.embedders.base import configured

        settings.EMBEDDER = "bundled"
        embedder = configured()
        assert embedder is not None
        met = vectors(embedder)
        for name in ("docx", "pdf"):
            met &= read(name, pages)
        return met


def vectors(embedder: Any) -> bool:
    from tests.benchmarks.knowledge.questions import known

    rows = known()[:SHORT]
    asked, answers = [row.asked["colloquial"] for row in rows], [f"{row.question} {row.answer}" for row in rows]
    met = True
    for name, compute, texts, together in (
        ("a question", embedder.questions, asked, False),
        ("a short answer", embedder.passages, answers, False),
        ("a short answer among others", embedder.passages, answers, True),
    ):
        began = time.process_time()
        for some in [texts] if together else [[text] for text in texts]:
            compute(some)
        spent = 1000 * (time.process_time() - began) / len(texts)
        goal(f"CPU-ms of {name} ({sum(map(len, texts)) / len(texts):.0f} characters)", spent, at_most=MOST_MS)
        met &= spent <= MOST_MS
    return met


def read(name: str, pages: int) -> bool:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from conversations import services
    from conversations.knowledge.documents.passage_retrieval import find_passages
    from conversations.models import Document
    from tests.conversations.knowledge.documents import handbook

    data = handbook.word(pages) if name == "docx" else handbook.pdf(pages)
    stored = default_storage.save(f"documents/handbook.{name}", ContentFile(data))
    document = services.save_document(Document(title=f"handbook {name}"), stored=(stored, data))
    began, computed, children = time.monotonic(), time.process_time(), _children()
    pieces, longest, searched = 0, 0.0, 0.0
    while not document.is_finished:
        piece = time.monotonic()
        services.read_document(document.pk)
        longest, pieces, asked = max(longest, time.monotonic() - piece), pieces + 1, time.monotonic()
        find_passages("年假怎么申请", language="zh-hans")
        searched = max(searched, time.monotonic() - asked)
        document.refresh_from_db()
    seconds, cpu, file = time.monotonic() - began, time.process_time() - computed, _children() - children
    each = 1000 * cpu / max(1, document.passage_count)
    characters = sum(len(row.text) for row in document.quoted.all()) / max(1, document.passage_count)
    print(
        f"{name}: {len(data) / 1024:.0f} KB, {document.page_count} pages, {document.passage_count} passages of "
        f"{characters:.0f} characters in {pieces} pieces: {seconds:.1f} s; CPU {file:.1f} s of the file, {cpu:.1f} s "
        f"of the rest, {each:.1f} ms a passage; a search waited {1000 * searched:.0f} ms at most"
    )
    goal(f"seconds of the {name}", seconds, at_most=MOST_SECONDS)
    goal("seconds of the longest piece", longest, at_most=MOST_PIECE)
    services.remove_document(document)
    return seconds <= MOST_SECONDS


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.exit(0 if child(options.pages) else 1)
    flags = ("--pages", str(options.pages))
    sys.exit(run_again("tests.benchmarks.knowledge.handbook", *flags, sqlite=options.sqlite))


if __name__ == "__main__":
    main()
