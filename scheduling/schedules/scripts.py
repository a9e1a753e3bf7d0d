"""The scripts of a schedule's video: for each member in their language, with what is known about them."""

from collections.abc import Collection, Iterator

from avatars import services as avatars
from conversations import services as conversations
from scheduling.audience.personalisation import member_facts, slots_of
from scheduling.models import Schedule
from scheduling.schedules.audience import application_of
from wecom.models import Member


def known_members(schedule: Schedule, user_ids: Collection[str]) -> dict[str, Member]:
    """The members among these that have a row, by user ID, with their facts."""
    application = application_of(schedule)
    if application is None:
        return {}
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=user_ids)
    return {member.user_id: member for member in rows.select_related("main_department").prefetch_related("facts")}


def scripts_of(
    schedule: Schedule, source: avatars.VideoSource, user_ids: Collection[str]
) -> Iterator[tuple[Member, avatars.PersonalScript]]:
    """The script for each member in their language, also for those without a row."""
    known, application = known_members(schedule, user_ids), application_of(schedule)
    languages = conversations.languages_with(known.values(), application=application) if application else {}
    slots = slots_of(application)
    for user_id in user_ids:
        member = known.get(user_id) or Member(user_id=user_id)
        language = languages.get(user_id, "")
        facts = member_facts(member, language)
        yield member, avatars.personalise(source, schedule.values, facts=facts, slots=slots, language=language)
