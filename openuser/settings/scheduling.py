"""Settings of schedules."""

from typing import Any

from openuser.settings.environment import env

SCHEDULING: dict[str, Any] = {
    # Minutes after its time until which a run still starts; later it is recorded as missed.
    "GRACE_MINUTES": env.int("OPENUSER_SCHEDULE_GRACE_MINUTES", default=10),
    # Members that one schedule may reach.
    "MAX_MEMBERS": env.int("OPENUSER_SCHEDULE_MAX_MEMBERS", default=1000),
    "MAX_TEXT": 4_000,
    # Minutes before its time at which the videos of a run are rendered; earlier if that takes longer.
    "PRERENDER_MINUTES": env.int("OPENUSER_SCHEDULE_PRERENDER_MINUTES", default=15),
    "PRERENDER_MAX_MINUTES": 12 * 60,
    # Retention of the records of runs, in days.
    "KEEP_RUNS_DAYS": env.int("OPENUSER_KEEP_RUNS_DAYS", default=400),
}
