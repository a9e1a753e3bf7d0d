"""Callbacks of an attacker: mutated bodies, spliced queries, and the expected answers."""

import ctypes
import gc
import random
import struct
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from tests.wecom.support import second_aes
from wecom import crypto
from wecom.crypto import Keys

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KEYS = Keys.parse(token="Token1", encoding_aes_key=AES_KEY, receive_id="ww01")
TIMESTAMP, NONCE = "1767225600", "nonce1"
CAP = 64 * 1024  # the webhook's, for a body
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{}]><xml>&z;</xml>'.format(
    "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghz", strict=True))
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><FromUserName>&e;</FromUserName></xml>'
INNER = (
    "<xml><ToUserName><![CDATA[ww01]]></ToUserName><FromUserName><![CDATA[ZhangSan]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[{}]]></MsgType><Content><![CDATA[你好]]></Content>"
    "<Event>click</Event><EventKey>a</EventKey><MsgId>1</MsgId><AgentID>1</AgentID></xml>"
)
KINDS = ["text", "image", "voice", "video", "location", "link", "event", "unheard", ""]

Mutator = Callable[[random.Random], bytes]


def enveloped(encrypted: str | bytes) -> bytes:
    text = encrypted if isinstance(encrypted, bytes) else encrypted.encode()
    return b"<xml><ToUserName>ww01</ToUserName><Encrypt><![CDATA[" + text + b"]]></Encrypt></xml>"


def sealed(inner: bytes) -> bytes:
    return enveloped(crypto.seal(KEYS, inner))


def sealed_raw(plain: bytes) -> bytes:
    """Encrypt whole blocks as they are."""
    plain += b"\x01" * (-len(plain) % 16)
    return enveloped(b64encode(second_aes.encrypt(KEYS.aes_key, plain)))


def inner(chance: random.Random) -> bytes:
    when = TIMESTAMP if chance.random() < 0.5 else str(int(time.time()))
    return INNER.format(chance.choice(KINDS)).replace(TIMESTAMP, when).encode()


def ciphertext(chance: random.Random) -> str:
    return crypto.seal(KEYS, inner(chance))


def truncated_base64(chance: random.Random) -> bytes:
    whole = ciphertext(chance)
    return enveloped(whole[: chance.randrange(len(whole))])


def invalid_base64(chance: random.Random) -> bytes:
    whole, place = ciphertext(chance), chance.randrange(100)
    return enveloped(whole[:place] + chance.choice(["!", "汉", "=", " ", "\n", "-", "\x7f"]) + whole[place + 1 :])


def changed_ciphertext(chance: random.Random) -> bytes:
    data = bytearray(b64decode(ciphertext(chance)))
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    return enveloped(b64encode(data))


def wrong_padding(chance: random.Random) -> bytes:
    size = chance.choice([0, 33, 34, 127, 128, 255])
    plain = b"r" * 16 + struct.pack(">I", 4) + b"<x/>" + b"ww01"
    return sealed_raw(plain + b"p" * (31 - len(plain) % 32) + bytes([size]))


def wrong_receive_id(chance: random.Random) -> bytes:
    other = chance.choice(["", "ww02", "ww011", "WW01", "x" * 5000])
    return enveloped(crypto.seal(Keys(token="", aes_key=KEYS.aes_key, receive_id=other), inner(chance)))


def wrong_length(chance: random.Random) -> bytes:
    length = chance.choice([0, 1, 3, 5, 2**16, 2**31 - 1, 2**31, 2**32 - 1])
    return sealed_raw(crypto.pad(b"r" * 16 + struct.pack(">I", length) + b"<x/>" + b"ww01"))


def short_plaintext(chance: random.Random) -> bytes:
    return sealed_raw(crypto.pad(chance.randbytes(chance.randrange(24))))


def document_type(chance: random.Random) -> bytes:
    hostile = chance.choice([BOMB, XXE, "<!DOCTYPE xml>" + INNER]).encode(chance.choice(["utf-8", "utf-16"]))
    return chance.choice([hostile, sealed(hostile), b"\x00" + hostile, hostile + sealed(hostile)])


