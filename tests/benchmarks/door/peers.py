"""What the webhook is compared with: a route that does nothing, and the least that wechatpy needs to be durable."""

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

EMPTY = [(b"content-length", b"0"), (b"content-type", b"text/plain")]
TABLE = "CREATE TABLE IF NOT EXISTS peer (message_id bigint PRIMARY KEY, sender text, content text)"


async def nothing(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
    """An ASGI application that reads a request and answers it."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": EMPTY})
    await send({"type": "http.response.body", "body": b""})


def wechatpy_application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """A WSGI application: decrypt and parse with wechatpy, insert a row, commit, answer."""
    from psycopg_pool import ConnectionPool
    from wechatpy.enterprise import parse_message
    from wechatpy.enterprise.crypto import WeChatCrypto

    crypto = WeChatCrypto(*(os.environ[name] for name in ("WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY", "WECHAT_CORP_ID")))
    pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=8, max_size=8, open=True)
    with pool.connection() as connection:
        connection.execute(TABLE)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        signed = query["msg_signature"], query["timestamp"], query["nonce"]
        message = parse_message(crypto.decrypt_message(body, *signed))
        values = (message.id, message.source, message.content)
        with pool.connection() as connection:
            connection.execute("INSERT INTO peer VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", values)
        start_response("200 OK", [("Content-Length", "0"), ("Content-Type", "text/plain")])
        return [b""]

    return application
