"""The table of answers: what administrators write or import is stored, and its vector follows in the background."""

from django.db import transaction

from conversations.knowledge import embedding
from conversations.knowledge.sheet import Findings, compare
from conversations.models import Answer
from core.spreadsheets import Table


@transaction.atomic
def save_answer(answer: Answer) -> Answer:
    """Store an answer. It is found by its words at once, and by its meaning as soon as its vector is computed."""
    answer.save()
    embedding.queue(answer)
    return answer


@transaction.atomic
def import_answers(table: Table, *, dry_run: bool = False) -> Findings:
    """Take over the rows of a table that are right, in one transaction; with `dry_run` nothing. Raises `TableError`."""
    found = compare(table)
    for change in () if dry_run else found.changes:
        change.answer.save()
        for name, rows in change.lists.items():
            getattr(change.answer, name).set(rows)
        save_answer(change.answer)
    return found
