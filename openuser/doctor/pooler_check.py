"""Check of a pooler between OpenUser and PostgreSQL."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, bad, good
from core.work.db_connections import direct_connection, unpooled_connection

CONNECT_SECONDS = 3
WHO = "SELECT oid, pg_postmaster_start_time() FROM pg_database WHERE datname = current_database()"


class Pooler(Check):
    """Where a pooler lends connections for a transaction, the settings say how to go past it."""

    id = "pooler"
    title = gettext_lazy("Connection pooler")
    after = ("database",)

    def run(self) -> Finding:
        if connection.vendor != "postgresql":
            return good(_("SQLite needs none."))
        if not settings.DATABASE_DIRECT:
            return (
                self._lends() if _lends_by_transaction(unpooled_connection()) else good(_("There is none in the way."))
            )
        driver: Any = connection.Database  # type: ignore[attr-defined]
        try:
            if _lends_by_transaction(direct_connection()):
                return self._lends()
            is_same = _answer(direct_connection()) == _answer(unpooled_connection())
        except driver.Error as error:
            fault = _("PostgreSQL itself does not answer at DATABASE_DIRECT_URL (%s).") % type(error).__name__
            return bad("direct_down", fault, remedy=_("Check the host, port, name, user and password in it."))
        if not is_same:
            fault = _("DATABASE_DIRECT_URL names another database than DATABASE_URL.")
            return bad("direct_other", fault, remedy=_("Let it name the PostgreSQL that the pooler asks."))
        return good(_("Migrations, backups and locks of workers go past it."))

    def _lends(self) -> Finding:
        fault = _(
            "A pooler gives each transaction another connection. Migrations and backups may fail, and whether a worker "
            "lives is not known."
        )
        remedy = _("Set DATABASE_DIRECT_URL to the address of PostgreSQL itself, and restart all processes.")
        return bad("pooled", fault, remedy=remedy)


def _lends_by_transaction(place: BaseDatabaseWrapper) -> bool:
    """Whether a connection is served by another process of PostgreSQL than the one that it was opened for.

    A pooler makes up the number that PostgreSQL tells when a connection is opened. One that lends by the session keeps
    the process of the first connection from the second.
    """
    with _connect(place) as first:
        before = _process(first)
        if before == first.info.backend_pid:
            return False
        with _connect(place) as second:
            second.autocommit = False
            return _process(second) == before or _process(first) != before


def _connect(place: BaseDatabaseWrapper) -> Any:
    """A connection of the driver: Django's would ask for several things at once, of several processes."""
    parameters: dict[str, Any] = {**place.get_connection_params(), "connect_timeout": CONNECT_SECONDS}
    return place.Database.connect(**parameters, autocommit=True)  # type: ignore[attr-defined]


def _process(connected: Any) -> int:
    return int(connected.execute("SELECT pg_backend_pid()").fetchone()[0])


def _answer(place: BaseDatabaseWrapper) -> Any:
    with _connect(place) as connected:
        return connected.execute(WHO).fetchone()
