"""The short way of callbacks under ASGI: verified in the event loop, recorded by group commit.

It acknowledges what the platform posts every day. Everything else, all that must be refused included, is left to the
view, which is the reference.
"""

from functools import partial

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from wecom.callbacks import application_cache, application_file, inbox
from wecom.callbacks.database_thread import DatabaseAway, DatabaseThread
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.signed_query import read_usual
from wecom.callbacks.spool import folder
from wecom.crypto import CryptoError
from wecom.exceptions import NotConfigured, NotRecorded
from wecom.models import Application

PATIENCE = 0.2  # seconds for reading an application; recording its callback takes the rest of the second


class FastLane:
    """Records the callbacks of one web process.

    Attributes:
        patience: seconds for reading an application.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._thread = DatabaseThread()
        self._commits = GroupCommit(self._thread)

    def start(self) -> None:
        """Record what earlier processes left in the spool. Called in the event loop."""
        folder.delete_set_aside(timezone.now())
        self._commits.replay_soon()

    async def record(self, key: str, query: bytes, body: bytes) -> bool:
        """Whether a callback to the address with this key is safe, or is a repeat; else the view must decide.

        Raises `NotRecorded` if it must not be answered.
        """
        signed = read_usual(query)
        if signed is None or len(body) > settings.WECOM["MAX_BODY"]:
            return False
        signature, timestamp, nonce = signed
        try:
            application = application_cache.kept(key) or await self._read_application(key)
            row = inbox.open_callback(application, body, signature=signature, timestamp=timestamp, nonce=nonce)
            await self._commits.record(row)
        except (CryptoError, NotConfigured, DatabaseError):
            # Its keys may have changed in another process, or it is gone: the view reads them again.
            return False
        return True

    async def _read_application(self, key: str) -> Application:
        try:
            # In one thread: the second of two that ask at the same time finds what the first one read.
            return await self._thread.run(partial(_find, key), patience=self.patience)
        except DatabaseAway as error:
            application = application_cache.last_known(key) or _recall(key)
            if application is None:
                raise NotRecorded("The keys of the application cannot be read.", code="not_recorded") from error
            return application


def _find(key: str) -> Application:
    try:
        application = application_cache.find(key)
    except NotConfigured:
        application_file.forget(key)
        raise
    application_file.keep(key, application)
    return application


def _recall(key: str) -> Application | None:
    """What an earlier process knew of an application. It counts only as long as the database is away."""
    application = application_file.kept(key)
    if application is not None:
        application_cache.remember(key, application)
    return application
