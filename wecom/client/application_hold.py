"""The hold of an application while one of its settings is wrong: nothing is sent for it."""

import logging
from datetime import timedelta

from django.db import models
from django.utils import timezone

from wecom.exceptions import WeComError
from wecom.models import Application

logger = logging.getLogger(__name__)

HELD = "held"
HELD_FOR = timedelta(minutes=2)


def hold(application: Application, error: WeComError, span: timedelta = HELD_FOR) -> None:
    """Stop sending for this application until its settings are saved or `span` is over; a longer hold stays."""
    if error.code == HELD:
        return  # held already, with its reason
    until = timezone.now() + span
    shorter = models.Q(held_until=None) | models.Q(held_until__lt=until)
    Application.objects.filter(shorter, pk=application.pk).update(held_until=until, held_reason=str(error))
    logger.error("An application is held until its settings are mended.", extra={"application": application.pk})


def end_hold(application: Application) -> None:
    """A message went through, so the setting has been corrected."""
    Application.objects.filter(pk=application.pk).update(held_until=None, held_reason="")


def release_hold(application: Application) -> None:
    """The settings were saved: try again at once, with a new token."""
    Application.objects.filter(pk=application.pk).update(
        held_until=None, held_reason="", access_token="", access_token_expires_at=None
    )
