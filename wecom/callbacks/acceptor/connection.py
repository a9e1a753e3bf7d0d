"""One HTTP request of one connection: a callback is taken, everything else is told to come again."""

import asyncio
import logging
import re
import socket
from contextlib import suppress
from http import HTTPStatus

from wecom.callbacks.acceptor.reception import Answer, NotTakenError, Reception

logger = logging.getLogger(__name__)

SECONDS = 5.0  # for the whole request, as long as the platform waits
LARGEST_HEAD = 32_768  # bytes
LARGEST_BODY = 2**20  # bytes that are read of a body before its application's limit is known
HEALTH = b"/healthz/acceptor"
WEBHOOK = re.compile(rb"/api/v1/integrations/wechat/webhook(?:/([-a-zA-Z0-9_]+))?/?")
RETRY_AFTER = 3  # seconds
PAGE = f"""<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{RETRY_AFTER}"><title>OpenUser</title>
<p>正在启动或更新，页面会自动重新加载。</p><p lang="en">Starting or updating. This page reloads by itself.</p>
""".encode()
# What was sent is lost: a page that reloads would look as if it had been kept.
LOST = f"""<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>OpenUser</title><p>正在启动或更新，你提交的内容没有保存。请在 {RETRY_AFTER} 秒后返回并重新提交。</p>
<p lang="en">Starting or updating. Nothing was saved: go back and submit again in {RETRY_AFTER} seconds.</p>
""".encode()
HEADERS = (
    "Content-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\nCache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n"
    "Connection: close\r\n"
)


async def serve(connection: socket.socket, reception: Reception) -> None:
    """Answer one request and close the connection; close it without an answer if nothing takes a callback."""
    connection.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=connection, limit=LARGEST_HEAD)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _answer(reader, reception)
            writer.write(answer)
            await writer.drain()
    except (NotTakenError, TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        pass
    except Exception:  # the edge of a task: the next connection must not suffer
        logger.exception("A request failed.")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader, reception: Reception) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    line, *fields = head[:-4].split(b"\r\n")
    method, target, _version = line.split(b" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(b":") for field in fields)}
    path, _, query = target.partition(b"?")
    webhook = WEBHOOK.fullmatch(path)
    if webhook is None:
        return _plain(Answer(status=HTTPStatus.OK)) if path == HEALTH else _come_again(method)
    key = (webhook[1] or b"").decode()
    if method in (b"GET", b"HEAD"):
        return _plain(reception.check_url(key, query), with_body=method == b"GET")
    if method != b"POST":
        return _plain(Answer(status=HTTPStatus.METHOD_NOT_ALLOWED))
    reception.application(key)  # of an address that is unknown nothing is read
    body = await _body(reader, headers)
    if body is None:
        return _plain(Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    return _plain(await reception.receive(key, query, body))


async def _body(reader: asyncio.StreamReader, headers: dict[bytes, bytes]) -> bytes | None:
    """None if it is too large. Raises `ValueError` for a length that is none."""
    if headers.get(b"transfer-encoding", b"").lower() != b"chunked":
        length = int(headers.get(b"content-length", b"0"))
        return None if length > LARGEST_BODY else await reader.readexactly(length)
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        if size + len(body) > LARGEST_BODY:
            return None
        body += (await reader.readexactly(size + 2))[:-2]
    return body


def _plain(answer: Answer, *, with_body: bool = True) -> bytes:
    return _whole(answer.status, answer.content, kind="text/plain", with_body=with_body)


def _come_again(method: bytes) -> bytes:
    page = PAGE if method in (b"GET", b"HEAD") else LOST
    retry = f"Retry-After: {RETRY_AFTER}\r\n"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return _whole(status, page, kind="text/html", more=retry, with_body=method != b"HEAD")


def _whole(status: int, content: bytes, *, kind: str, more: str = "", with_body: bool = True) -> bytes:
    headers = HEADERS.format(kind=kind, length=len(content))
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{headers}{more}\r\n".encode()
    return head + content if with_body else head
