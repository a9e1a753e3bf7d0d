"""A series of a file, and its steps, as rows that are not saved yet. Errors go to the findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings, Place
from core.interchange.model_fields import fields_of, read_fields, refuse_others
from core.interchange.whole_file import Entry
from scheduling.exceptions import SchedulingError
from scheduling.files.campaign_readers import read_contents, read_mailing
from scheduling.files.file_entries import SERIES_APART, STEP_APART, step_key
from scheduling.files.file_references import References
from scheduling.models import Campaign, CampaignContent, Series
from scheduling.segments.rules import parse_group

SERIES_KEYS = (*(field.name for field in fields_of(Series, without=SERIES_APART)), *SERIES_APART, "steps")
STEP_KEYS = ("day", "at", *(field.name for field in fields_of(Campaign, without=STEP_APART)), "contents")
MOMENT = tuple(field.name for field in fields_of(Campaign) if field.name not in ("day", "at"))


@dataclass(frozen=True, kw_only=True)
class StepRead:
    """A step of a file: the row that has its day and time, or a new one, and the file's values for it."""

    row: Campaign
    fields: Mapping[str, Any]
    contents: list[CampaignContent]


def read_series(entry: Entry, references: References, findings: Findings) -> dict[str, Any] | None:
    """The fields of a series without its steps; None if they have flaws."""
    fields = read_mailing(Series, entry, references, findings, keys=SERIES_KEYS, apart=SERIES_APART)
    rule = references.rule_of_names(entry.data.get("stop_rule") or {}, (*entry.place, "stop_rule"), findings)
    try:
        fields["stop_rule"] = parse_group(rule).tidy().as_json() if rule else {}
    except SchedulingError as error:
        place = error.field.replace("rule", "stop_rule", 1)
        named = SchedulingError(error.message, code=error.code, field=place, remedy=error.remedy)
        findings.add_error(entry.place, named)
    return None if findings.below(entry.place) else fields


def read_steps(
    entry: Entry, current: Series | None, references: References, media: Media, findings: Findings
) -> list[StepRead]:
    """The steps of a series, each on its row of the current one where that has its day and time."""
    place = (*entry.place, "steps")
    listed = entry.data.get("steps") or []
    if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
        findings.add(place, _("Steps are a list, each with a day and a time."), _("Begin each with “- day:”."))
        return []
    saved = {step_key(row.day, row.at): row for row in current.steps.all()} if current else {}
    steps: dict[tuple[int, str], StepRead] = {}
    for number, data in enumerate(listed):
        own = (*place, number)
        step = _step(data, own, saved, references, media, findings)
        key = step_key(step.fields["day"], step.fields["at"])
        if key in steps:
            fault, remedy = _("Another step has this day and time."), _("Choose another time of that day.")
            findings.add((*own, "at"), fault, remedy, code="step_taken")
        steps[key] = step
    return list(steps.values())


def _step(
    data: Mapping[str, Any],
    place: Place,
    saved: Mapping[tuple[int, str], Campaign],
    references: References,
    media: Media,
    findings: Findings,
) -> StepRead:
    refuse_others(data, STEP_KEYS, place, findings)
    moment = read_fields(Campaign, data, place, references=references, findings=findings, without=MOMENT)
    if moment["day"] is None and not findings.below((*place, "day")):
        findings.add((*place, "day"), _("“%(name)s” is missing.") % {"name": "day"}, _("Write a whole number."))
    fields = read_fields(Campaign, data, place, references=references, findings=findings, without=STEP_APART)
    row = saved.get(step_key(moment["day"], moment["at"]))
    contents = read_contents(data.get("contents"), (*place, "contents"), row, references, media, findings)
    return StepRead(row=row or Campaign(), fields={**moment, **fields}, contents=contents)
