"""Steps of a series that go out at night or on days off, for the question in the start dialog."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduling.campaigns.hours.odd_hours import is_night
from scheduling.models import Campaign, Series


@dataclass(frozen=True, kw_only=True)
class OddSteps:
    """Steps that may disturb members.

    Attributes:
        at_night: steps whose time is at night, in the order of the series.
        on_days_off: whether a step whose day is a weekend or a holiday goes out on it.
    """

    at_night: tuple[Campaign, ...]
    on_days_off: bool

    def sentences(self) -> Iterator[str]:
        """The odd steps, each with a remedy; none for a series that goes out in the day, on working days."""
        if self.at_night:
            steps = ", ".join(_("day %(day)d at %(time)s") % _moment(step) for step in self.at_night)
            yield _("At night: %(steps)s. Change the time of the step if it can wait for the morning.") % {
                "steps": steps
            }
        if self.on_days_off:
            yield _(
                "Steps go out on weekends and holidays too. Choose “wait for the next working day” if they can wait."
            )


def odd_steps(series: Series) -> OddSteps:
    """The steps that may disturb members, by the times and the rule of a series."""
    steps = list(series.steps.steps())
    timed = any(step.at is not None for step in steps)
    night = tuple(step for step in steps if step.at is not None and is_night(step.at))
    return OddSteps(at_night=night, on_days_off=timed and not series.asks_for_days)


def _moment(step: Campaign) -> dict[str, object]:
    assert step.at is not None, "only timed steps are at night"
    return {"day": step.day or 0, "time": f"{step.at:%H:%M}"}
