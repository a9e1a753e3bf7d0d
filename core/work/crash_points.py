"""Named points at which a test can make a process die, to prove that no work is lost or done twice."""

import logging
import os
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def point(name: str) -> None:
    """Die as by `kill -9` if `OPENUSER_CRASH_AT` is this point, or a file that contains it; otherwise do nothing."""
    if settings.CRASH_AT and name == _chosen(settings.CRASH_AT):
        logger.warning("Dying on purpose.", extra={"point": name})
        os._exit(137)


def _chosen(at: str) -> str:
    """The setting, or the content of the file that it names, which a test can change while a process runs."""
    if not os.path.isabs(at):
        return at
    try:
        return Path(at).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
