"""Encrypted files in the format of age (https://c2sp.org/age), which a pass phrase opens.

Any age program reads them: a backup can be opened where OpenUser does not run. The pass phrase becomes a key by scrypt;
the content goes in pieces of 64 KiB, each authenticated with its place and whether it is the last. So nothing can be
changed, moved or cut off unnoticed, and a file of any size takes the same memory.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openuser.backup.exceptions import BackupError

VERSION = b"age-encryption.org/v1"
SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
PIECE, TAG = 64 * 1024, 16
WORK_FACTOR = 17  # 2^17 rounds of scrypt take half a second and 128 MB, once for each file
MOST_WORK = 20  # a file that asks for more would take all the memory
NO_NONCE = bytes(12)  # each wrapping key is used once
MOST_HEADER = 200  # characters of a line
NOT_A_BACKUP = "This file is no backup that a pass phrase opens."


class Target(Protocol):
    """The file that is written to."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """The file that is read from."""

    def read(self, size: int, /) -> bytes: ...


class Writer:
    """Encrypts the data written to it. Data without a close has no end, and no reader accepts it."""

    def __init__(self, target: Target, passphrase: str) -> None:
        file_key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, WORK_FACTOR)).encrypt(NO_NONCE, file_key, None)
        header = b"\n".join(
            [VERSION, b"-> scrypt %b %d" % (_encoded(salt), WORK_FACTOR), _encoded(wrapped), b"---"],
        )
        target.write(header + b" " + _encoded(_header_mac(file_key, header)) + b"\n" + nonce)
        self._target, self._cipher = target, _payload_cipher(file_key, nonce)
        self._buffer, self._number = bytearray(), 0

    def write(self, data: bytes | memoryview) -> int:
        self._buffer += data
        while len(self._buffer) > PIECE:  # the last piece is written by `close`, even if it is a whole one
            self._put(self._buffer[:PIECE], last=False)
            del self._buffer[:PIECE]
        return len(data)

    def close(self) -> None:
        """Write the last piece; the target stays open."""
        self._put(self._buffer, last=True)
        self._buffer = bytearray()

    def _put(self, piece: bytes | bytearray, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), bytes(piece), None))
        self._number += 1


class Reader:
    """Decrypts the data that it reads.

    Raises `BackupError` for a file of another format, of another pass phrase, or that was changed or cut off; the
    latter when it comes to that place.
    """

    def __init__(self, source: Source, passphrase: str) -> None:
        self._source = source
        file_key = _file_key(source, passphrase)
        self._cipher = _payload_cipher(file_key, _exactly(source, 16))
        self._next = _exactly(source, PIECE + TAG)
        self._buffer, self._number = b"", 0

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes, and fewer only at the end; all that is left without a size."""
        pieces = [self._buffer]
        length = len(self._buffer)
        while self._next and (size < 0 or length < size):
            pieces.append(self._piece())
            length += len(pieces[-1])
        whole = b"".join(pieces)
        end = len(whole) if size < 0 else size
        self._buffer = whole[end:]
        return whole[:end]

    def _piece(self) -> bytes:
        current, self._next = self._next, _exactly(self._source, PIECE + TAG)
        try:
            piece = self._cipher.decrypt(_nonce(self._number, last=not self._next), current, None)
        except InvalidTag as error:
            fault = "The backup is not whole: it was changed, or its end is missing."
            raise BackupError(fault, code="damaged", remedy="Use another one.") from error
        self._number += 1
        return piece


def _file_key(source: Source, passphrase: str) -> bytes:
    lines = [_line(source) for _ in range(4)]
    version, stanza, wrapped, mac = lines
    parts = stanza.split(b" ")
    if version != VERSION or parts[:2] != [b"->", b"scrypt"] or len(parts) != 4 or not mac.startswith(b"--- "):
        raise BackupError(NOT_A_BACKUP, code="not_a_backup")
    try:
        salt, work_factor, body, told = _decoded(parts[2]), int(parts[3]), _decoded(wrapped), _decoded(mac[4:])
    except ValueError as error:
        raise BackupError(NOT_A_BACKUP, code="not_a_backup") from error
    if not 0 < work_factor <= MOST_WORK:
        raise BackupError("The backup asks for more memory than any of ours.", code="not_a_backup")
    try:
        file_key = ChaCha20Poly1305(_stretched(passphrase, salt, work_factor)).decrypt(NO_NONCE, body, None)
    except InvalidTag as error:
        remedy = "Give the one that was set when the backup was made: --passphrase-file."
        raise BackupError("This pass phrase does not open the backup.", code="passphrase", remedy=remedy) from error
    if not hmac.compare_digest(_header_mac(file_key, b"\n".join([*lines[:3], b"---"])), told):
        raise BackupError(NOT_A_BACKUP, code="not_a_backup")
    return file_key


def _stretched(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    rounds = 1 << work_factor
    memory = 2 * 128 * 8 * rounds  # twice what scrypt takes, which OpenSSL wants to be allowed
    return hashlib.scrypt(passphrase.encode(), salt=SCRYPT_LABEL + salt, n=rounds, r=8, p=1, maxmem=memory, dklen=32)


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.new(_derived(file_key, salt=b"", info=b"header"), header, hashlib.sha256).digest()


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(file_key, salt=nonce, info=b"payload"))


def _derived(file_key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(3) + struct.pack(">Q?", number, last)


def _exactly(source: Source, size: int) -> bytes:
    """So many bytes, and fewer only at the end: a network gives them as they come."""
    received = bytearray()
    while len(received) < size and (more := source.read(size - len(received))):
        received += more
    return bytes(received)


def _line(source: Source) -> bytes:
    line = bytearray()
    while (char := source.read(1)) not in {b"", b"\n"}:
        line += char
        if len(line) > MOST_HEADER:
            raise BackupError(NOT_A_BACKUP, code="not_a_backup")
    return bytes(line)


def _encoded(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
