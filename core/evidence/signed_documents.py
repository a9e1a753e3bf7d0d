"""JSON documents with a signature that can be verified without this installation.

The signature is Ed25519 (RFC 8032) over the canonical JSON: keys sorted, no spaces, UTF-8. The private key is derived
from `SECRET_KEY` (HKDF, RFC 5869), so that nothing more has to be kept. A document names the public key; that it is the
installation's own is known by comparing it with `public_keys()`.
"""

import base64
import json
from collections.abc import Collection, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from core.exceptions import OpenUserError

ALGORITHM = "Ed25519"
PURPOSE = b"openuser signed documents 1"


class SignatureError(OpenUserError):
    """A document differs from the signed one."""


def sign(data: Mapping[str, Any]) -> dict[str, Any]:
    """The document: the data with a `signature`. Raises `TypeError` for data that is not JSON."""
    value = _private_key(settings.SECRET_KEY).sign(_canonical(data))
    signature = {"algorithm": ALGORITHM, "public_key": public_key(), "value": base64.b64encode(value).decode()}
    return {**data, "signature": signature}


def verify(document: Mapping[str, Any], *, keys: Collection[str] = ()) -> dict[str, Any]:
    """The data of a document; one of `keys` must have signed it, without any the one that it names.

    Raises `SignatureError` for a document that was changed, that another key signed, or that has no signature.
    """
    signature = document.get("signature")
    if not isinstance(signature, Mapping) or signature.get("algorithm") != ALGORITHM:
        raise SignatureError("The document has no signature.", code="unsigned", remedy="Download it again.")
    named = str(signature.get("public_key") or "")
    if keys and named not in keys:
        message, remedy = "Another installation signed the document.", "Compare the public keys."
        raise SignatureError(message, code="other_key", remedy=remedy)
    data = {name: value for name, value in document.items() if name != "signature"}
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(named, validate=True))
        public.verify(base64.b64decode(str(signature.get("value") or ""), validate=True), _canonical(data))
    except (InvalidSignature, ValueError) as error:
        remedy = "Do not rely on it; download it again."
        raise SignatureError("The document is not as it was signed.", code="tampered", remedy=remedy) from error
    return data


def public_key() -> str:
    """The public key of this installation, in base64."""
    return public_keys()[0]


def public_keys() -> list[str]:
    """The current and earlier public keys: documents signed before `SECRET_KEY` changed stay valid."""
    keys = [_private_key(secret).public_key() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return [base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode() for key in keys]


def _private_key(secret_key: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _canonical(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
