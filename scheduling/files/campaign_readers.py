"""Entries of a file as rows that are not saved yet. Errors go to the findings."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from conversations.models import Desk
from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings, Place
from core.interchange.model_fields import fields_of, read_fields, refuse_others
from core.interchange.whole_file import Entry
from scheduling.files.file_entries import CAMPAIGN_APART, CONTENT_APART, FOLDER, WHOLE, variant_and_language
from scheduling.files.file_references import References
from scheduling.models import Campaign, CampaignContent, Segment, Series

SEGMENT_KEYS = ("name", "description", "rule")
CAMPAIGN_KEYS = (*(field.name for field in fields_of(Campaign, without=CAMPAIGN_APART)), "audience", "contents")
CONTENT_KEYS = ("share", *(field.name for field in fields_of(CampaignContent, without=CONTENT_APART)), "file")


def read_segment(entry: Entry, references: References, findings: Findings) -> Segment | None:
    """A segment; None if its entry has flaws."""
    refuse_others(entry.data, SEGMENT_KEYS, entry.place, findings)
    named = {name: value for name, value in entry.data.items() if name in ("name", "description")}
    fields = read_fields(
        Segment,
        named,
        entry.place,
        references=references,
        findings=findings,
        without=("corporation", "rule"),
    )
    rule = references.rule_of_names(entry.data.get("rule"), (*entry.place, "rule"), findings)
    if findings.below(entry.place):
        return None
    return Segment(**{**fields, "name": entry.name}, corporation=references.corporation, rule=rule)


def segments_in_order(entries: Iterable[Entry], findings: Findings) -> Iterator[Entry]:
    """Segments after those that they name. Those that go in a circle are left out, and told."""
    waiting = {entry.name: entry for entry in entries}
    while waiting:
        free = [entry for entry in waiting.values() if not names_in(entry.data.get("rule")) & waiting.keys()]
        for entry in free:
            yield waiting.pop(entry.name)
        for entry in waiting.values() if not free else ():
            fault = _("The segment “%(name)s” would name itself, through others.") % {"name": entry.name}
            remedy = _("Remove one of the conditions that name a segment.")
            findings.add((*entry.place, "rule"), fault, remedy, code="segment_cycle")
        waiting = waiting if free else {}


def names_in(rule: Any) -> set[str]:
    """The segments that a rule of a file names."""
    if not isinstance(rule, Mapping):
        return set()
    value, rules = rule.get("value"), rule.get("rules")
    own = {name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)}
    names = own if rule.get("subject") == "segment" else set()
    return names.union(*map(names_in, rules if isinstance(rules, list) else ()))


def read_mailing(
    model: type[Campaign | Series],
    entry: Entry,
    references: References,
    findings: Findings,
    *,
    keys: Collection[str],
    apart: Collection[str],
) -> dict[str, Any]:
    """The fields that a campaign or series has of itself, with its name and audience; `apart` are read elsewhere."""
    refuse_others(entry.data, keys, entry.place, findings)
    fields = read_fields(model, entry.data, entry.place, references=references, findings=findings, without=apart)
    place = (*entry.place, "audience")
    audience = references.audience_of_names(entry.data.get("audience") or {}, place, findings)
    return {**fields, "name": entry.name, "audience": audience}


def read_campaign(entry: Entry, references: References, findings: Findings) -> dict[str, Any] | None:
    """The fields of a campaign; None if they have flaws."""
    fields = read_mailing(Campaign, entry, references, findings, keys=CAMPAIGN_KEYS, apart=CAMPAIGN_APART)
    fields["cron"] = " ".join((fields["cron"] or "").split())
    if fields["repeats"] == Campaign.Repeats.SERIES:
        fault = _("“%(value)s” is none of its values.") % {"value": fields["repeats"]}
        findings.add((*entry.place, "repeats"), fault, _("Write it as a step, below “series:” and “steps:”."))
    return None if findings.below(entry.place) else fields


def read_contents(
    listed: Any, place: Place, current: Campaign | None, references: References, media: Media, findings: Findings
) -> list[CampaignContent]:
    """The contents of a campaign, as rows of the current one where it has them."""
    listed = {} if listed is None else listed
    if not isinstance(listed, Mapping):
        findings.add(place, _("Contents have a language each."), _("Write zh-hans: or en:, and the words below it."))
        return []
    saved = {(row.variant, row.language): row for row in current.contents.all()} if current else {}
    contents: dict[tuple[str, str], CampaignContent] = {}
    for key, data in listed.items():
        own, named = (*place, key), variant_and_language(key)
        if named[1] not in Desk.Language.values or len(named[0]) != 1 or named in contents:
            remedy = _("There are: %(known)s.") % {"known": ", ".join((*Desk.Language.values, "B/zh-hans", "B/en"))}
            findings.add(own, _("There is no language “%(name)s”, or it is there twice.") % {"name": key}, remedy)
        elif not isinstance(data, Mapping):
            findings.add(own, _("Contents have names and values."), _("Write “text:” and the words."))
        else:
            row = saved.get(named) or CampaignContent(variant=named[0], language=named[1])
            contents[named] = _content(row, data, own, references, media, findings)
    return list(contents.values())


def _content(
    row: CampaignContent,
    data: Mapping[str, Any],
    place: Place,
    references: References,
    media: Media,
    findings: Findings,
) -> CampaignContent:
    refuse_others(data, CONTENT_KEYS, place, findings)
    fields = read_fields(CampaignContent, data, place, references=references, findings=findings, without=CONTENT_APART)
    share = data.get("share", WHOLE)
    if type(share) is not int or not 0 < share <= WHOLE:
        findings.add((*place, "share"), _("The share is no percentage."), _("Write a whole number from 1 to 100."))
        share = WHOLE
    if fields["template"] and fields["presentation"]:
        fault = _("A video is made from a template or a presentation.")
        findings.add((*place, "presentation"), fault, _("Leave one of them out."))
    for name, value in fields.items():
        setattr(row, name, value)
    row.share = share
    current = row.file.name or ""
    own = (*place, "file")
    row.file = media.taken(data["file"], current, own, findings, folder=FOLDER) if data.get("file") else ""
    return row
