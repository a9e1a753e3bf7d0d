"""The table of answers: what administrators write or import is stored, and its vector follows in the background."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from conversations.knowledge import embedding
from conversations.knowledge.sheet import Findings, compare
from conversations.models import Answer
from core.spreadsheets import Table


@transaction.atomic
def save_answer(
    answer: Answer,
    *,
    departments: Sequence[Any] | None = None,
    tags: Sequence[Any] | None = None,
) -> Answer:
    """Store an answer, with its departments and tags if they are given.

    It is found by its words at once, and by its meaning as soon as its vector is computed. A new topic is stored too.
    """
    if answer.topic is not None and answer.topic.pk is None:
        answer.topic.save()
    answer.save()
    if departments is not None or tags is not None:
        if departments is not None:
            answer.departments.set(departments)
        if tags is not None:
            answer.tags.set(tags)
        answer.save()  # so that the change counts with them
    embedding.queue(answer)
    return answer


@transaction.atomic
def remove_answer(answer: Answer) -> None:
    """Delete an answer; no process finds it any more."""
    answer.delete()


@transaction.atomic
def import_answers(table: Table, *, dry_run: bool = False) -> Findings:
    """Take over the rows of a table that are right, in one transaction; with `dry_run` nothing. Raises `TableError`."""
    found = compare(table)
    for change in () if dry_run else found.changes:
        save_answer(change.answer, **change.lists)
    return found
