"""Encrypted files: others read ours, we read theirs, and nothing is changed unnoticed."""

import base64
import io

import pytest

from openuser.backup import age_format
from openuser.backup.exceptions import BackupError

WORDS = "correct horse battery"
# Made by rage 0.11 from "年假十天" with these words.
FOREIGN = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBlMnFERHdlbDh2c0hGRUJaL0o2MnBBIDE3ClliNkQ4d3VZWUJBd3V3Q1hkdHkxUVZLWDZS"
    "eXFUeUUwNTk4N3ZWQklsS0UKLS0tIC82d0ZaU1ZxakN6ZDZGZ2xzdVNMdGdwR2xlREw3YmRqQ0JUT0U1RkVGaVkK//meWixoZ5T7ozFgaw520zgX"
    "3y/iQlIhMsywLm2uPAFz7r3HEnn0LfUS7kI="
)
PIECE = age_format.PIECE


class Trickle(io.BytesIO):
    """Gives what it has as a network does."""

    def read(self, size=-1):
        return super().read(min(size, 1000))


@pytest.fixture(autouse=True)
def little_work(monkeypatch) -> None:
    monkeypatch.setattr(age_format, "WORK_FACTOR", 4)


def encrypted(data: bytes) -> bytes:
    target = io.BytesIO()
    writer = age_format.Writer(target, WORDS)
    for start in range(0, len(data), 50_000):
        writer.write(data[start : start + 50_000])
    writer.close()
    return target.getvalue()


def decrypted(data: bytes, words: str = WORDS) -> bytes:
    return age_format.Reader(Trickle(data), words).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_is_written_is_read_again(size):
    data = bytes(number % 251 for number in range(size))
    assert decrypted(encrypted(data)) == data


def test_a_file_of_another_program_is_read():
    assert decrypted(FOREIGN).decode() == "年假十天"


def test_another_pass_phrase_opens_nothing():
    with pytest.raises(BackupError, match="does not open") as raised:
        decrypted(encrypted(b"secret"), "another one entirely")
    assert raised.value.code == "passphrase"


@pytest.mark.parametrize("place", [-1, -20, -PIECE - 20])
def test_a_changed_byte_is_noticed(place):
    data = bytearray(encrypted(bytes(2 * PIECE)))
    data[place] ^= 1
    with pytest.raises(BackupError) as raised:
        decrypted(bytes(data))
    assert raised.value.code == "damaged"


@pytest.mark.parametrize("left", [1, PIECE + 16])
def test_a_missing_end_is_noticed(left):
    data = encrypted(bytes(2 * PIECE))
    with pytest.raises(BackupError) as raised:
        decrypted(data[:-left])
    assert raised.value.code == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04" + bytes(500),
        FOREIGN.replace(b"scrypt", b"X25519"),
        FOREIGN.replace(b" 17\n", b" 63\n"),
        FOREIGN.replace(b" 17\n", b" ++\n"),
    ],
)
def test_a_file_that_is_none_is_refused_before_any_work(data):
    with pytest.raises(BackupError) as raised:
        decrypted(data)
    assert raised.value.code == "not_a_backup"
