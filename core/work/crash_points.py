"""Named points of the main path at which a process can be made to die, to prove that nothing is lost or doubled."""

import logging
import os
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def point(name: str) -> None:
    """Die here, as by `kill -9`, when `OPENUSER_CRASH_AT` names this point, or a file that does; otherwise nothing."""
    if settings.CRASH_AT and name == _chosen(settings.CRASH_AT):
        logger.warning("Dying on purpose.", extra={"point": name})
        os._exit(137)


def _chosen(at: str) -> str:
    """The point itself, or what stands in the file: so a process is told that runs already."""
    if not os.path.isabs(at):
        return at
    try:
        return Path(at).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
