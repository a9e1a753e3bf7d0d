"""Spliced queries are refused: the signature joins its values without separators."""

import random
import string
from collections.abc import Iterator

import pytest

from tests.wecom.support.crypto_vectors import KEYS, VECTORS
from tests.wecom.support.hostile_callbacks import spliced
from wecom import crypto
from wecom.crypto import CryptoError, Keys

ALPHABET = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    ("signature", "timestamp", "nonce"),
    [
        ("", "1700000000", "n"),
        ("a" * 39, "1700000000", "n"),
        ("A" * 40, "1700000000", "n"),
        ("a" * 41, "1700000000", "n"),
        ("a" * 40 + "\n", "1700000000", "n"),
        ("a" * 40, "", "n"),
        ("a" * 40, "170000000", "n"),
        ("a" * 40, "17000000000", "n"),
        ("a" * 40, "1700000000\n", "n"),
        ("a" * 40, "１７０００００００0", "n"),
        ("a" * 40, "-170000000", "n"),
        ("a" * 40, "1700000000", ""),
        ("a" * 40, "1700000000", "n" * 41),
        ("a" * 40, "1700000000", "a;b"),
        ("a" * 40, "1700000000", "a+b="),
        ("a" * 40, "1700000000", "a b"),
        ("a" * 40, "1700000000", "汉"),
        ("a" * 40, "1700000000", "\ud800"),
    ],
)
def test_a_query_without_the_platforms_shapes_is_refused(signature, timestamp, nonce):
    with pytest.raises(CryptoError) as caught:
        crypto.strict(signature, timestamp, nonce)
    assert caught.value.code == -40001


@pytest.mark.parametrize("name", VECTORS)
def test_every_published_query_has_the_platforms_shapes(name):
    vector = VECTORS[name]
    crypto.strict(vector.signature, vector.timestamp, vector.nonce)
    assert crypto.is_strict(vector.signature, vector.timestamp, vector.nonce)
    assert not crypto.is_strict(vector.signature, vector.timestamp, f"{vector.nonce}=")


def exchanges(count: int) -> Iterator[tuple[Keys, str, str, str, bytes]]:
    """Keys, timestamp, nonce, ciphertext and message; every fourth nonce looks like a timestamp."""
    chance = random.Random(1)
    for number in range(count):
        keys = Keys(
            token="".join(chance.choices(ALPHABET, k=chance.randint(3, 32))), aes_key=KEYS.aes_key, receive_id="ww01"
        )
        any_nonce = "".join(chance.choices(ALPHABET, k=chance.randint(1, 16)))
        nonce = str(1_600_000_000 + number) if number % 4 == 0 else any_nonce
        message = f"message {number}".encode()
        yield keys, str(1_700_000_000 + number), nonce, crypto.seal(keys, message), message


def verifies(keys: Keys, signature: str, timestamp: str, nonce: str, encrypted: str) -> bool:
    try:
        crypto.verify(keys, signature=signature, timestamp=timestamp, nonce=nonce, encrypted=encrypted)
    except CryptoError:
        return False
    return True


def opens_to(keys: Keys, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes | None:
    try:
        crypto.strict(signature, timestamp, nonce)
        crypto.verify(keys, signature=signature, timestamp=timestamp, nonce=nonce, encrypted=encrypted)
        return crypto.open_sealed(keys, encrypted)
    except CryptoError:
        return None


def test_no_spliced_query_opens_but_one_whose_nonce_and_time_change_places():
    for keys, timestamp, nonce, encrypted, message in exchanges(2000):
        signature = crypto.sign(keys.token, timestamp, nonce, encrypted)
        assert opens_to(keys, signature, timestamp, nonce, encrypted) == message
        found = {other: opens_to(keys, signature, *other) for other in spliced(timestamp, nonce, encrypted)}
        swapped = {(nonce, timestamp, encrypted)} if len(nonce) == 10 and nonce.isdigit() else set()
        assert {other for other, opened in found.items() if opened is not None} == swapped
        assert all(found[other] == message for other in swapped)


def test_the_signature_alone_would_let_splices_through():
    through = 0
    for keys, timestamp, nonce, encrypted, _ in exchanges(200):
        signature = crypto.sign(keys.token, timestamp, nonce, encrypted)
        through += sum(verifies(keys, signature, *other) for other in spliced(timestamp, nonce, encrypted))
    assert through > 500
