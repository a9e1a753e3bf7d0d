"""Settings of campaigns."""

from typing import Any

from openuser.settings.environment import env

SCHEDULING: dict[str, Any] = {
    # Minutes after its moment until which a campaign that skips missed ones starts; later it is recorded as missed.
    "GRACE_MINUTES": env.int("OPENUSER_SCHEDULE_GRACE_MINUTES", default=10),
    # Members that a campaign without approval may reach.
    "MAX_MEMBERS": env.int("OPENUSER_SCHEDULE_MAX_MEMBERS", default=1000),
    "MAX_TEXT": 4_000,
    # Minutes before its time at which the videos of a campaign are rendered; earlier if that takes longer.
    "PRERENDER_MINUTES": env.int("OPENUSER_SCHEDULE_PRERENDER_MINUTES", default=15),
    "PRERENDER_MAX_MINUTES": 12 * 60,
    # Batches of a campaign, of up to 1,000 members each, that are on their way at a time.
    "CAMPAIGN_WINDOW": env.int("OPENUSER_CAMPAIGN_WINDOW", default=4),
    # Failed messages from which on a campaign can pause itself.
    "STORM_LEAST": env.int("OPENUSER_CAMPAIGN_STORM_LEAST", default=20),
    # Share of failed messages, in per cent of all that ended, from which on it does.
    "STORM_PERCENT": env.int("OPENUSER_CAMPAIGN_STORM_PERCENT", default=20),
    # Minutes that a batch waits for its video before the words go out alone.
    "VIDEO_PATIENCE_MINUTES": env.int("OPENUSER_CAMPAIGN_VIDEO_MINUTES", default=60),
    # Whether persons may approve what they wrote or asked for, for a company with one administrator. Clients never may.
    "APPROVE_OWN_CAMPAIGNS": env.bool("OPENUSER_APPROVE_OWN_CAMPAIGNS", default=False),
    # Quiet hours of a company that has no sending policy of its own yet, such as a new one; empty for none.
    "QUIET_HOURS": env.str("OPENUSER_QUIET_HOURS", default="21:00-08:00"),
    # Retention of the records of runs, in days.
    "KEEP_RUNS_DAYS": env.int("OPENUSER_KEEP_RUNS_DAYS", default=400),
    # Retention of rehearsals with what they found, in days.
    "KEEP_REHEARSALS_DAYS": env.int("OPENUSER_KEEP_REHEARSALS_DAYS", default=7),
}
