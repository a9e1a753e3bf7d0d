"""The module that Django loads of an engine. To open the file and read its schema takes four milliseconds of CPU,
twenty times as long as a small query, and under ASGI each request has a thread of its own. So a connection that is
closed waits for the next thread that asks for one.
"""

import atexit
import os
from collections import defaultdict, deque
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from django.db import IntegrityError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

KEPT = 4  # connections per process and file; each holds up to eight megabytes of pages


@dataclass(frozen=True, kw_only=True)
class Idle:
    """A connection that no thread has, and the file that it reads."""

    connection: Any
    file: tuple[int, int]


# By process, too: a connection does not survive a fork, and to close it there would harm the parent's.
_idle: defaultdict[tuple[int, Hashable], deque[Idle]] = defaultdict(deque)


class SchemaEditor(DatabaseSchemaEditor):
    """Django's, which ends its transaction after any error, and raises that error.

    Django's own checks the keys first, also after an error in the middle of a change, when they point nowhere. The
    error of the check then takes the place of the first, and nothing is rolled back.
    """

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: Any) -> None:
        failure = error
        if error is None:
            try:
                self.connection.check_constraints()
            except IntegrityError as broken:
                failure, traceback = broken, broken.__traceback__
        BaseDatabaseSchemaEditor.__exit__(self, type(failure) if failure else None, failure, traceback)
        self.connection.enable_constraint_checking()
        if failure is not None and error is None:
            raise failure


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, whose connections outlive it."""

    SchemaEditorClass = SchemaEditor
    _place: tuple[int, Hashable] = (0, None)
    _file: tuple[int, int] | None = None
    _cursors: WeakSet[Any]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._cursors = WeakSet()
        commands: list[str] = self.init_commands  # type: ignore[attr-defined]  # of which the stubs do not know
        self._place = (os.getpid(), (repr(conn_params), *commands))
        waiting = _idle[self._place]
        while waiting:
            try:
                idle = waiting.pop()
            except IndexError:  # another thread was faster
                break
            self._file = idle.file
            if idle.file == file_of(conn_params["database"]):
                return idle.connection
            idle.connection.close()  # its file was replaced, as by a restore
        opened = super().get_new_connection(conn_params)
        self._file = file_of(conn_params["database"])
        return opened

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        self._cursors.add(cursor)
        return cursor

    def close_if_replaced(self) -> None:
        """Let the next statement go to the file that is there now, as after a restore: rows of the other are lost."""
        if self.connection is not None and self._file != file_of(self.settings_dict["NAME"]):
            self.close()

    def _close(self) -> None:
        if self.connection is None:
            return
        waiting = _idle[self._place]
        if not self._is_sound() or len(waiting) >= KEPT:
            super()._close()  # type: ignore[misc]  # of which the stubs do not know
            return
        for cursor in list(self._cursors):
            cursor.close()  # one that was not read to its end would show the next thread a database of the past
        waiting.append(Idle(connection=self.connection, file=self._file))  # type: ignore[arg-type]

    def _is_sound(self) -> bool:
        """Whether another thread finds it as a new one is."""
        is_ours = self._place[0] == os.getpid()
        return bool(is_ours and self._file and not self.errors_occurred and not self.connection.in_transaction)


@atexit.register  # the last to close a database leaves it in one file
def close_idle() -> None:
    """Close idle connections that wait for the next thread, as before the file is replaced or written over."""
    for (process, _rest), waiting in list(_idle.items()):
        while waiting and process == os.getpid():
            with suppress(IndexError):  # another thread was faster
                waiting.pop().connection.close()


def file_of(path: Any) -> tuple[int, int] | None:
    """Device and inode of a database; None for one that is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
