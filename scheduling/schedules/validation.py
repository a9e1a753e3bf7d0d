"""Validates schedules: each error names its field and the remedy."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from avatars import services as avatars
from avatars.exceptions import ScriptError
from avatars.models import RenderMode
from conversations import services as conversations
from core.text.time_zones import time_zones
from scheduling.audience.personalisation import slots_of
from scheduling.business_calendar import parse_cron
from scheduling.exceptions import SchedulingError
from scheduling.models import EVERYONE, LONGEST_GRACE, Schedule
from scheduling.schedules.audience import Audience, application_of, audience_of, check_size
from scheduling.schedules.scripts import known_members, scripts_of
from wecom.models import Department, Tag

USER_ID = re.compile(r"[^\s|@,][^\s|,]{0,63}")
BETWEEN_IDS = re.compile(r"[\s,;，；、|]+")
LOOK_AHEAD = timedelta(days=60)
OFTEN = 24
LONGEST_NAME, LONGEST_LINE = 80, 120


HELD = gettext_lazy(
    "The working days of %(year)d are not known yet: from then on nothing is sent. They are published in November; "
    "import the list under Working days and holidays."
)
COUNTED = gettext_lazy(
    "The working days of %(year)d are not known yet: from then on Monday to Friday count, holidays or not. They are "
    "published in November; import the list under Working days and holidays."
)
UNREACHED = {
    "left": gettext_lazy("Left out, because they have left the company: %(ids)s."),
    "out_of_range": gettext_lazy("Left out, because the application's visible range lacks them: %(ids)s."),
    "opted_out": gettext_lazy("Left out, because they have muted the topic: %(ids)s."),
    "unknown": gettext_lazy("Left out, because the directory does not have them: %(ids)s."),
}


def parse_user_ids(text: str) -> list[str]:
    """The user IDs in a text, each once and in lower case, as WeChat Work compares them."""
    return list(dict.fromkeys(one.lower() for one in BETWEEN_IDS.split(text) if one))


def check(schedule: Schedule) -> None:
    """Raise the first error of a schedule."""
    for problem in problems(schedule):
        raise problem


def problems(schedule: Schedule) -> Iterator[SchedulingError]:
    """All errors of a schedule."""
    yield from _members(schedule)
    yield from _words(schedule)
    yield from timing(schedule)
    if len(schedule.name) > LONGEST_NAME or not _can_be_stored(schedule.name):
        yield _error("name", "name_invalid", _("The name is too long."), _("Write at most 80 letters."))


def warnings(schedule: Schedule, now: datetime) -> Iterator[str]:
    """Warnings about a valid schedule."""
    yield from timing_warnings(schedule, now)
    audience = audience_of(schedule)
    yield from _missing_values(schedule, audience)
    application = application_of(schedule)
    if application is None:
        yield _("No application of WeChat Work is connected yet: until one is, nothing can be sent.")
        return
    yield from left_out(audience)
    known = known_members(schedule, audience.user_ids)
    strangers = sorted(set(audience.user_ids).difference(known))
    if strangers:
        words = _("The application does not know any member with the user ID %(ids)s yet. Is it spelt right?")
        yield words % {"ids": ", ".join(strangers[:5])}


def left_out(audience: Audience) -> Iterator[str]:
    """Members who are left out, and that nobody remains."""
    for reason, words in UNREACHED.items():
        ids = sorted(user_id for user_id, why in audience.unreached.items() if why == reason)
        if ids:
            yield words % {"ids": ", ".join(ids[:5])}
    if not audience.user_ids:
        yield _("No member gets it at the moment.")


def _missing_values(schedule: Schedule, audience: Audience) -> Iterator[str]:
    """Members without a value that the source requires: they get text instead of a video."""
    source = schedule.source
    if source is None or not schedule.is_personal:
        return
    scripts = scripts_of(schedule, source, audience.user_ids)
    named = [f"{member.user_id} ({', '.join(script.missing)})" for member, script in scripts if script.missing]
    if named:
        words = _("No value for %(members)s, so they get text and no video. Give the variable a default.")
        yield words % {"members": ", ".join(named[:5])}


def timing_warnings(schedule: Schedule, now: datetime) -> Iterator[str]:
    """Warnings about the times of a schedule."""
    year = (now + LOOK_AHEAD).astimezone(schedule.zone).year
    rule = schedule.rule
    if rule.working_days and not rule.calendar.knows_year(year):
        words = HELD if rule.holds else COUNTED
        yield str(words) % {"year": year}
    elif not rule.upcoming(now, 1):
        yield _("This schedule never comes due: no such day is a working day, or it has passed.")
    times = parse_cron(schedule.cron).times
    if times > OFTEN:
        yield _("Each member gets %(count)d messages on a day of this schedule.") % {"count": times}


def _members(schedule: Schedule) -> Iterator[SchedulingError]:
    if not (schedule.user_ids or schedule.department_numbers or schedule.tag_numbers):
        remedy = _("Choose members, departments or tags.")
        yield _error("user_ids", "members_none", _("No recipient is named."), remedy)
    for user_id in schedule.user_ids:
        if user_id != EVERYONE and not USER_ID.fullmatch(str(user_id)):
            words = _("“%(id)s” is no user ID.") % {"id": str(user_id)[:64]}
            remedy = _("Write the account that WeChat Work's contacts show for the member, like zhangsan.")
            yield _error("user_ids", "member_invalid", words, remedy)
            return
    faults = list(_not_in_the_directory(schedule))
    yield from faults
    if not faults:
        try:
            check_size(len(audience_of(schedule).user_ids))
        except SchedulingError as error:
            yield error


def _not_in_the_directory(schedule: Schedule) -> Iterator[SchedulingError]:
    application = application_of(schedule)
    if application is None:
        return
    named = [user_id for user_id in schedule.user_ids if user_id != EVERYONE]
    unknown = conversations.find_unknown(named, application=application)
    if unknown:
        words = _("The directory has no member with the user ID %s.") % ", ".join(unknown[:5])
        remedy = _("Check the spelling. If the member is new, sync the directory first.")
        yield _error("user_ids", "member_unknown", words, remedy)
    places = Department.objects.existing().filter(corporation=application.corporation_id)
    yield from _no_such("department_numbers", schedule.department_numbers, places.values_list("number", flat=True))
    tags = Tag.objects.filter(corporation=application.corporation_id, gone_at=None)
    yield from _no_such("tag_numbers", schedule.tag_numbers, tags.values_list("number", flat=True))


def _no_such(field: str, wanted: Sequence[int], known: Iterable[int]) -> Iterator[SchedulingError]:
    missing = sorted(set(wanted).difference(known)) if wanted else []
    if missing:
        words = _("The directory has no number %s.") % ", ".join(map(str, missing[:5]))
        yield _error(field, "number_unknown", words, _("Choose one of the list, or sync the directory first."))


def _words(schedule: Schedule) -> Iterator[SchedulingError]:
    if schedule.message_type not in Schedule.MessageType.values:
        yield _error("message_type", "message_type_unknown", _("There is no such type."), _("Write text or video."))
        return
    if schedule.source is not None:
        yield from _source(schedule, schedule.source)
        return
    if schedule.values:
        remedy = _("Choose a template or a presentation, or take the values away.")
        words = _("There are values, and neither a video template nor a presentation takes them.")
        yield _error("values", "values_unused", words, remedy)
    most = settings.SCHEDULING["MAX_TEXT"]
    if not schedule.text.strip():
        yield _error("text", "empty", _("There is nothing to say."), _("Write what to say."))
    elif schedule.message_type == Schedule.MessageType.VIDEO:
        yield from _script(schedule)
    elif not _can_be_stored(schedule.text):
        yield _error("text", "unreadable", _("The text has characters that do not exist."), _("Write it again."))
    elif len(schedule.text) > most:
        words = _("The text has %(count)d characters; it may have %(most)d.")
        values = {"count": len(schedule.text), "most": most}
        yield _error("text", "too_long", words % values, _("Make it shorter."))


def _script(schedule: Schedule) -> Iterator[SchedulingError]:
    try:
        avatars.check_script(schedule.text)
    except ScriptError as error:
        if error.code == "too_long":
            words = _("The text has %(count)d characters; a video may have %(most)d.")
            values = {"count": len(schedule.text.strip()), "most": settings.AVATARS["MAX_CHARACTERS"]}
            yield _error("text", "too_long", words % values, _("Make it shorter."))
        else:
            yield _error("text", error.code, error.message, error.remedy)
    yield from _mode(schedule)


def _source(schedule: Schedule, source: avatars.VideoSource) -> Iterator[SchedulingError]:
    """Errors in a template or presentation and its values, independent of the members."""
    field = "template" if schedule.template is not None else "presentation"
    if schedule.message_type != Schedule.MessageType.VIDEO:
        words, remedy = (
            _("A text has no video template and no presentation."),
            _("Send it as a video, or take it away."),
        )
        yield _error(field, f"{field}_unused", words, remedy)
        return
    if schedule.template is not None and schedule.presentation is not None:
        words = _("There are a video template and a presentation.")
        remedy = _("Choose a video template or a presentation, not both.")
        yield _error("presentation", "two_sources", words, remedy)
    if schedule.text.strip():
        words = _("“%(source)s” has a script of its own: this text is not used.") % {"source": source}
        yield _error("text", "text_unused", words, _("Leave the text empty, or take “%s” away.") % source)
    if schedule.digital_human is not None and schedule.digital_human != source.digital_human:
        words = _("“%(source)s” says who speaks: %(human)s.") % {"source": source, "human": source.digital_human}
        yield _error("digital_human", "digital_human_unused", words, _("Leave it empty, or choose another video."))
    for where, kind, faults in (
        (field, field, avatars.source_faults(source)),
        ("values", "value", avatars.personal_faults(source, schedule.values, slots_of(application_of(schedule)))),
    ):
        if faults:
            first, others = faults[0], " ".join(str(fault) for fault in faults[1:])
            remedy = f"{first.remedy} {others}".strip()
            yield _error(where, f"{kind}_{first.code}"[:40], first.words, remedy)
    yield from _mode(schedule)


def _mode(schedule: Schedule) -> Iterator[SchedulingError]:
    if schedule.mode and schedule.mode not in RenderMode.values:
        known = ", ".join(RenderMode.values)
        remedy = _("There are: %(known)s.") % {"known": known}
        yield _error("mode", "mode_unknown", _("There is no such mode."), remedy)


def timing(schedule: Schedule) -> Iterator[SchedulingError]:
    """Errors in the times of a schedule."""
    try:
        parse_cron(schedule.cron)
        if len(schedule.cron) > LONGEST_LINE:
            yield _error("cron", "cron_too_long", _("The cron line is too long."), _("Write ranges like 9-17."))
    except SchedulingError as error:
        yield error
    if schedule.time_zone not in time_zones():
        words = _("“%(zone)s” is no time zone.") % {"zone": schedule.time_zone[:64]}
        yield _error("time_zone", "zone_unknown", words, _("Write one like Asia/Shanghai or America/New_York."))
    if schedule.days not in Schedule.Days.values:
        yield _error("days", "days_unknown", _("There is no such choice of days."), _("Write every or working."))
    if not 1 <= schedule.grace_minutes <= LONGEST_GRACE:
        remedy = _("Write 1 to %(most)d minutes.") % {"most": LONGEST_GRACE}
        yield _error("grace_minutes", "grace_invalid", _("The grace is out of range."), remedy)


def _can_be_stored(text: str) -> bool:
    """Whether a text has neither lone surrogates nor NUL, which databases refuse."""
    return "\0" not in text and text.encode(errors="ignore").decode() == text


def _error(field: str, code: str, words: str, remedy: str) -> SchedulingError:
    return SchedulingError(words, code=code, field=field, remedy=remedy)
