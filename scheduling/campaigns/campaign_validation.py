"""Checks of a campaign: each error names its field and the remedy."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.exceptions import ScriptError
from core.evidence.stated_reasons import has_words
from core.text.slot_values import Slot
from core.text.time_zones import time_zones
from scheduling.audience import variables
from scheduling.audience.audience_rule import check_somebody, parse_audience
from scheduling.audience.personalisation import slots_of
from scheduling.business_calendar import parse_cron
from scheduling.campaigns import moments
from scheduling.campaigns.cards.card_checks import card_problems
from scheduling.campaigns.content import CampaignWords, compose, filled, has_room_for_way_out, text_of
from scheduling.campaigns.hours.quiet_hours import chosen_weekdays, hours_of
from scheduling.campaigns.way_out import way_out
from scheduling.content_kinds import links
from scheduling.content_kinds.content_kind import Closing, MessageKind
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent

VARIANTS = ("A", "B")
Slots = Mapping[str, Slot]


def problems(campaign: Campaign, now: datetime, *, slots: Slots | None = None) -> Iterator[SchedulingError]:
    """All errors of a campaign that is saved. `slots` are the types of its variables, where the caller knows them."""
    if not campaign.name.strip():
        yield _error("name", "empty", _("The name is missing."), _("Write what the campaign is about."))
    if campaign.urgent_reason and not has_words(campaign.urgent_reason):
        fault, remedy = _("This is no reason."), _("Say in words why it cannot wait, or leave it empty.")
        yield _error("urgent_reason", "no_reason", fault, remedy)
    yield from timing(campaign, now)
    yield from _window(campaign, now)
    yield from _audience(campaign)
    rows = list(campaign.contents.all())
    if not rows:
        yield _error("contents", "empty", _("There is nothing to send."), _("Write its words in one language."))
    yield from _variants(rows)
    for row in rows:
        yield from content_problems(campaign, row, slots)


def _audience(campaign: Campaign) -> Iterator[SchedulingError]:
    try:
        check_somebody(parse_audience(campaign.audience))
    except SchedulingError as error:
        yield error


def check_size(campaign: Campaign, count: int) -> None:
    """Raise `SchedulingError` if a campaign without approval reaches more members than a schedule may."""
    most = settings.SCHEDULING["MAX_MEMBERS"]
    if not campaign.needs_approval and count > most:
        fault = _("There are %(count)d members; a campaign without approval may have %(most)d.")
        remedy = _("Let a second person approve it, or choose fewer members.")
        values = {"count": count, "most": most}
        raise SchedulingError(fault % values, code="members_too_many", field="audience", remedy=remedy)


def timing(campaign: Campaign, now: datetime) -> Iterator[SchedulingError]:
    """Errors in its times: a moment that has passed, a cron line that never comes, a zone that does not exist."""
    if campaign.time_zone not in time_zones():
        remedy = _("Write a name like Asia/Shanghai.")
        yield _error("time_zone", "zone_unknown", _("There is no such time zone."), remedy)
    if campaign.repeats == Campaign.Repeats.SERIES and campaign.series_id is None:
        fault = _("It is no step of a series.")
        yield _error("repeats", "no_series", fault, _("Choose once or repeatedly, or add a step to a series."))
    if campaign.next_working_day_at is not None and campaign.in_member_zone:
        fault, remedy = _("The next working day is counted by the clock of one time zone."), _("Choose a date instead.")
        yield _error("in_member_zone", "working_day_zone", fault, remedy)
    if campaign.repeats != Campaign.Repeats.CRON:
        return
    try:
        parse_cron(campaign.cron)
    except SchedulingError as error:
        yield error
        return
    if moments.next_moment(campaign, now) is None:
        fault = _("It never comes due: no such day is a working day, or it lies after the last day.")
        yield _error("cron", "cron_never", fault, _("Change the cron line, the days or the last day."))


def _window(campaign: Campaign, now: datetime) -> Iterator[SchedulingError]:
    """Errors in its send window: half of one, one that is empty, and one that the quiet hours swallow."""
    opens, closes, days = campaign.window_from, campaign.window_until, campaign.window_weekdays
    if (opens is None) is not (closes is None):
        field = "window_from" if opens is None else "window_until"
        fault = _("A send window has a beginning and an end.")
        yield _error(field, "window_half", fault, _("Enter both times, or none."))
        return
    if opens is not None and opens == closes:
        fault = _("The send window ends when it begins.")
        yield _error("window_until", "window_empty", fault, _("Choose another time, or leave both empty."))
        return
    chosen = chosen_weekdays(campaign)
    if campaign.window_days == Campaign.WindowDays.CHOSEN and (not chosen or chosen != days):
        fault = _("No day is chosen for the send window.")
        yield _error("window_weekdays", "window_weekdays", fault, _("Choose at least one day of the week, 1 to 7."))
        return
    if opens is None and campaign.window_days == Campaign.WindowDays.EVERY:
        return  # no window at all
    application = campaign.sender
    if application is None or opens is None:  # quiet hours alone leave a part of each day
        return
    hours = hours_of(campaign, application)
    if hours.never_allow(now, campaign.zone):
        fault = _("It could never go out: its send window lies within the quiet hours of the company, %(quiet)s.")
        remedy = _("Choose a window outside of them, or change the sending policy.")
        yield _error("window_from", "window_quiet", fault % {"quiet": hours.policy.quiet_hours}, remedy)


def content_problems(campaign: Campaign, row: CampaignContent, slots: Slots | None = None) -> Iterator[SchedulingError]:
    """Errors in the words of one language and variant."""
    kind = campaign.kind
    slots = slots_of(campaign.sender) if slots is None else slots
    flaws = list(_variables(row, slots))
    yield from flaws
    lacking = [_error(flaw.field, flaw.code, _(flaw.words), _(flaw.remedy)) for flaw in kind.flaws(row)]
    yield from lacking
    if kind.is_made:
        yield from _video(row, slots)
    elif kind.in_parts and not campaign.needs_approval:
        yield from _length(row)
    elif isinstance(kind, MessageKind) and not flaws and not lacking:
        yield from _composed(campaign, kind, row, slots)


def _length(row: CampaignContent) -> Iterator[SchedulingError]:
    """Whether a text that may go out in parts is too long for that."""
    most = settings.SCHEDULING["MAX_TEXT"]
    if len(row.text) > most:
        fault = _("The text has %(count)d characters; it may have %(most)d.") % {"count": len(row.text), "most": most}
        yield _error("text", "too_long", fault, _("Make it shorter."))


def _composed(campaign: Campaign, kind: MessageKind, row: CampaignContent, slots: Slots) -> Iterator[SchedulingError]:
    longest = dict.fromkeys(slots, "…")
    wrong = list(card_problems(filled(row.card, longest))) if "card" in kind.fields else []
    yield from wrong
    if wrong:
        return
    try:
        compose(kind, _as_sent(campaign, row), longest)
    except SchedulingError as error:
        field = "text" if error.field == "content" else error.field  # as WeChat Work calls it
        yield SchedulingError(error.message, code=error.code, field=field, remedy=error.remedy)
        return
    sent = _as_sent(campaign, row)
    if kind.closing == Closing.ON_CARD and not has_room_for_way_out(filled(sent["card"], longest), sent):
        fault = _("There is no room for the last line, which tells members how they choose what they get.")
        remedy = _("Shorten the card, or switch “offers the settings” off.")
        yield _error("card", "way_out", fault, remedy)


def _as_sent(campaign: Campaign, row: CampaignContent) -> Mapping[str, Any]:
    """The words as they go out, with addresses as long as the short ones if its links are counted."""
    closing = way_out(row.language) if campaign.shows_way_out else {}
    own = {"text": row.text, "literal": row.literal, "card": row.card, **closing}
    if campaign.link_clicks == Campaign.Clicks.NONE:
        return own
    short = f"{settings.SITE_URL.rstrip('/')}/c/{'x' * 16}"
    targets = links.targets_of(campaign.kind, own)
    return links.with_links(campaign.kind, own, dict.fromkeys(targets, short))


def _variables(row: CampaignContent, slots: Slots) -> Iterator[SchedulingError]:
    own = {"text": row.text, "literal": row.literal, "card": row.card, "values": row.values}
    words = CampaignWords(campaign_id=0, content_type="", contents={"A/zh": own})
    for text in words.texts:
        if variables.has_stray_braces(text):
            remedy = _("Write a variable like {{name}} or {{name|colleague}}.")
            yield _error("text", "braces", _("There are braces that are no variable."), remedy)
            return
    unknown = sorted({variable.name for variable in variables.variables_of(words.texts)} - slots.keys())
    if unknown:
        remedy = _("There are: %(known)s.") % {"known": ", ".join(slots)}
        yield _error("text", "variable_unknown", _("There is no variable “%s”.") % unknown[0], remedy)


def _video(row: CampaignContent, slots: Slots) -> Iterator[SchedulingError]:
    source = row.template or row.presentation
    if source is None:
        try:
            avatars.check_script(text_of({"text": row.text, "literal": row.literal}, dict.fromkeys(slots, "…")))
        except ScriptError as error:
            yield SchedulingError(error.message, code=error.code, field="text", remedy=error.remedy)
        return
    plain = {name: variables.without_default(value) for name, value in row.values.items()}
    faults = avatars.source_faults(source) or avatars.personal_faults(source, plain, slots)
    if faults:
        field = "template" if row.template else "presentation"
        yield _error(field, f"{field}_{faults[0].code}"[:40], faults[0].words, faults[0].remedy)


def _variants(rows: list[CampaignContent]) -> Iterator[SchedulingError]:
    shares: Mapping[str, set[int]] = {row.variant: set() for row in rows}
    for row in rows:
        shares[row.variant].add(row.share)
    if not shares.keys() <= set(VARIANTS):
        yield _error("variant", "variant_unknown", _("There is no such variant."), _("Write A or B."))
    elif any(len(share) > 1 for share in shares.values()) or (
        shares and sum(max(share) for share in shares.values()) != 100
    ):
        remedy = _("Give each variant one share; together they are 100 per cent.")
        yield _error("share", "shares", _("The shares of the variants do not add up."), remedy)


def _error(field: str, code: str, fault: str, remedy: str) -> SchedulingError:
    return SchedulingError(fault, code=code, field=field, remedy=remedy)
