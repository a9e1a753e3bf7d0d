"""Runs the validators of answers, which are code of others: after any exception the member is asked again."""

import logging
import traceback
from pathlib import Path

from django.db import transaction

from conversations.machine.resolution import Resolution
from conversations.validators import Refused, registered
from conversations.wording import flow_texts

logger = logging.getLogger(__name__)

LONGEST = 2_000  # characters of a value


def run(name: str, text: str, value: str) -> Resolution:
    """The value that a validator makes of one, or why it refuses it, in the active language."""
    validator = registered.get(name)
    if validator is None:
        logger.error("No code registers this validator.", extra={"validator": name})
        return Resolution(said=text, words=flow_texts.cannot_check())
    try:
        with transaction.atomic():  # a query of it that fails undoes nothing of ours
            kept: object = validator.check(value)
    except Refused as refused:
        return Resolution(said=text, words=refused.words or flow_texts.refused())
    except Exception as error:  # noqa: BLE001  the code of others, of which nothing else is known
        # Its message may hold the value.
        raised = traceback.extract_tb(error.__traceback__)[-1]
        fields = {
            "validator": name,
            "error": type(error).__name__,
            "at": f"{Path(raised.filename).name}:{raised.lineno}",
        }
        logger.error("A validator failed.", extra=fields)
        return Resolution(said=text, words=flow_texts.cannot_check())
    if not isinstance(kept, str) or not kept.strip() or len(kept) > LONGEST:
        logger.error("A validator returned no text.", extra={"validator": name})
        return Resolution(said=text, words=flow_texts.cannot_check())
    return Resolution(said=text, value=kept)
