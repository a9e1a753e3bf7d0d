"""Hostile callbacks: whatever comes in, a `CryptoError` comes out, or a value; never anything else, and never late."""

import random
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from wecom import crypto, messages
from wecom.crypto import CryptoError, Keys

pytestmark = pytest.mark.once

KEYS = Keys.parse(token="Token1", encoding_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", receive_id="ww01")
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


def receive(body: bytes) -> messages.Inbound | None:
    """What the webhook does, with a signature that always fits, so that every stage is reached."""
    try:
        sealed = messages.envelope(body).encrypted
        signature = crypto.sign(KEYS.token, TIMESTAMP, NONCE, sealed)
        crypto.strict(signature, TIMESTAMP, NONCE)
        crypto.verify(KEYS, signature=signature, timestamp=TIMESTAMP, nonce=NONCE, encrypted=sealed)
        inbound = messages.inbound(crypto.open_sealed(KEYS, sealed))
    except CryptoError:
        return None
    assert len(messages.identity(inbound)) == 64
    assert inbound.created_at.utcoffset() is not None
    if isinstance(inbound, messages.Message):
        assert inbound.get_command() or not inbound.get_command_args()
    return inbound


def enveloped(encrypted: str | bytes) -> bytes:
    text = encrypted if isinstance(encrypted, bytes) else encrypted.encode()
    return b"<xml><ToUserName>ww01</ToUserName><Encrypt><![CDATA[" + text + b"]]></Encrypt></xml>"


def sealed(inner: bytes) -> bytes:
    return enveloped(crypto.seal(KEYS, inner))


def sealed_raw(plain: bytes) -> bytes:
    """Encrypt whole blocks as they are."""
    plain += b"\x01" * (-len(plain) % 16)
    return enveloped(b64encode(AES.new(KEYS.aes_key, AES.MODE_CBC, iv=KEYS.aes_key[:16]).encrypt(plain)))


def inner(chance: random.Random) -> bytes:
    return INNER.format(chance.choice(KINDS)).encode()


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
REFUSED: list[Mutator] = [
    truncated_base64, invalid_base64, wrong_padding, wrong_receive_id, wrong_length, short_plaintext, document_type,
    oversized, deep, wide, attributes, json_body, two_encrypts, cut_anywhere, noise,
]  # fmt: skip


def attack(mutators: list[Mutator], rounds: int) -> tuple[int, int, float]:
    """How many were read and refused, and the longest CPU time of one, in ms."""
    chance, read, refused, longest = random.Random(7), 0, 0, 0.0
    for number in range(rounds):
        body = mutators[number % len(mutators)](chance)
        start = time.process_time()
        inbound = receive(body)
        longest = max(longest, (time.process_time() - start) * 1000)
        read, refused = read + (inbound is not None), refused + (inbound is None)
    return read, refused, longest


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_the_unspoilt_callback_is_read(kind):
    inbound = receive(sealed(INNER.format(kind).encode()))
    assert inbound is not None
    assert inbound.kind == kind


@pytest.mark.parametrize("mutator", REFUSED, ids=lambda mutator: mutator.__name__)
def test_what_must_be_refused_is_refused(mutator):
    chance = random.Random(3)
    assert [receive(mutator(chance)) for _ in range(40)] == [None] * 40


def test_a_few_thousand_hostile_bodies_are_read_or_refused():
    read, refused, longest = attack(MUTATORS, 4400)
    print(f"{read} read, {refused} refused, the longest {longest:.1f} ms of CPU")
    assert read > 100
    assert refused > 2000
    assert longest < 1000  # 100 ms is the aim; a machine under load is no reason to fail


@pytest.mark.slow
def test_many_hostile_bodies_are_read_or_refused():
    read, refused, longest = attack(MUTATORS, 30_000)
    print(f"{read} read, {refused} refused, the longest {longest:.1f} ms of CPU")
    assert read + refused == 30_000
    assert longest < 1000


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_do_anything_else(data):
    receive(data)
    receive(enveloped(b64encode(data)))
    receive(sealed_raw(data or b"x"))
    receive(sealed(data))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=100), st.text(max_size=40), st.text(max_size=60))
def test_no_query_does_anything_but_be_refused(signature, timestamp, nonce):
    with pytest.raises(CryptoError):
        crypto.strict(signature, timestamp, nonce)
    with pytest.raises(CryptoError):
        crypto.verify(KEYS, signature=signature, timestamp=timestamp, nonce=nonce, encrypted="x")
