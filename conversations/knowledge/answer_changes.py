"""The table of answers: it stores the rows that administrators write or import; vectors follow in the background."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from conversations.knowledge import embedding
from conversations.knowledge.answer_sheet import LISTS, Change, Findings, compare
from conversations.models import Answer
from core.spreadsheets import Table

AT_ONCE = 200  # rows of a transaction


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


def import_answers(table: Table, *, dry_run: bool = False) -> Findings:
    """Take over the rows of a table that are right; with `dry_run` nothing. Raises `TableError`.

    Some at a time, so that others can write meanwhile. If it is interrupted, the same file again brings the rest.
    """
    findings = compare(table)
    for start in range(0, 0 if dry_run else len(findings.changes), AT_ONCE):
        write_answers(findings.changes[start : start + AT_ONCE])
    return findings


@transaction.atomic
def write_answers(changes: Sequence[Change]) -> None:
    """Store many answers as `save_answer` does, at a few statements for all that are new."""
    for change in changes:
        if change.answer.topic is not None and change.answer.topic.pk is None:
            change.answer.topic.save()
        change.answer.topic = change.answer.topic  # a topic that is new has its key only now
    new = [change for change in changes if change.before is None]
    Answer.objects.bulk_create([change.answer for change in new])
    for name in LISTS:
        field: Any = Answer._meta.get_field(name)
        link, column = field.remote_field.through, field.m2m_reverse_field_name()
        link._default_manager.bulk_create(
            link(answer=change.answer, **{column: row}) for change in new for row in change.lists.get(name, ())
        )
    for change in changes:
        if change.before is not None:
            for name, rows in change.lists.items():
                getattr(change.answer, name).set(rows)
            change.answer.save()  # so that the change counts with them
    embedding.queue_many([change.answer for change in changes])
