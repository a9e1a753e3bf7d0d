"""Log-ins to the admin, as the package axes records them."""

from typing import ClassVar

from axes.models import AccessFailureLog, AccessLog
from django.utils.translation import gettext_lazy as _


class LogIn(AccessLog):  # type: ignore[misc]  # axes has no types
    """A log-in that succeeded."""

    class Meta:
        proxy = True
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        default_permissions: ClassVar = ("view",)

    def __str__(self) -> str:
        return self.username or "?"


class RefusedLogIn(AccessFailureLog):  # type: ignore[misc]
    """A wrong password or code, or a log-in refused after several of them."""

    class Meta:
        proxy = True
        verbose_name = _("refused log-in")
        verbose_name_plural = _("refused log-ins")
        default_permissions: ClassVar = ("view",)

    def __str__(self) -> str:
        return self.username or "?"
