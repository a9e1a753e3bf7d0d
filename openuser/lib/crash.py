"""Named points of the main path at which a process can be made to die, to prove that nothing is lost or doubled."""

import logging
import os

from django.conf import settings

logger = logging.getLogger(__name__)


def point(name: str) -> None:
    """Die here, as by `kill -9`, when `OPENUSER_CRASH_AT` names this point; otherwise nothing."""
    if name == settings.CRASH_AT:
        logger.warning("Dying on purpose.", extra={"point": name})
        os._exit(137)