def oversized(chance: random.Random) -> bytes:
    filler = chance.choice([b"A", b" ", b"\xe6\xb1\x89", b"&amp;"])
    return enveloped(filler * (CAP // len(filler) - 100))


def deep(chance: random.Random) -> bytes:
    nest = b"<a>" * chance.choice([31, 32, 33, 5000, 20000])
    closed = nest + nest.replace(b"<", b"</") if len(nest) < 1000 else nest
    return chance.choice([closed, sealed(closed[: CAP // 2])])


def wide(chance: random.Random) -> bytes:
    many = chance.choice([b"<a/>" * 15000, b"<Encrypt/>" * 6000, b"<a>b</a>" * 2000])
    return b"<xml>" + many + b"</xml>"


def attributes(chance: random.Random) -> bytes:
    same = chance.random() < 0.5
    pairs = "".join(f' a{0 if same else number}="{number}"' for number in range(4000))
    return f"<xml{pairs}><Encrypt>a</Encrypt></xml>".encode()


def other_encodings(chance: random.Random) -> bytes:
    name = chance.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk", "utf-7", "latin-1"])
    declared = chance.choice(["", f'<?xml version="1.0" encoding="{name}"?>'])
    text = declared + INNER.format("text")
    return chance.choice([text.encode(name, "replace"), sealed(text.encode(name, "replace"))])


def invalid_utf8(chance: random.Random) -> bytes:
    data = bytearray(inner(chance))
    data[chance.randrange(len(data))] = chance.choice([0xFF, 0xC0, 0x80, 0xED, 0xF5, 0x00])
    return chance.choice([bytes(data), sealed(bytes(data)), enveloped(bytes(data))])


def json_body(chance: random.Random) -> bytes:
    body = b'{"tousername": "ww01", "encrypt": "' + ciphertext(chance).encode() + b'"}'
    return chance.choice([body, sealed(body), b"[]", b"null"])


def two_encrypts(chance: random.Random) -> bytes:
    return b"<xml>" + b"<Encrypt>" + ciphertext(chance).encode() + b"</Encrypt>" + enveloped(ciphertext(chance))[5:]


def missing_elements(chance: random.Random) -> bytes:
    parts = inner(chance).decode().removeprefix("<xml>").removesuffix("</xml>").replace("><", ">\0<").split("\0")
    kept = [part for part in parts if chance.random() < 0.6]
    chance.shuffle(kept)
    return sealed(f"<xml>{''.join(kept * chance.randint(1, 2))}</xml>".encode())


def odd_values(chance: random.Random) -> bytes:
    odd = chance.choice(
        ["", "-1", "9" * 300, "nan", "inf", "1e400", "\x00", "\ufffe", "<b/>", "&#0;", "&lt;", "汉" * 99]
    )
    tags = ["CreateTime", "AgentID", "MsgId", "Scale", "Location_X", "Location_Y", "EventKey", "FromUserName"]
    values = "".join(f"<{tag}>{odd}</{tag}>" for tag in chance.sample(tags, 5))
    kind = chance.choice(KINDS)
    return sealed(f"<xml><FromUserName>a</FromUserName><MsgType>{kind}</MsgType>{values}</xml>".encode())


def cut_anywhere(chance: random.Random) -> bytes:
    whole = sealed(inner(chance))
    return whole[: chance.randrange(len(whole))]


def changed_anywhere(chance: random.Random) -> bytes:
    data = bytearray(sealed(inner(chance)))
    for _ in range(chance.randint(1, 3)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def changed_inside(chance: random.Random) -> bytes:
    data = bytearray(inner(chance))
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return sealed(bytes(data))


def noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(400))


MUTATORS: list[Mutator] = [
    truncated_base64, invalid_base64, changed_ciphertext, wrong_padding, wrong_receive_id, wrong_length,
    short_plaintext, document_type, oversized, deep, wide, attributes, other_encodings, invalid_utf8, json_body,
    two_encrypts, missing_elements, odd_values, cut_anywhere, changed_anywhere, changed_inside, noise,
]  # fmt: skip


def spliced(timestamp: str, nonce: str, encrypted: str) -> list[tuple[str, str, str]]:
    """Other values that are cut from the same characters."""
    return [
        ("", timestamp + nonce, encrypted),
        ("", nonce, timestamp + encrypted),
        (timestamp + nonce, "", encrypted),
        (timestamp, "", nonce + encrypted),
        (timestamp[:-1], timestamp[-1] + nonce, encrypted),
        (timestamp + nonce[0], nonce[1:], encrypted),
        (timestamp, nonce + encrypted[:64], encrypted[64:]),
        (timestamp, encrypted[:64] + nonce, encrypted[64:]),
        (timestamp, encrypted[-64:] + nonce, encrypted[:-64]),
        (timestamp, nonce + encrypted[:4], encrypted[4:]),
        (timestamp + encrypted[:64], nonce, encrypted[64:]),
        (timestamp, nonce, encrypted + "A" * 64),
        (timestamp, nonce, encrypted[64:]),
        (encrypted, nonce, timestamp),
        (timestamp, encrypted, nonce),
        (nonce, timestamp, encrypted),
    ]


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One request: its query string and its body."""

    query: str
    body: bytes


@dataclass(kw_only=True)
class Report:
    """How many were answered with each status, the longest CPU time of one in ms, and how much memory grew in MiB."""

    statuses: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0
    grown: float = 0.0


def requests(count: int, *, seed: int = 7) -> Iterator[Hostile]:
    """Hostile bodies under a signature that fits, and between them the splices of a good callback."""
    chance = random.Random(seed)
    number = 0
    while number < count:
        body = MUTATORS[number % len(MUTATORS)](chance)
        yield Hostile(query=query_for(body), body=body)
        number += 1
        if number % len(MUTATORS) == 0:
            for spliced_one in splices(chance):
                yield spliced_one
                number += 1


def query_for(body: bytes) -> str:
    """A signed query for a body, as far as there is something in it to sign."""
    _, _, rest = body.partition(b"<Encrypt>")
    sealed = rest.partition(b"</Encrypt>")[0].removeprefix(b"<![CDATA[").removesuffix(b"]]>").decode(errors="replace")
    now = str(int(time.time()))
    return urlencode({"msg_signature": crypto.sign(KEYS.token, now, NONCE, sealed), "timestamp": now, "nonce": NONCE})


def splices(chance: random.Random) -> Iterator[Hostile]:
    """Queries that are cut from the characters of a good one, doubled, or parted by semicolons."""
    timestamp, nonce = str(int(time.time())), str(chance.randrange(10**9, 10**10))
    encrypted = ciphertext(chance)
    signature = crypto.sign(KEYS.token, timestamp, nonce, encrypted)
    for other in spliced(timestamp, nonce, encrypted):
        query = urlencode({"msg_signature": signature, "timestamp": other[0], "nonce": other[1]})
        yield Hostile(query=query, body=enveloped(other[2]))
    good = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
    doubled = (f"{good}&nonce={nonce}", f"timestamp=1&{good}", good.replace("&", ";"), f"{good};nonce=1", f"&&{good}&&")
    for query in (*doubled, "&".join([good] * 500), good + "&%ff=%ff&=", ""):
        yield Hostile(query=query, body=enveloped(encrypted))
    for size in (CAP, CAP + 1, 10_000_000 if chance.random() < 0.05 else 70_000):
        yield Hostile(query=good, body=enveloped(encrypted).ljust(size))


def attack(answer: Callable[[Hostile], int], count: int, *, warm: int = 500) -> Report:
    """Send hostile requests. The first ones, in which caches fill, do not count for the memory.

    What grows does so in both halves of the rest: the smaller one counts, twice, since a heap may grow once for a large
    body that finds no room between what earlier tests left there.
    """
    report, sizes = Report(), list[float]()
    for number, request in enumerate(requests(count)):
        if number in (warm, (warm + count) // 2):
            sizes.append(resident())
        start = time.process_time()
        report.statuses[answer(request)] += 1
        report.longest = max(report.longest, (time.process_time() - start) * 1000)
    sizes.append(resident())
    report.grown = 2 * min(after - before for before, after in pairwise(sizes))
    return report


def resident() -> float:
    """MiB of memory that this process holds, garbage aside: it goes whenever Python and the C library find the time."""
    gc.collect()
    with suppress(AttributeError):  # of another C library
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
