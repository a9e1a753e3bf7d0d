"""One scenario: python -m tests.chaos.scenarios NAME [--seed N] [--short]. `python -m tests.chaos` runs them all."""

import argparse
import random
import subprocess
import sys
from collections.abc import Callable

from tests.chaos.scenarios import (
    beats,
    broker,
    clocks,
    database,
    disk,
    drain,
    half_open,
    repeats,
    slow_bodies,
    upgrade,
    videos,
    web_kills,
)
from tests.chaos.scenarios.stage import CannotPlay

FIGURES = "figures: "
SKIPPED = 3  # the exit code of a scenario that this machine cannot play
Scenario = Callable[[random.Random, bool], str]
SCENARIOS: dict[str, Scenario] = {
    "web_kills": web_kills.on_postgres,
    "web_kills_on_sqlite": web_kills.on_sqlite,
    "videos": videos.play,
    "database": database.play,
    "broker": broker.play,
    "disk": disk.play,
    "clocks": clocks.play,
    "beats": beats.play,
    "upgrade": upgrade.play,
    "half_open": half_open.play,
    "drain": drain.play,
    "copies": repeats.copies,
    "replays": repeats.replays,
    "slow_bodies": slow_bodies.play,
}


def main() -> int:
    """Print the seed and the figures; exit code 1 if a member would have noticed, 3 if this machine cannot play it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--short", action="store_true", help="a few seconds, for the suite")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        words, status = SCENARIOS[options.name](random.Random(options.seed), options.short), 0
    except CannotPlay as error:
        words, status = str(error), SKIPPED
    except (AssertionError, subprocess.CalledProcessError) as error:
        words, status = str(error), 1
    print(FIGURES + " ".join(words.split()), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
