"""One import in its transaction: entries become rows by the services that forms use."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.exceptions import OpenUserError
from core.interchange.files_of_rows import Media
from core.interchange.whole_file import Document, Entry
from scheduling.exceptions import SchedulingError
from scheduling.files.campaign_readers import read_campaign, read_contents, read_segment, segments_in_order
from scheduling.files.file_entries import campaign_entry, segment_entry, series_entry
from scheduling.files.file_references import References
from scheduling.files.import_outcomes import Imported, outcome
from scheduling.files.series_readers import StepRead, read_series, read_steps
from scheduling.mailings.campaign_start import campaign_problems, save_campaign
from scheduling.mailings.series_start import save_series, series_problems
from scheduling.mailings.series_steps import remove_step, save_step
from scheduling.models import Campaign, Segment, Series
from scheduling.segments.saved_segments import check_rule, save_segment
from wecom.models import Corporation


class Importer:
    """Entries with findings are left out; the findings refuse the file in the end."""

    def __init__(self, document: Document, corporation: Corporation, media: Media, by: AbstractBaseUser | None) -> None:
        self.document, self.findings = document, document.findings.copy()
        self.corporation, self.media, self.by = corporation, media, by
        self.references = References(corporation, frozenset(entry.name for entry in document.parts["segments"]))

    def run(self) -> list[Imported]:
        """The outcome of each entry; segments first, and those first that others name."""
        imported: list[Imported | None] = []
        parts = (
            (segments_in_order(self.document.parts["segments"], self.findings), self._segment),
            (self.document.parts["campaigns"], self._campaign),
            (self.document.parts["series"], self._series),
        )
        for entries, take in parts:
            for entry in entries:
                with self._noted(entry):
                    imported.append(take(entry))
        return [item for item in imported if item is not None]

    def _segment(self, entry: Entry) -> Imported | None:
        segment = read_segment(entry, self.references, self.findings)
        if segment is None:
            return None
        row = Segment.objects.filter(corporation=self.corporation, name=segment.name).first() or segment
        before = segment_entry(row, self.references) if row.pk else {}
        segment.rule = check_rule(segment.rule, corporation=self.corporation, own=row.pk)
        after = segment_entry(segment, self.references)
        if before != after:
            row.description, row.rule = segment.description, segment.rule
            save_segment(row, by=self.by)
            self.references.segments[row.name] = row.pk
        return outcome("segment", row, before, after)

    def _campaign(self, entry: Entry) -> Imported | None:
        fields = read_campaign(entry, self.references, self.findings)
        rows = list(self._named(Campaign.objects.filter(series=None), entry, fields))
        current = next((row for row in rows if row.state not in Campaign.OVER), None)
        befores = [campaign_entry(row, row.contents.all(), self.references, self.media) for row in rows]
        place, listed = (*entry.place, "contents"), entry.data.get("contents")
        contents = read_contents(listed, place, current, self.references, self.media, self.findings)
        if fields is None or self.findings.below(entry.place):
            return None
        after = campaign_entry(Campaign(**fields), contents, self.references, self.media)
        equal = _equal(rows, befores, current, after)
        if equal is not None:
            return outcome("campaign", equal, after, after)
        row, before = current or Campaign(), befores[rows.index(current)] if current else {}
        save_campaign(_filled(row, fields), contents, by=self.by)
        return outcome("campaign", row, before, after, campaign_problems(row))

    def _series(self, entry: Entry) -> Imported | None:
        fields = read_series(entry, self.references, self.findings)
        rows = list(self._named(Series.objects.all(), entry, fields))
        current = next((row for row in rows if row.state not in Series.OVER), None)
        befores = [self._series_entry(row) for row in rows]
        steps = read_steps(entry, current, self.references, self.media, self.findings)
        if fields is None or self.findings.below(entry.place):
            return None
        step_rows = [(Campaign(**step.fields), step.contents) for step in steps]
        after = series_entry(Series(**fields), step_rows, self.references, self.media)
        equal = _equal(rows, befores, current, after)
        if equal is not None:
            return outcome("series", equal, after, after)
        row, before = current or Series(), befores[rows.index(current)] if current else {}
        save_series(_filled(row, fields), by=self.by)
        self._save_steps(row, steps)
        return outcome(
            "series", row, before, after, [_of_step(problem.error, problem.step) for problem in series_problems(row)]
        )

    def _series_entry(self, series: Series) -> dict[str, Any]:
        steps = [(step, step.contents.all()) for step in series.steps.all()]
        return series_entry(series, steps, self.references, self.media)

    def _save_steps(self, series: Series, steps: Iterable[StepRead]) -> None:
        kept = {step.row.pk for step in steps if step.row.pk}
        for row in series.steps.exclude(pk__in=kept):
            remove_step(row, by=self.by)
        for step in steps:
            moment = {"day": step.fields["day"], "at": step.fields["at"]}
            save_step(series, _filled(step.row, step.fields), step.contents, by=self.by, **moment)

    def _named(self, queryset: QuerySet[Any], entry: Entry, fields: Mapping[str, Any] | None) -> Iterator[Any]:
        """The rows of this name and application. Only one of them may still go out."""
        if fields is None:
            return
        rows = list(queryset.filter(name=entry.name, application=fields["application"]))
        if sum(row.state not in row.OVER for row in rows) > 1:
            fault = _("Several are named “%(name)s” here.") % {"name": entry.name}
            remedy = _("Rename all but one of them, so that it is clear which one the file means.")
            self.findings.add((*entry.place, "name"), fault, remedy, code="reference_ambiguous")
        yield from rows

    @contextmanager
    def _noted(self, entry: Entry) -> Iterator[None]:
        """An error of a service is one of the findings."""
        try:
            yield
        except OpenUserError as error:
            self.findings.add_error(entry.place, error)


def _equal(rows: Sequence[Any], entries: Sequence[Mapping[str, Any]], current: Any, after: Mapping[str, Any]) -> Any:
    """The row that is as the file says: the current one, or without one any that is over."""
    pairs = zip(rows, entries, strict=True)
    return next((row for row, entry in pairs if entry == after and current in (None, row)), None)


def _filled(row: Any, fields: Mapping[str, Any]) -> Any:
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def _of_step(error: SchedulingError, step: Campaign | None) -> SchedulingError:
    """An error with the name of the step that has it."""
    if step is None:
        return error
    return SchedulingError(f"{step.name}: {error.message}", code=error.code, field=error.field, remedy=error.remedy)
