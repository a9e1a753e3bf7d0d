"""The one way in for callbacks: verified, then recorded in groups, or spooled, or refused.

`receive` and `check_url` take the parts of a request and give its answer, in any thread of any web server. They run in
an event loop of this process, which has a thread of its own. A server that is an event loop itself may have a
`Reception` there.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from itertools import count
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, IntegrityError
from django.http import HttpResponse, QueryDict
from django.utils import timezone

from wecom import crypto, metrics, platform_quirks
from wecom.callbacks import application_cache, application_file, inbox, key_ring, rejections
from wecom.callbacks.database_thread import DatabaseAway, DatabaseThread
from wecom.callbacks.group_commit import GroupCommit
from wecom.callbacks.signed_query import SIGNED, read_once, read_usual
from wecom.callbacks.spool import folder
from wecom.exceptions import NotConfigured, NotRecorded
from wecom.models import Application

logger = logging.getLogger(__name__)

KEYS_SECONDS = 15  # between two looks for changed keys
KEYS_PATIENCE = 10.0
PATIENCE = 0.2  # seconds for reading an application; recording its callback takes the rest of the second

T = TypeVar("T")
Read = Callable[[str], Application]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to the platform. A refusal has no content, so that the caller does not learn the reason."""

    status: int
    content: bytes = b""

    def response(self) -> HttpResponse:
        """For Django."""
        headers = {"Content-Length": str(len(self.content))}
        return HttpResponse(self.content, status=self.status, content_type="text/plain", headers=headers)


# Nothing took the callback. A server leaves it without an answer: the platform repeats what nobody answers, and may
# take an error for the end of it.
NOT_TAKEN = Answer(status=HTTPStatus.SERVICE_UNAVAILABLE)


def acknowledgement() -> Answer:
    """The answer to a sound callback."""
    return Answer(status=HTTPStatus.OK, content=platform_quirks.current.acknowledgement.encode())


def receive(key: str, query: bytes, body: bytes | None) -> Answer:
    """The answer to a callback at the address with this key. `body` is None if it announces more than its limit."""
    return _own().run(lambda reception: reception.receive(key, query, body))


def check_url(key: str, query: bytes) -> Answer:
    """The answer to the URL check of “save callback settings”: the decrypted echo, byte for byte."""
    return _own().run(lambda reception: reception.check_url(key, query))


def start() -> None:
    """Record the callbacks that earlier processes left in the spool, and those that others put there. Called once this
    process serves.
    """
    _own().run(lambda reception: reception.start())


def stop() -> None:
    """Stop looking into the spool; requests are still answered. Called once this process serves no longer."""
    _own().run(lambda reception: reception.stop())


