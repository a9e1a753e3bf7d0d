"""Exports of campaigns, series and segments: a YAML, or a ZIP where campaigns send files."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.interchange import whole_file
from core.interchange.archives import Packed, pack
from core.interchange.files_of_rows import Media
from scheduling.campaigns import approved_content
from scheduling.exceptions import SchedulingError
from scheduling.files.file_entries import KEYS, campaign_entry, segment_entry, series_entry
from scheduling.files.file_references import References
from scheduling.models import Campaign, Segment, Series
from wecom.models import Corporation


def export_file(
    *, campaigns: Iterable[Campaign] = (), series: Iterable[Series] = (), segments: Iterable[Segment] = ()
) -> Packed:
    """These campaigns, series and segments with the segments that they name. Equal rows give equal bytes.

    Raises `SchedulingError` for rows of two companies, two rows of one name, a step without its series, and a reference
    to a row that is gone.
    """
    campaigns, series, segments = list(campaigns), list(series), list(segments)
    references, media = References(_company([*campaigns, *series], segments)), Media()
    for rows in (campaigns, series):
        _check_names(rows)
    if any(campaign.series_id for campaign in campaigns):
        fault = _("A step is exported with its series.")
        raise SchedulingError(fault, code="step_alone", remedy=_("Export the series."))
    steps = {row: [(step, step.contents.all()) for step in row.steps.all()] for row in series}
    parts = {
        "segments": [segment_entry(segment, references) for segment in _with_named([*campaigns, *series], segments)],
        "campaigns": [campaign_entry(campaign, campaign.contents.all(), references, media) for campaign in campaigns],
        "series": [series_entry(row, steps[row], references, media) for row in series],
    }
    return pack(whole_file.write(parts, keys=KEYS), media.known, name="campaigns")


def _company(rows: Sequence[Campaign | Series], segments: list[Segment]) -> Corporation:
    senders = [row.sender for row in rows]
    companies = {sender.corporation for sender in senders if sender} | {segment.corporation for segment in segments}
    if len(companies) > 1:
        fault = _("A file holds what one company has.")
        raise SchedulingError(fault, code="two_companies", remedy=_("Export each company's by themselves."))
    if not companies:
        fault, remedy = _("There is nothing to export."), _("Connect an application, and choose campaigns or segments.")
        raise SchedulingError(fault, code="nothing_to_export", remedy=remedy)
    return companies.pop()


def _check_names(rows: Sequence[Campaign | Series]) -> None:
    """In a file a row is told by its name."""
    repeated = [name for name, count in Counter(row.name for row in rows).items() if count > 1]
    if repeated:
        fault = _("Several of them are named “%(name)s”.") % {"name": repeated[0]}
        remedy = _("Rename one, or export them one by one: in a file they are told by their names.")
        raise SchedulingError(fault, code="name_taken", remedy=remedy, field="name")


def _with_named(rows: Sequence[Campaign | Series], segments: list[Segment]) -> QuerySet[Segment]:
    """The segments, those that the rows name, and those that these name."""
    rules = approved_content.rules_of({"segments": [segment.pk for segment in segments]})
    for row in rows:
        rules |= approved_content.rules_of(row.audience)
        rules |= approved_content.rules_named(row.stop_rule) if isinstance(row, Series) else {}
    return Segment.objects.filter(pk__in=rules)
