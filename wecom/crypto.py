"""WeChat Work's callback encryption (加解密方案): sign, seal, open. Knows bytes and text, no framework.

Source: https://developer.work.weixin.qq.com/document/path/90968. SHA-1 and the fixed IV are the platform's choice.
A caller's order is `strict`, `verify`, `open_sealed`; any failure is answered alike.
"""

import base64
import hashlib
import hmac
import re
import secrets
import struct
from dataclasses import dataclass, field
from functools import lru_cache

from Crypto.Cipher import AES
from Crypto.Cipher._mode_ecb import EcbMode

BLOCK, AES_BLOCK = 32, 16  # PKCS#7 pads to 32 bytes here, not to AES's 16
RANDOM = 16  # bytes before the length
LENGTH = 4
KEY_SHAPE = re.compile(r"[A-Za-z0-9]{43}")
SIGNATURE_SHAPE = re.compile(r"[0-9a-f]{40}")
TIMESTAMP_SHAPE = re.compile(r"[0-9]{10}")
NONCE_SHAPE = re.compile(r"[0-9A-Za-z_-]{1,40}")


class CryptoError(Exception):
    """A callback that must be refused. `code` is the one of the platform's own library (-40001 …), if it has one."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The secrets of one callback URL. `receive_id` is the corp ID for a self-built application."""

    token: str = field(repr=False)
    aes_key: bytes = field(repr=False)
    receive_id: str

    @staticmethod
    def parse(*, token: str, encoding_aes_key: str, receive_id: str) -> "Keys":
        """From the console's form fields; blanks around them are a copying slip and are removed.

        Raises `CryptoError` -40004 for a key that is not 43 letters and digits. Its last character may carry trailing
        bits that a strict base64 decoder refuses (the platform's own sample does).
        """
        return _parsed(token, encoding_aes_key, receive_id)


@lru_cache(maxsize=100)
def _parsed(token: str, encoding_aes_key: str, receive_id: str) -> Keys:
    """Kept, because each callback asks for them."""
    key = encoding_aes_key.strip()
    if not KEY_SHAPE.fullmatch(key):
        raise CryptoError(-40004, "The EncodingAESKey must be 43 letters and digits.")
    return Keys(token=token.strip(), aes_key=base64.b64decode(key + "="), receive_id=receive_id.strip())


def strict(signature: str, timestamp: str, nonce: str) -> None:
    """Raise `CryptoError` -40001 unless the query has the platform's shapes. Always before `verify`.

    The signature covers the sorted values joined without separators, so characters can move from one to the next and
    still fit. With these shapes none can: a nonce of 40 is too short to take the 64 characters of base64 that shift a
    ciphertext by whole blocks.
    """
    fits = (
        SIGNATURE_SHAPE.fullmatch(signature) and TIMESTAMP_SHAPE.fullmatch(timestamp) and NONCE_SHAPE.fullmatch(nonce)
    )
    if not fits:
        raise CryptoError(-40001, "The signature, timestamp or nonce is malformed.")


def is_strict(signature: str, timestamp: str, nonce: str) -> bool:
    """Whether the query has the platform's shapes."""
    shapes = (SIGNATURE_SHAPE, signature), (TIMESTAMP_SHAPE, timestamp), (NONCE_SHAPE, nonce)
    return all(shape.fullmatch(value) for shape, value in shapes)


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """The `msg_signature` of a callback or a passive reply: 40 lower-case hex digits."""
    # Text sorts as its UTF-8 does, so that it need be encoded only once.
    joined = "".join(sorted((token, timestamp, nonce, encrypted)))
    return hashlib.sha1(joined.encode("utf-8", "surrogatepass")).hexdigest()  # noqa: S324


def verify(keys: Keys, *, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
    """Raise `CryptoError` -40001 unless the signature fits. Always before `open_sealed`."""
    expected = sign(keys.token, timestamp, nonce, encrypted)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
        raise CryptoError(-40001, "The signature does not match.")


def seal(keys: Keys, message: bytes, *, random: bytes | None = None) -> str:
    """Encrypt a message; base64 without line breaks. `random` (16 bytes) is fixed in tests only."""
    prefix = secrets.token_bytes(RANDOM) if random is None else random
    plain = prefix + struct.pack(">I", len(message)) + message + keys.receive_id.encode()
    cipher = AES.new(keys.aes_key, AES.MODE_CBC, keys.aes_key[:AES_BLOCK])
    return base64.b64encode(cipher.encrypt(pad(plain))).decode()


def open_sealed(keys: Keys, encrypted: str) -> bytes:
    """Decrypt and check, in the order of the protocol. Raises `CryptoError` naming the first check that failed."""
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except ValueError as error:  # binascii.Error is one, and so is text beyond ASCII
        raise CryptoError(-40010, "The ciphertext is not base64.") from error
    if not sealed or len(sealed) % AES_BLOCK:
        raise CryptoError(-40007, "The ciphertext is not a whole number of blocks.")
    plain = unpad(_decrypt(keys.aes_key, sealed))
    head = RANDOM + LENGTH
    if len(plain) < head:
        raise CryptoError(-40008, "The plaintext is too short.")
    (length,) = struct.unpack_from(">I", plain, RANDOM)
    if head + length > len(plain):
        raise CryptoError(-40008, "The plaintext is shorter than it says.")
    message, receive_id = plain[head : head + length], plain[head + length :]
    try:
        message.decode()
    except UnicodeDecodeError as error:
        raise CryptoError(-40008, "The message is not UTF-8.") from error
    if not hmac.compare_digest(receive_id, keys.receive_id.encode()):
        raise CryptoError(-40005, "The message is for another corp.")
    return message


def _decrypt(aes_key: bytes, sealed: bytes) -> bytes:
    """CBC: a block's content is hidden by the ciphertext before it, that of the first one by the IV."""
    hidden = _blocks(aes_key).decrypt(sealed)
    before = aes_key[:AES_BLOCK] + sealed[:-AES_BLOCK]
    return (int.from_bytes(hidden) ^ int.from_bytes(before)).to_bytes(len(sealed))


@lru_cache(maxsize=100)
def _blocks(aes_key: bytes) -> EcbMode:
    """AES without a mode, which remembers nothing and so is kept: an object of CBC serves one message, and to make it
    takes longer than to decrypt.
    """
    return AES.new(aes_key, AES.MODE_ECB)


def pad(plain: bytes) -> bytes:
    """PKCS#7 to a multiple of 32; a whole block where it is aligned already."""
    size = BLOCK - len(plain) % BLOCK
    return plain + bytes([size]) * size


def unpad(padded: bytes) -> bytes:
    """Raises `CryptoError` -40008 unless all 1 to 32 padding bytes are right."""
    size = padded[-1] if padded else 0
    if not 1 <= size <= BLOCK or not padded.endswith(bytes([size]) * size):
        raise CryptoError(-40008, "The padding is wrong.")
    return padded[:-size]
