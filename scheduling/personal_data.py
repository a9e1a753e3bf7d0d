"""What schedules hold about people, for the registry in `core.personal_data`."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from avatars.models import Render
from core.personal_data.holdings import Holding, Kind, Person
from core.personal_data.lookups import mentions, without
from core.personal_data.registry import belongs_to, register, without_personal_data
from scheduling.models import AudienceSheetMember, Run, Schedule, Segment
from scheduling.schedules import beat_entries
from scheduling.segments.rules import renamed
from wecom.models import Application

SCHEDULES = Kind(key="schedules", label=_("schedules"))
AUDIENCES = Kind(key="audiences", label=_("segments and uploaded lists"))
RUNS = Kind(key="runs", label=_("runs of schedules"), days=lambda: settings.SCHEDULING["KEEP_RUNS_DAYS"])


class ScheduleHolding(Holding):
    """Schedules go on without the person; one for this person alone is emptied and paused, and keeps its runs."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for schedule in Schedule.objects.filter(pk__in=pks) if person else ():
            schedule.user_ids = without(schedule.user_ids, person.user_id) if person else schedule.user_ids
            if not (schedule.user_ids or schedule.department_numbers or schedule.tag_numbers):
                _empty(schedule)
            schedule.save()
            beat_entries.sync(schedule)


def _empty(schedule: Schedule) -> None:
    schedule.name = schedule.text = schedule.key = schedule.returned_note = ""
    schedule.values, schedule.paused = {}, True
    schedule.ahead, schedule.ahead_for = None, None


class RunHolding(Holding):
    """Why a run failed, and who was left out, may name members."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person:
            for run in self.rows(pks):
                left_out = {who: why for who, why in run.unreached.items() if who.lower() != person.user_id.lower()}
                self.rows([run.pk]).update(detail="", unreached=left_out)
        else:
            super().clear(pks)


class SegmentHolding(Holding):
    """Rules that name the person go on without them: the alias in the place of their user ID or name finds nobody."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for segment in self.rows(pks) if person else ():
            rule = segment.rule
            for words in (person.user_id, *person.names) if person else ():
                rule = renamed(rule, words, person.alias if person else "")
            self.rows([segment.pk]).update(rule=rule)


def register_models() -> None:
    """Called once, when the app is ready."""
    register(
        ScheduleHolding(Schedule, SCHEDULES, of=_addressed),
        RunHolding(Run, RUNS, of=_named, age="due_at"),
        SegmentHolding(Segment, AUDIENCES, of=_asked_for),
        Holding(AudienceSheetMember, AUDIENCES, of=_listed),
    )
    without_personal_data(
        {
            "scheduling.AudienceSheet": "the name of a list; its lines are members",
            "scheduling.CalendarDay": "days of the company",
            "scheduling.RunMessage": "names of variables, and the key of a message",
        }
    )
    belongs_to(
        Render,
        of=lambda person: Q(pk__in=()),
        others=lambda person: Q(pk__in=Schedule.objects.filter(ahead__isnull=False).values("ahead")),
    )


def _addressed(person: Person) -> Q:
    company = Application.objects.filter(corporation=person.corporation)
    return mentions("user_ids", person.user_id) & (Q(application__in=company) | Q(application=None))


def _asked_for(person: Person) -> Q:
    words = mentions("rule", person.user_id)
    for name in person.names:
        words |= mentions("rule", name)
    return words & Q(corporation=person.corporation)


def _listed(person: Person) -> Q:
    return Q(sheet__corporation=person.corporation, user_id=person.user_id)


def _named(person: Person) -> Q:
    words = Q(detail__icontains=person.user_id) | mentions("unreached", person.user_id)
    for name in person.names:
        words |= Q(detail__icontains=name)
    return words
