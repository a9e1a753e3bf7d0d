"""Imports of segments and campaigns from files: all of a file or nothing, and told before it is done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.campaigns import approval, validation
from scheduling.campaigns.approval import Difference
from scheduling.exceptions import SchedulingError
from scheduling.files import documents
from scheduling.files.archives import unpack
from scheduling.files.documents import Document, Entry
from scheduling.files.entries import campaign_entry, segment_entry
from scheduling.files.media import Media
from scheduling.files.readers import read_campaign, read_contents, read_segment, segments_in_order
from scheduling.files.references import References
from scheduling.models import Campaign, CampaignContent, Segment
from scheduling.services.campaigns import save_campaign
from scheduling.services.segments import check_rule, save_segment
from wecom.models import Corporation

Kind = Literal["segment", "campaign"]
Verdict = Literal["new", "changed", "same"]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of one entry of a file: `differences` from what was here, and `missing` before it can be approved."""

    kind: Kind
    name: str
    verdict: Verdict
    pk: int
    differences: tuple[Difference, ...] = ()
    missing: tuple[SchedulingError, ...] = ()


def import_file(
    data: bytes,
    *,
    by: AbstractBaseUser | None = None,
    corporation: Corporation | None = None,
    may_change_segments: bool = True,
    dry_run: bool = False,
) -> list[Imported]:
    """Take over the segments and campaigns of a file; each campaign that is new or changed is a draft.

    They are told by their names. What is equal is left as it is, so that the second import of a file does nothing. With
    `dry_run` nothing is kept and the outcome is the same, but for the keys of new rows. Raises `FileRefused` with all
    that is wrong, and then nothing is kept either.
    """
    text, files = unpack(data)
    document = documents.read(text)
    corporation, media = corporation or _usual_corporation(), Media(files)
    segments = may_change_segments
    names = [entry.name for entry in document.campaigns]
    rows = CampaignContent.objects.filter(campaign__name__in=names).exclude(file="")
    media.learn(rows.values_list("file", flat=True))
    if files or dry_run:
        # Storages may be far away, so that files are stored between a trial and the transaction that names them.
        found = _taken_over(document, corporation, media, by, segments, keep=False)
        if dry_run:
            return found
        media.store()
    return _taken_over(document, corporation, media, by, segments, keep=True)


@transaction.atomic
def _taken_over(
    document: Document,
    corporation: Corporation,
    media: Media,
    by: AbstractBaseUser | None,
    segments: bool,
    *,
    keep: bool,
) -> list[Imported]:
    importer = _Importer(document, corporation, media, by)
    found = [*importer.segments(), *importer.campaigns()]
    if not segments and any(one.kind == "segment" and one.verdict != "same" for one in found):
        words, remedy = _("You may not add or change segments."), _("Ask for the right, or leave them out of the file.")
        importer.findings.add(("segments",), words, remedy, code="segments_not_allowed")
    importer.findings.refuse()
    if not keep:
        transaction.set_rollback(True)
    return found


class _Importer:
    """One import in its transaction. Entries with findings are left out; the findings refuse the file in the end."""

    def __init__(self, document: Document, corporation: Corporation, media: Media, by: AbstractBaseUser | None) -> None:
        self.document, self.findings = document, document.findings.copy()
        self.corporation, self.media, self.by = corporation, media, by
        self.references = References(corporation, frozenset(entry.name for entry in document.segments))

    def segments(self) -> list[Imported]:
        """Those that others name come first."""
        found = []
        for entry in segments_in_order(self.document.segments, self.findings):
            given = read_segment(entry, self.references, self.findings)
            with self._noted(entry):
                found += [self._segment(given)] if given else []
        return found

    def campaigns(self) -> list[Imported]:
        found = []
        for entry in self.document.campaigns:
            with self._noted(entry):
                outcome = self._campaign(entry)
                found += [outcome] if outcome else []
        return found

    def _segment(self, given: Segment) -> Imported:
        row = Segment.objects.filter(corporation=self.corporation, name=given.name).first() or given
        before = segment_entry(row, self.references) if row.pk else {}
        given.rule = check_rule(given.rule, corporation=self.corporation, own=row.pk)
        after = segment_entry(given, self.references)
        if before != after:
            row.description, row.rule = given.description, given.rule
            save_segment(row, by=self.by)
            self.references.segments[row.name] = row.pk
        return _outcome("segment", row, before, after)

    def _campaign(self, entry: Entry) -> Imported | None:
        fields = read_campaign(entry, self.references, self.findings)
        named = self._named(entry, fields) if fields else []
        current = next((row for row in named if row.state not in Campaign.OVER), None)
        befores = [campaign_entry(row, row.contents.all(), self.references, self.media) for row in named]
        contents = read_contents(entry, current, self.references, self.media, self.findings)
        if fields is None or self.findings.below(entry.place):
            return None
        after = campaign_entry(Campaign(**fields), contents, self.references, self.media)
        for row, before in zip(named, befores, strict=True):
            if before == after and (row == current or current is None):
                return _outcome("campaign", row, before, after)
        before = befores[named.index(current)] if current else {}
        row = current or Campaign()
        for name, value in fields.items():
            setattr(row, name, value)
        save_campaign(row, contents, by=self.by)
        return _outcome("campaign", row, before, after, missing=tuple(validation.problems(row, timezone.now())))

    def _named(self, entry: Entry, fields: Mapping[str, Any]) -> list[Campaign]:
        """The campaigns of this name and application. Only one of them may still go out."""
        rows = list(Campaign.objects.filter(name=entry.name, application=fields["application"]))
        if sum(row.state not in Campaign.OVER for row in rows) > 1:
            words = _("Several campaigns here are named “%(name)s”.") % {"name": entry.name}
            remedy = _("Rename all but one of them, so that it is clear which one the file means.")
            self.findings.add((*entry.place, "name"), words, remedy, code="reference_ambiguous")
        return rows

    @contextmanager
    def _noted(self, entry: Entry) -> Iterator[None]:
        """What a service refuses is one of the findings."""
        try:
            yield
        except SchedulingError as error:
            self.findings.add_error(entry.place, error)


def _outcome(
    kind: Kind, row: Segment | Campaign, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any
) -> Imported:
    verdict: Verdict = "same" if before == after else "changed" if before else "new"
    changed = tuple(approval.differences(before, after)) if verdict == "changed" else ()
    return Imported(kind=kind, name=row.name, verdict=verdict, pk=row.pk, differences=changed, **more)


def _usual_corporation() -> Corporation:
    """The company of the default application."""
    found = Corporation.objects.filter(applications__is_default=True).first() or Corporation.objects.first()
    if found is None:
        words = _("No application is connected.")
        raise SchedulingError(words, code="no_application", remedy=_("Connect an application first."))
    return found
