"""AES by another library than the product's, so that a mistake of one is seen by the other."""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC


def encrypt(key: bytes, blocks: bytes) -> bytes:
    """Whole blocks under the platform's IV, which is the key's beginning."""
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


def decrypt(key: bytes, blocks: bytes) -> bytes:
    """What `encrypt` was given."""
    decryptor = Cipher(AES256(key), CBC(key[:16])).decryptor()
    return decryptor.update(blocks) + decryptor.finalize()
