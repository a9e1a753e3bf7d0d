"""CPU time to verify, decrypt and read one callback, beside wechatpy: python -m tests.benchmarks.callback

Prints microseconds of CPU (user and system) per callback, the least of several rounds, for inner XML of 200 and 2,000
bytes, and the parts of ours.
"""

import time
from collections.abc import Callable

from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

from wecom import crypto, messages

ROUNDS = 15
TIMES = 1000
TOKEN, AES_KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
TIMESTAMP, NONCE = "1767225600", "1372623149"
KEYS = crypto.Keys.parse(token=TOKEN, encoding_aes_key=AES_KEY, receive_id=CORP)
PEER = WeChatCrypto(TOKEN, AES_KEY, CORP)


def inner(size: int) -> bytes:
    """A text message whose XML has `size` bytes, or a few more where the text would be empty."""
    frame = (
        "<xml><ToUserName>wx5823bf96d3bd56c7</ToUserName><FromUserName>a</FromUserName><CreateTime>1767225600</CreateTime>"
        "<MsgType>text</MsgType><Content>{}</Content><MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>"
    )
    return frame.format("x" * max(1, size - len(frame) + 2)).encode()


def cpu_us(work: Callable[[], object]) -> float:
    """Microseconds of CPU per call, the least of the rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        for _ in range(TIMES):
            work()
        least = min(least, (time.process_time_ns() - start) / TIMES / 1000)
    return least


def measure(size: int) -> None:
    """One line per way of doing it."""
    xml = inner(size)
    encrypted = crypto.seal(KEYS, xml)
    signature = crypto.sign(TOKEN, TIMESTAMP, NONCE, encrypted)
    body = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<AgentID><![CDATA[218]]></AgentID></xml>"
    ).encode()

    def opened() -> bytes:
        crypto.strict(signature, TIMESTAMP, NONCE)
        sealed = messages.envelope(body).encrypted
        crypto.verify(KEYS, signature=signature, timestamp=TIMESTAMP, nonce=NONCE, encrypted=sealed)
        return crypto.open_sealed(KEYS, sealed)

    value = messages.inbound(xml)
    ways: dict[str, Callable[[], object]] = {
        "ours, verify and decrypt": opened,
        "ours, with the message read": lambda: messages.inbound(opened()),
        "ours, with its identity too": lambda: messages.identity(messages.inbound(opened())),
        "wechatpy, verify and decrypt": lambda: PEER.decrypt_message(body, signature, TIMESTAMP, NONCE),
        "wechatpy, with the message read": lambda: parse_message(
            PEER.decrypt_message(body, signature, TIMESTAMP, NONCE)
        ),
        "  part: envelope": lambda: messages.envelope(body),
        "  part: signature": lambda: crypto.sign(TOKEN, TIMESTAMP, NONCE, encrypted),
        "  part: open": lambda: crypto.open_sealed(KEYS, encrypted),
        "  part: message": lambda: messages.inbound(xml),
        "  part: identity": lambda: messages.identity(value),
    }
    print(f"inner XML {len(xml)} B, body {len(body)} B")
    for name, way in ways.items():
        print(f"  {name:34}{cpu_us(way):8.1f} µs")


if __name__ == "__main__":
    for size in (200, 2000):
        measure(size)
