"""Exports of campaigns and segments: a YAML, or a ZIP where campaigns send files."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from scheduling.campaigns import approval
from scheduling.exceptions import SchedulingError
from scheduling.files import documents
from scheduling.files.archives import Packed, pack
from scheduling.files.entries import campaign_entry, segment_entry
from scheduling.files.media import Media
from scheduling.files.references import References
from scheduling.models import Campaign, Segment
from wecom.models import Corporation


def export_file(*, campaigns: Iterable[Campaign] = (), segments: Iterable[Segment] = ()) -> Packed:
    """These campaigns and segments with the segments that they name. Equal rows give equal bytes, here and elsewhere.

    Raises `SchedulingError` for rows of two companies, two campaigns of one name, and a reference to what is gone.
    """
    campaigns, segments = list(campaigns), list(segments)
    corporation = _company(campaigns, segments)
    repeated = [name for name, count in Counter(one.name for one in campaigns).items() if count > 1]
    if repeated:
        words = _("Several of these campaigns are named “%(name)s”.") % {"name": repeated[0]}
        remedy = _("Rename one, or export them one by one: in a file a campaign is told by its name.")
        raise SchedulingError(words, code="name_taken", remedy=remedy, field="name")
    references, media = References(corporation), Media()
    written = [campaign_entry(one, one.contents.all(), references, media) for one in campaigns]
    text = documents.write(
        segments=[segment_entry(one, references) for one in _with_named(campaigns, segments)],
        campaigns=written,
    )
    return pack(text, media.known)


def _company(campaigns: list[Campaign], segments: list[Segment]) -> Corporation:
    senders = [campaign.sender for campaign in campaigns]
    found = {sender.corporation for sender in senders if sender} | {segment.corporation for segment in segments}
    if len(found) > 1:
        words = _("A file holds what one company has.")
        raise SchedulingError(words, code="two_companies", remedy=_("Export each company's by themselves."))
    if not found:
        words, remedy = _("There is nothing to export."), _("Connect an application, and choose campaigns or segments.")
        raise SchedulingError(words, code="nothing_to_export", remedy=remedy)
    return found.pop()


def _with_named(campaigns: list[Campaign], segments: list[Segment]) -> QuerySet[Segment]:
    """The segments, those that the campaigns name, and those that these name."""
    keys = {segment.pk for segment in segments}
    for campaign in campaigns:
        for side in (campaign.audience, campaign.audience.get("exclude") or {}):
            keys |= set(side.get("segments") or ())
    return Segment.objects.filter(pk__in=approval.rules_of({"segments": sorted(keys)}))
