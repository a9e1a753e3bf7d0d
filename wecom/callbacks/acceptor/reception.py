"""Verifies callbacks with the keys on the disk, and writes them to the spool in groups."""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from core.storage import encryption
from wecom import crypto, platform_quirks
from wecom.callbacks import verify_and_decrypt
from wecom.callbacks.acceptor import key_file
from wecom.callbacks.signed_query import SIGNED, read_once, read_usual
from wecom.callbacks.spool.writer import SpoolWriter

logger = logging.getLogger(__name__)

MOST_FIELDS = 100  # of a query


class NotTakenError(Exception):
    """Nothing can take the callback. It is left without an answer, so that the platform repeats it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to the platform; a refusal has no content."""

    status: int
    content: bytes = b""


class Query:
    """A query as Django reads it."""

    def __init__(self, query: bytes) -> None:
        """Raises `CryptoError` for a query that Django refuses."""
        try:
            self._values = parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise crypto.CryptoError(-40001, "The query cannot be read.") from error

    def getlist(self, key: str) -> list[str]:
        return self._values.get(key, [])


class Reception:
    """Takes callbacks in one event loop."""

    def __init__(self, spool: Path, field_keys: Sequence[str]) -> None:
        self._spool = spool
        self._field_keys = tuple(field_keys)
        self._writer = SpoolWriter(spool, limit=0)
        self._waiting: deque[tuple[Mapping[str, Any], asyncio.Future[None]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def application(self, key: str) -> key_file.Application:
        """Raises `NotTakenError` if this machine does not know it: the web process will tell whether there is one."""
        application = key_file.read(self._spool, key, self._field_keys)
        if application is None:
            raise NotTakenError
        # Each file has them, as the settings are of the installation.
        platform_quirks.assume({"json_callbacks": application.json_callbacks})
        self._writer.limit = application.spool_max
        return application

    async def receive(self, key: str, query: bytes, body: bytes) -> Answer:
        """An empty 200 once the callback is on the disk. Raises `NotTakenError` if the disk does not take it."""
        application = self.application(key)
        if len(body) > application.max_body:
            return Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            signature, timestamp, nonce = read_usual(query) or read_once(Query(query), *SIGNED)
            columns = verify_and_decrypt.open_callback(
                application,
                application.addressee,
                body,
                signature=signature,
                timestamp=timestamp,
                nonce=nonce,
                now=datetime.now(UTC),
                limits=application.limits,
            )
        except crypto.CryptoError as error:
            return _refusal(error, application)
        await self._keep({**columns, "body": encryption.encrypt(columns["body"], self._field_keys)})
        return Answer(status=HTTPStatus.OK, content=application.acknowledgement.encode())

    def check_url(self, key: str, query: bytes) -> Answer:
        """The answer to the URL check: the decrypted echo, byte for byte. Raises `NotTakenError`."""
        application = self.application(key)
        try:
            signature, timestamp, nonce, echo = read_once(Query(query), *SIGNED, "echostr")
            crypto.strict(signature, timestamp, nonce)
            signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
            # A proxy that decodes twice turns the base64 "+" into a space.
            content = verify_and_decrypt.open_sealed(
                application, echo.replace(" ", "+"), **signed, now=datetime.now(UTC)
            )
        except crypto.CryptoError as error:
            return _refusal(error, application)
        return Answer(status=HTTPStatus.OK, content=content)

    async def _keep(self, row: Mapping[str, Any]) -> None:
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((row, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await kept

    async def _write_all(self) -> None:
        """Those that come while the disk is written to ride in the next group."""
        while self._waiting:
            group = list(self._waiting)
            self._waiting.clear()
            error: Exception | None = None
            try:
                await asyncio.to_thread(self._writer.append, [row for row, _kept in group])
            except OSError as failure:
                logger.error("A callback could not be recorded.", extra={"why": failure.strerror})
                error = NotTakenError()
            for _row, kept in group:
                if not kept.done():  # else its connection was given up
                    kept.set_exception(error) if error else kept.set_result(None)
            if error is None:
                logger.info("Callbacks wait in the spool for the web process: %d.", len(group))


def _refusal(error: crypto.CryptoError, application: key_file.Application) -> Answer:
    logger.warning("A callback was refused: code %s, application %d.", error.code, application.id)
    return Answer(status=HTTPStatus.FORBIDDEN)
