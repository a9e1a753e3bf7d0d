"""The base of the emulator's models.

It declares the manager, because type checkers load settings in which this app is not installed.
"""

from typing import ClassVar, Self

from django.db import models


class Row(models.Model):
    """A model with a typed manager."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        app_label = "emulator"
