"""The tests that read the date, on other days: python -m tests.runner.dates [--short] [--at 2028-02-29T23:40] [PATH …]

Every process of a run has its clock moved, Chromium and the servers too. Words that are not ours go to pytest, such as
a path, `-x` or `-k WORD`; without a path, all files run that read the date or name one.
"""

import argparse
import sys
from collections.abc import Sequence

from openuser.servers.server_processes import ServiceError
from tests.runner.dates import moments


def main(words: list[str]) -> int:
    """Run them; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.runner.dates", allow_abbrev=False)
    parser.add_argument("--short", action="store_true", help="two days and a few files, as the suite does")
    parser.add_argument("--at", action="append", default=[], metavar="MOMENT", help="one of several days instead")
    ours, others = parser.parse_known_args(words)
    chosen: Sequence[str] = moments.SHORT_FILES if ours.short else moments.files()
    if any(word.startswith("tests/") for word in others):
        chosen = ()
    failed = []
    for moment in ours.at or (moments.SHORT if ours.short else moments.MOMENTS.values()):
        print(f"== {moment}", flush=True)
        if moments.run(moment, [*others, *chosen]).returncode:
            failed.append(moment)
    print(f"failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ServiceError as error:
        sys.exit(str(error))
