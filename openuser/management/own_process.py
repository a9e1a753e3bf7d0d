"""Commands of Django in this process, which has imported everything: a process of their own would do so again."""

import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOWrapper
from typing import IO

from django.core.management import call_command
from django.db import connections


def passes(arguments: Sequence[str], output: IO[bytes] | None) -> bool:
    """Run a command as `manage.py WORDS` does; whether it would exit with status 0.

    Args:
        output: gets the prints of the command, from all of this process. None is the terminal.
    """
    if output is None:
        return _passes(arguments)
    shown = TextIOWrapper(output, encoding="utf-8", write_through=True)
    try:
        with redirect_stdout(shown), redirect_stderr(shown):
            return _passes(arguments)
    finally:
        shown.detach()


def _passes(arguments: Sequence[str]) -> bool:
    try:
        call_command(*arguments)
    except SystemExit as exit_:
        return not exit_.code
    except Exception:  # noqa: BLE001  where the process of the command would have ended
        traceback.print_exc(file=sys.stderr)
        return False
    finally:
        connections.close_all()
    return True
