"""One import in its transaction: entries become rows by the services that forms use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser

from conversations.files.entries import KEYS, answer_entry, document_entry, flow_entry, steps_of
from conversations.files.readers import Sources, read_flow, read_knowledge
from conversations.files.references import References
from conversations.flows import drafts, publication
from conversations.knowledge.answer_changes import write_answers
from conversations.knowledge.answer_sheet import Change
from conversations.knowledge.documents.document_changes import save_document
from conversations.models import Answer, Document, Flow
from conversations.services.files.outcomes import Imported, outcome
from core.exceptions import OpenUserError
from core.interchange.files_of_rows import Media
from core.interchange.whole_file import Document as FileContent
from core.interchange.whole_file import Entry

AT_ONCE = 500
Row = TypeVar("Row", Flow, Answer, Document)


class Importer:
    """Entries with findings are left out; the findings refuse the file in the end."""

    def __init__(self, content: FileContent, media: Media, by: AbstractBaseUser | None) -> None:
        self.content, self.findings = content, content.findings.copy()
        self.media, self.by = media, by
        self.sources = Sources(references=References(), media=media, findings=self.findings)

    def run(self) -> list[Imported]:
        """The outcome of each entry."""
        return [*self._flows(), *self._answers(), *self._documents()]

    def _flows(self) -> list[Imported]:
        """Each flow gets its row before any gets its steps, so that they can name each other."""
        entries = self.content.parts["flows"]
        flows = self._known(Flow, "flows")
        befores = {name: flow_entry(flow, steps_of(flow), self.media) for name, flow in flows.items()}
        flows |= {entry.name: Flow.objects.create(name=entry.name) for entry in entries if entry.name not in flows}
        imported: list[Imported] = []
        for entry in entries:
            with self._noted(entry):
                imported += self._flow(entry, flows[entry.name], befores.get(entry.name, {}))
        return [self._with_problems(item, flows[item.name]) for item in imported]

    def _flow(self, entry: Entry, flow: Flow, before: Mapping[str, Any]) -> Iterator[Imported]:
        read = read_flow(entry, flow, self.sources)
        if read is None:
            return
        fields, steps = read[0], read[1]
        after = flow_entry(Flow(**fields.fields), steps, self.media, lists=fields.lists)
        if before != after:
            _filled(flow, fields.fields).save()
            for name, rows in fields.lists.items():
                getattr(flow, name).set(rows)
            drafts.take_over(flow, [(step.state, step.transitions, step.lists or {}) for step in steps], by=self.by)
        yield outcome("flow", entry.name, flow.pk, before, after)

    def _with_problems(self, imported: Imported, flow: Flow) -> Imported:
        """The problems that keep a flow from being published, once all flows of the file are there."""
        if imported.verdict == "same" or self.findings.flaws:
            return imported
        return replace(imported, problems=tuple(publication.check(flow)))

    def _answers(self) -> Iterator[Imported]:
        answers = list(self._read_answers())
        write_answers([change for change, before, after in answers if before != after])
        for change, before, after in answers:
            yield outcome("answer", change.answer.question, change.answer.pk, before, after)

    def _read_answers(self) -> Iterator[tuple[Change, Mapping[str, Any], Mapping[str, Any]]]:
        """The answers of the file, with their entries before and after."""
        known = self._known(Answer, "answers")
        for entry in self.content.parts["answers"]:
            with self._noted(entry):
                current = known.get(entry.name)
                before = answer_entry(current, self.media) if current else {}
                read = read_knowledge(Answer, KEYS["answers"], entry, current, self.sources)
                if read is None:
                    continue
                row, lists = read[0], read[1].lists
                after = answer_entry(row, self.media, lists=lists)
                filled = _filled(current or row, read[1].fields) if before != after else row
                yield Change(answer=filled, lists=lists, before=current), before, after

    def _documents(self) -> Iterator[Imported]:
        known = self._known(Document, "documents")
        for entry in self.content.parts["documents"]:
            with self._noted(entry):
                current = known.get(entry.name)
                before = document_entry(current, self.media) if current else {}
                read = read_knowledge(Document, KEYS["documents"], entry, current, self.sources)
                if read is None:
                    continue
                row, lists = read[0], read[1].lists
                after = document_entry(row, self.media, lists=lists)
                saved = self._save_document(current or row, read[1].fields, lists) if before != after else row
                yield outcome("document", entry.name, saved.pk, before, after)

    def _save_document(self, document: Document, fields: Mapping[str, Any], lists: Mapping[str, Any]) -> Document:
        """The file is in our storage by now, or will be: a dry run keeps nothing of it."""
        stored, is_new = str(fields["file"]), document.pk is None
        changed = is_new or stored != str(document.file.name)
        _filled(document, {name: value for name, value in fields.items() if name != "file"})
        return save_document(document, stored=(stored, self.media.bytes_of(stored)) if changed else None, **lists)

    def _known(self, model: type[Row], part: str) -> dict[str, Row]:
        """The rows that have the names of a part, with their lists."""
        names, key = [entry.name for entry in self.content.parts[part]], KEYS[part]
        lists = [field.name for field in model._meta.many_to_many]
        by_name: dict[str, Row] = {}
        for start in range(0, len(names), AT_ONCE):
            wanted = {f"{key}__in": names[start : start + AT_ONCE]}
            rows = model._default_manager.filter(**wanted).prefetch_related(*lists)
            by_name |= {getattr(row, key): row for row in rows}
        return by_name

    @contextmanager
    def _noted(self, entry: Entry) -> Iterator[None]:
        """An error of a service is one of the findings."""
        try:
            yield
        except OpenUserError as error:
            self.findings.add_error(entry.place, error)


def _filled(row: Any, fields: Mapping[str, Any]) -> Any:
    for name, value in fields.items():
        setattr(row, name, value)
    return row
