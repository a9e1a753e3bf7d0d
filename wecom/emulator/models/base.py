"""The base of the emulator's rows.

The manager is declared here because no other settings install this app, so that type checkers cannot ask Django for it.
"""

from typing import ClassVar, Self

from django.db import models


class Row(models.Model):
    """A row with a typed manager."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        app_label = "emulator"
