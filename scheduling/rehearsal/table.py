"""A rehearsal as the rows of a table: a line for each message and for each reason why there is none."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scheduling.rehearsal.rehearsed_subjects import Subject
from scheduling.rehearsal.results import Rehearsal


def table(rehearsal: Rehearsal, subject: Subject) -> Iterator[list[str]]:
    """The heads, and the lines in the order of members and time; times are of the subject's zone."""
    yield [_("user ID"), _("name"), _("when"), _("campaign"), _("outcome"), _("language"), _("variant"), _("words")]
    for line in rehearsal.timelines:
        for occasion in line.occasions:
            outcome = _("gets it") if occasion.arrives else occasion.why
            when = f"{occasion.at.astimezone(subject.zone):%Y-%m-%d %H:%M}"
            named = [line.member.user_id, line.member.name, when, occasion.name, outcome]
            yield [*named, occasion.language, occasion.variant, occasion.words]
