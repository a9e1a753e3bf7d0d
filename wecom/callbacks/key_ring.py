"""Opens what the platform signed with the keys of an application, or with those that it had until an hour ago.

New keys are entered here first, because the console tries them when it saves them. Until then callbacks come with the
old ones, and those that the platform repeats do so after it.
"""

from django.utils import timezone

from wecom import crypto
from wecom.models import Application


def open_sealed(application: Application, encrypted: str, *, signature: str, timestamp: str, nonce: str) -> bytes:
    """The content, verified and decrypted; the query must be `crypto.strict`.

    Raises `CryptoError` if no keys fit, as the application's present ones did.
    """
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "encrypted": encrypted}
    try:
        keys = application.keys
        crypto.verify(keys, **signed)
        return crypto.open_sealed(keys, encrypted)
    except crypto.CryptoError as refusal:
        try:
            old = application.old_keys(timezone.now())
            if old is not None:
                crypto.verify(old, **signed)
                return crypto.open_sealed(old, encrypted)
        except crypto.CryptoError:
            pass  # what is wrong with the present ones says more
        raise refusal