class Reception:
    """Takes the callbacks of one event loop.

    Attributes:
        patience: seconds for reading an application.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._database = DatabaseThread()
        self._commits = GroupCommit(self._database)
        self._looking: asyncio.Task[None] | None = None
        self._refusals = ThreadPoolExecutor(1, thread_name_prefix="refusals")  # the cache may be mute

    async def start(self) -> None:
        """Record the callbacks that earlier processes left in the spool, and look every second for new ones."""
        folder.delete_set_aside(timezone.now())
        self._commits.replay_soon()
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Look for no more."""
        if self._looking is not None:
            self._looking.cancel()

    async def receive(self, key: str, query: bytes, body: bytes | None) -> Answer:
        """The answer to a callback: an empty 200 once it is safe, the first time and every time."""
        if body is None or len(body) > settings.WECOM["MAX_BODY"]:
            metrics.CALLBACKS.add("", "too_large")
            return Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        application = None
        try:
            signed = _signed(query)
            application = application_cache.kept(key) or await self._read_application(key, application_cache.find)
            try:
                await self._record(application, body, signed)
            except (crypto.CryptoError, IntegrityError):
                # Its keys may have changed in another process, or it is gone.
                application = await self._read_application(key, application_cache.read)
                await self._record(application, body, signed)
        except (crypto.CryptoError, NotConfigured) as error:
            return await self._refuse(error.code, application, query)
        except SuspiciousOperation as error:  # a query that Django refuses to read
            return await self._refuse(type(error).__name__)
        except NotRecorded:
            return NOT_TAKEN
        return acknowledgement()

    async def check_url(self, key: str, query: bytes) -> Answer:
        """The answer to the URL check. The platform waits for a second."""
        application = None
        try:
            *values, echo = read_once(QueryDict(query), *SIGNED, "echostr")
            signed = dict(zip(("signature", "timestamp", "nonce"), values, strict=True))
            # A proxy that decodes twice turns the base64 "+" into a space; base64 has no spaces of its own.
            echo = echo.replace(" ", "+")
            application = await self._read_application(key, application_cache.read)
            crypto.strict(**signed)
            content = key_ring.open_sealed(application, echo, **signed)
        except (crypto.CryptoError, NotConfigured) as error:
            return await self._refuse(error.code, application, query)
        except SuspiciousOperation as error:
            return await self._refuse(type(error).__name__)
        except NotRecorded:
            return NOT_TAKEN
        note = partial(key_ring.note_url_check, application, content, echo, **signed)
        try:
            await self._database.run(note, patience=self.patience)
        except DatabaseAway:
            logger.warning("A URL check was answered and not noted.", extra={"error": DatabaseAway.__name__})
        return Answer(status=HTTPStatus.OK, content=content)

    async def _look(self) -> None:
        """Record callbacks that the acceptor has put into the spool, and leave it the keys that other machines
        change.
        """
        for second in count():
            if second % KEYS_SECONDS == 0:
                with suppress(DatabaseAway, DatabaseError):
                    await self._database.run(application_file.keep_all, patience=KEYS_PATIENCE)
            self._commits.replay_soon()
            await asyncio.sleep(1.0)

    async def _record(self, application: Application, body: bytes, signed: tuple[str, str, str]) -> None:
        signature, timestamp, nonce = signed
        row = inbox.open_callback(application, body, signature=signature, timestamp=timestamp, nonce=nonce)
        await self._commits.record(row)

    async def _read_application(self, key: str, read: Read) -> Application:
        """Raises `NotRecorded` if neither the database nor this machine knows the application."""
        try:
            # In one thread: the second of two that ask at the same time finds what the first one read.
            return await self._database.run(partial(_read, key, read), patience=self.patience)
        except DatabaseAway as error:
            application = application_cache.last_known(key) or _recall(key)
            if application is None:
                raise NotRecorded("The keys of the application cannot be read.", code="not_recorded") from error
            return application

    async def _refuse(self, code: int | str, application: Application | None = None, query: bytes = b"") -> Answer:
        if application is not None and isinstance(code, int):
            # A callback without the platform's form comes from a stranger: it is no hint about our keys.
            signature, timestamp, nonce = (QueryDict(query).get(name, "") for name in SIGNED)
            if crypto.is_strict(signature, timestamp, nonce):
                note = partial(rejections.record_rejection, application, code, nonce)
                await asyncio.get_running_loop().run_in_executor(self._refusals, note)
        pk = application.pk if application else None
        metrics.count_refusal(str(pk or ""), code)
        logger.warning("A callback was refused.", extra={"code": code, "application": pk})
        return Answer(status=HTTPStatus.FORBIDDEN)


class _OwnLoop:
    """An event loop in a thread, with its `Reception`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._reception = Reception()
        threading.Thread(target=self._loop.run_forever, name="reception", daemon=True).start()

    def run(self, work: Callable[[Reception], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(work(self._reception), self._loop).result()


@cache
def _made(pid: int) -> _OwnLoop:
    return _OwnLoop()


_making = threading.Lock()


def _own() -> _OwnLoop:
    """That of this process: a fork has the memory of its parent, and not its threads."""
    with _making:
        return _made(os.getpid())


def forget() -> None:
    """Begin anew with the next callback, as a new process does."""
    if _made.cache_info().currsize:
        stop()
    _made.cache_clear()


def _signed(query: bytes) -> tuple[str, str, str]:
    """Raises `CryptoError` for a doubled parameter, and `SuspiciousOperation` for a query that Django does not read."""
    usual = read_usual(query)
    if usual is not None:
        return usual
    signature, timestamp, nonce = read_once(QueryDict(query), *SIGNED)
    return signature, timestamp, nonce


def _read(key: str, read: Read) -> Application:
    try:
        application = read(key)
    except NotConfigured:
        application_file.forget(key)
        raise
    application_file.keep(key, application)
    return application


def _recall(key: str) -> Application | None:
    """The keys of an application as an earlier process kept them. They count only as long as the database is away."""
    application = application_file.kept(key)
    if application is not None:
        application_cache.remember(key, application)
    return application
