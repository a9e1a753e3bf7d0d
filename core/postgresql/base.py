"""The module that Django loads of an engine."""

from typing import Any

from django.db.backends.postgresql import base

# A machine that is cut off in a transaction must not keep its rows locked for hours: the server asks it after five
# seconds, and gives up after eleven. Not as an option of the connection, which poolers refuse.
NOTICE_SILENCE = (
    "SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), "
    "set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '10000', false)"
)
PREPARED_AFTER = 5  # uses of a statement, as in psycopg and libpq's other drivers


class PreparedCursor(base.ServerBindingCursor):
    """A cursor whose values stay apart from the statement, so that the server knows it again."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "PreparedCursor":
        connection: Any = self.connection  # type: ignore[attr-defined]  # psycopg's, of which the stubs do not know
        before = connection.prepare_threshold
        connection.prepare_threshold = PREPARED_AFTER
        try:
            super().execute(query, params, **options)  # type: ignore[misc]  # psycopg's, too
        finally:
            connection.prepare_threshold = before
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with prepared statements where `prepared_statements` asks for them, and an eye on who went silent."""

    prepares = False

    def _configure_connection(self, connection: Any) -> bool:
        commit: bool = super()._configure_connection(connection)  # type: ignore[misc]  # of which the stubs do not know
        if connection.info.host.startswith("/"):  # a socket of this machine
            return commit
        with connection.cursor() as cursor:
            cursor.execute(NOTICE_SILENCE)
        return True

    def create_cursor(self, name: str | None = None) -> Any:
        if not self.prepares:
            return super().create_cursor(name)
        # A pooled connection outlives this: only this cursor is another.
        before = self.connection.cursor_factory
        self.connection.cursor_factory = PreparedCursor
        try:
            return super().create_cursor(name)
        finally:
            self.connection.cursor_factory = before
