"""The short way of callbacks under ASGI: verified in the event loop, recorded by group commit.

It acknowledges what the platform posts every day. Everything else, all that must be refused included, is left to the
view, which is the reference.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import IntegrityError
from django.http import QueryDict

from core.work.db_connections import keep_connections
from wecom.callbacks import application_cache, inbox
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.signed_query import SIGNED, read_once
from wecom.crypto import CryptoError
from wecom.exceptions import NotConfigured
from wecom.models import Application


class FastLane:
    """Records the callbacks of one web process."""

    def __init__(self) -> None:
        self._commits = GroupCommit()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="applications")

    async def record(self, key: str, query: QueryDict, body: bytes) -> bool:
        """Whether a callback to the address with this key is recorded, or is a repeat; else the view must decide.

        Raises `django.db.DatabaseError` if the database is away.
        """
        if len(body) > settings.WECOM["MAX_BODY"]:
            return False
        try:
            signature, timestamp, nonce = read_once(query, *SIGNED)
            application = application_cache.kept(key) or await self._read_application(key)
            row = inbox.open_callback(application, body, signature=signature, timestamp=timestamp, nonce=nonce)
            await self._commits.record(row)
        except (CryptoError, NotConfigured, IntegrityError):
            # Its keys may have changed in another process, or it is gone: the view reads them again.
            return False
        return True

    async def _read_application(self, key: str) -> Application:
        return await asyncio.get_running_loop().run_in_executor(self._reader, _find_application, key)


def _find_application(key: str) -> Application:
    """In one thread: the second of two that ask at the same time finds what the first one read."""
    try:
        return application_cache.find(key)
    finally:
        keep_connections()
