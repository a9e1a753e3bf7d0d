"""Errors of a plain message, each with its field and the remedy. The campaign that sends it has checks of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.models import RenderMode
from conversations import services as conversations
from core.text.time_zones import time_zones
from scheduling.audience import reach
from scheduling.audience.personalisation import slots_of
from scheduling.business_calendar import parse_cron
from scheduling.campaigns import campaign_validation, plain_message
from scheduling.campaigns.plain_message import EVERYONE, LONGEST_NAME, PlainMessage
from scheduling.content_kinds.video import VideoKind
from scheduling.content_kinds.written import TextKind
from scheduling.exceptions import SchedulingError
from scheduling.models import LONGEST_GRACE, Campaign
from wecom.models import Application, Department, Tag

USER_ID = re.compile(r"[^\s|@,][^\s|,]{0,63}")
LONGEST_LINE = 120
CHOICES: Mapping[str, Sequence[str]] = {
    "message_type": (TextKind.name, VideoKind.name),
    "mode": ("", *RenderMode.values),
    "days": Campaign.Days.values,
    "unknown_days": Campaign.UnknownDays.values,
}
OF_WORDS = ("message_type", "mode")
FIELDS: Mapping[str, str] = {"audience": "user_ids", "contents": "text", "starts_at": "only_on"}
"""What a plain message calls the fields of its campaign."""


def check(message: PlainMessage, *, recipients: bool = True, words: bool = True) -> None:
    """Raise the first error of a tidied message that its campaign could not tell, or not by its name.

    Without `recipients` or `words`, which then stay as they are, these are not looked at.
    """
    for error in (
        *_choices(message, reworded=words),
        *_timing(message),
        *(_words(message) if words else ()),
        *_name(message),
    ):
        raise error
    for error in _members(message) if recipients else ():
        raise error


def named(error: SchedulingError) -> SchedulingError:
    """An error of the campaign, with the field as a plain message has it."""
    field = FIELDS.get(error.field, error.field)
    return SchedulingError(error.message, code=error.code, field=field, remedy=error.remedy)


def _choices(message: PlainMessage, *, reworded: bool) -> Iterator[SchedulingError]:
    for field, known in CHOICES.items():
        if (reworded or field not in OF_WORDS) and getattr(message, field) not in known:
            fault = _("There is no such choice: “%s”.") % str(getattr(message, field))[:40]
            remedy = _("There are: %(known)s.") % {"known": ", ".join(filter(None, known))}
            yield _error(field, f"{field}_unknown", fault, remedy)


def _timing(message: PlainMessage) -> Iterator[SchedulingError]:
    if message.time_zone not in time_zones():
        fault = _("“%(zone)s” is no time zone.") % {"zone": message.time_zone[:64]}
        yield _error("time_zone", "zone_unknown", fault, _("Write one like Asia/Shanghai or America/New_York."))
        return
    if not 1 <= message.grace_minutes <= LONGEST_GRACE:
        remedy = _("Write 1 to %(most)d minutes.") % {"most": LONGEST_GRACE}
        yield _error("grace_minutes", "grace_invalid", _("The grace is out of range."), remedy)
    try:
        parse_cron(message.cron)
    except SchedulingError as error:
        yield error
        return
    if len(message.cron) > LONGEST_LINE:
        yield _error("cron", "cron_too_long", _("The cron line is too long."), _("Write ranges like 9-17."))
    if message.only_on is not None and message.moment is None:
        fault, remedy = _("Its cron line has no time on that day."), _("Choose another day, or change the cron line.")
        yield _error("only_on", "day_not_in_line", fault, remedy)


def _name(message: PlainMessage) -> Iterator[SchedulingError]:
    if len(message.name) > LONGEST_NAME or not _can_be_stored(message.name):
        yield _error("name", "name_invalid", _("The name is too long."), _("Write at most 80 letters."))


def _words(message: PlainMessage) -> Iterator[SchedulingError]:
    if not _can_be_stored(message.text):
        yield _error("text", "unreadable", _("The text has characters that do not exist."), _("Write it again."))
    if message.source is not None:
        yield from _beside_source(message)
        return
    if not message.text.strip():
        yield _error("text", "empty", _("There is nothing to say."), _("Write what to say."))
    if message.values:
        remedy = _("Choose a template or a presentation, or take the values away.")
        fault = _("There are values, and neither a video template nor a presentation takes them.")
        yield _error("values", "values_unused", fault, remedy)


def _beside_source(message: PlainMessage) -> Iterator[SchedulingError]:
    """The fields that a template or presentation leaves unused."""
    field, source = "template" if message.template is not None else "presentation", message.source
    if message.message_type != VideoKind.name:
        fault = _("A text has no video template and no presentation.")
        yield _error(field, f"{field}_unused", fault, _("Send it as a video, or take it away."))
    if message.template is not None and message.presentation is not None:
        fault = _("There are a video template and a presentation.")
        remedy = _("Choose a video template or a presentation, not both.")
        yield _error("presentation", "two_sources", fault, remedy)
    if message.text.strip():
        fault = _("“%(source)s” has a script of its own: this text is not used.") % {"source": source}
        yield _error("text", "text_unused", fault, _("Leave the text empty, or take “%s” away.") % source)
    if message.digital_human is not None and source and message.digital_human != source.digital_human:
        fault = _("“%(source)s” says who speaks: %(human)s.") % {"source": source, "human": source.digital_human}
        yield _error("digital_human", "digital_human_unused", fault, _("Leave it empty, or choose another video."))
    faults = avatars.personal_faults(source, message.values, slots_of(message.sender)) if source else ()
    if faults:
        others = " ".join(str(fault) for fault in faults[1:])
        remedy = f"{faults[0].remedy} {others}".strip()
        yield _error("values", f"value_{faults[0].code}"[:40], faults[0].words, remedy)


def _members(message: PlainMessage) -> Iterator[SchedulingError]:
    if not (message.user_ids or message.department_numbers or message.tag_numbers):
        remedy = _("Choose members, departments or tags.")
        yield _error("user_ids", "members_none", _("No recipient is named."), remedy)
    for user_id in message.user_ids:
        if user_id != EVERYONE and not USER_ID.fullmatch(user_id):
            fault = _("“%(id)s” is no user ID.") % {"id": user_id[:64]}
            remedy = _("Write the account that WeChat Work's contacts show for the member, like zhangsan.")
            yield _error("user_ids", "member_invalid", fault, remedy)
            return
    application = message.sender
    if application is not None:
        yield from _not_in_the_directory(message, application)
    yield from _too_many(message, application)


def _too_many(message: PlainMessage, application: Application | None) -> Iterator[SchedulingError]:
    """Its run would tell it too, and send nothing."""
    count = len(message.user_ids)
    if application is not None:
        rule = plain_message.audience_of(message)
        count = reach.reach_of(rule, application=application, today=timezone.localdate(), first=0).count
        count += len(reach.unknown_members(rule, application=application))
    try:
        campaign_validation.check_size(Campaign(policy=Campaign.Policy.ALONE), count)
    except SchedulingError as error:
        yield named(error)


def _not_in_the_directory(message: PlainMessage, application: Application) -> Iterator[SchedulingError]:
    named_ids = [user_id for user_id in message.user_ids if user_id != EVERYONE]
    unknown = conversations.find_unknown(named_ids, application=application)
    if unknown:
        fault = _("The directory has no member with the user ID %s.") % ", ".join(unknown[:5])
        remedy = _("Check the spelling. If the member is new, sync the directory first.")
        yield _error("user_ids", "member_unknown", fault, remedy)
    places = Department.objects.existing().filter(corporation=application.corporation_id)
    yield from _no_such("department_numbers", message.department_numbers, places.values_list("number", flat=True))
    tags = Tag.objects.filter(corporation=application.corporation_id, gone_at=None)
    yield from _no_such("tag_numbers", message.tag_numbers, tags.values_list("number", flat=True))


def _no_such(field: str, wanted: Sequence[int], known: Iterable[int]) -> Iterator[SchedulingError]:
    missing = sorted(set(wanted).difference(known)) if wanted else []
    if missing:
        fault = _("The directory has no number %s.") % ", ".join(map(str, missing[:5]))
        yield _error(field, "number_unknown", fault, _("Choose one of the list, or sync the directory first."))


def _can_be_stored(text: str) -> bool:
    """Whether a text has neither lone surrogates nor NUL, which databases refuse."""
    return "\0" not in text and text.encode(errors="ignore").decode() == text


def _error(field: str, code: str, fault: str, remedy: str) -> SchedulingError:
    return SchedulingError(fault, code=code, field=field, remedy=remedy)
