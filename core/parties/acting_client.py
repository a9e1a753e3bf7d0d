"""The program whose request this thread or task works on, so that each row that it causes names it.

The correlation ID works the same way (`core.logs`). An account is passed as `by` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.exceptions import RightMissing

LONGEST_NAME = 60
PROGRAM = _("program")


@dataclass(frozen=True, kw_only=True)
class ActingClient:
    """A client of the API.

    Attributes:
        holder: the key of the account that was shown its token; None for a token of the command line.
        may_approve: whether an administrator lets it approve.
    """

    key: int
    name: str
    holder: int | None = None
    may_approve: bool = False


_acting: ContextVar[ActingClient | None] = ContextVar("acting_client", default=None)


def acting_client() -> ActingClient | None:
    """The client that asks; None for a person, a worker and the command line."""
    return _acting.get()


def set_acting_client(client: ActingClient | None) -> None:
    """Let this client be the one that asks, in this thread or task from now on."""
    _acting.set(client)


@contextmanager
def acts(client: ActingClient | None) -> Iterator[None]:
    """Let this client be the one that asks, for a while."""
    token = _acting.set(client)
    try:
        yield
    finally:
        _acting.reset(token)


def check_may_approve() -> None:
    """Raise `RightMissing` if a client asks that no administrator allows to approve others' work."""
    client = _acting.get()
    if client is not None and not client.may_approve:
        message = gettext("The client “%(client)s” may not approve.") % {"client": client.name}
        remedy = gettext("A person does it in the admin, or an administrator allows the client to approve.")
        raise RightMissing(message, code="client_may_not_approve", remedy=remedy)


def account_of(request: Any) -> AbstractBaseUser | None:
    """The account behind a request; None for a client of the API."""
    return request.user if isinstance(request.user, AbstractBaseUser) else None


def named(account: object, client: str) -> str:
    """Who did something as pages write it: an account, or a program; "" for OpenUser itself."""
    return str(account or "") or (gettext("%(name)s (API)") % {"name": client} if client else "")


def client_name() -> str:
    """The name of the client that asks; "" without one."""
    client = _acting.get()
    return client.name if client else ""


def client_key() -> int | None:
    """The key of the client that asks; None without one."""
    client = _acting.get()
    return client.key if client else None


def holder_key() -> int | None:
    """The key of the account that holds the token of the client that asks; None without one."""
    client = _acting.get()
    return client.holder if client else None


class ClientNameField(models.CharField[str, str]):
    """The name that the client had which caused a row; "" for one that no client caused."""

    def __init__(self, verbose_name: Any = PROGRAM, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "max_length": LONGEST_NAME,
            "blank": True,
            "default": client_name,
            "db_default": "",
            "editable": False,
        }
        super().__init__(verbose_name, **(usual | kwargs))


class PartyRow(models.Model):
    """The author of an act, a person or a program: an account as `by`, or the client of the API with who holds its
    token."""

    client = ClientNameField()
    client_key = models.BigIntegerField(null=True, editable=False, default=client_key)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        default=holder_key,
        verbose_name=_("token made by"),
    )

    class Meta:
        abstract = True

    def name_client(self) -> None:
        """Say that the client that asks now, or none, is the one that did it."""
        self.client, self.client_key, self.holder_id = client_name(), client_key(), holder_key()
