"""Opens requests that the platform signed with the keys of an application, or with those of until an hour ago.

New keys are entered here first, because the console tries them when it saves them. Until then callbacks come with the
old ones, and those that the platform repeats do so after it.
"""

import logging
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from wecom import crypto
from wecom.callbacks import verify_and_decrypt
from wecom.models import Application, Callback

logger = logging.getLogger(__name__)


def open_sealed(application: Application, encrypted: str, *, signature: str, timestamp: str, nonce: str) -> bytes:
    """The content, verified and decrypted; the query must be `crypto.strict`.

    Raises `CryptoError` if no keys fit, as the application's present ones did.
    """
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
    return verify_and_decrypt.open_sealed(application, encrypted, **signed, now=timezone.now())


def note_url_check(
    application: Application, content: bytes, encrypted: str, *, signature: str, timestamp: str, nonce: str
) -> None:
    """Note that the console has proved the present keys by a URL check that was opened; ours proves nothing."""
    if content.startswith(Callback.PROBE.encode()):
        return
    signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "encrypted": encrypted}
    try:
        present = Application.objects.select_related("corporation").get(pk=application.pk)  # not one that is cached
        crypto.verify(present.keys, **signed)
        Application.objects.filter(pk=application.pk).update(keys_proven_at=timezone.now())
    except crypto.CryptoError:
        return  # it came with the keys before
    except (Application.DoesNotExist, DatabaseError) as error:
        logger.warning("A URL check was answered and not noted.", extra={"error": type(error).__name__})


def note_callbacks() -> None:
    """Note when the last callback proved the keys of each application, before it is deleted."""
    for application in Application.objects.filter(enabled=True):
        proven_at = last_callback(application)
        if proven_at and (application.keys_proven_at is None or application.keys_proven_at < proven_at):
            Application.objects.filter(pk=application.pk).update(keys_proven_at=proven_at)


def last_callback(application: Application) -> datetime | None:
    """When the last callback came that only the present keys open."""
    rows = Callback.objects.filter(application=application).exclude(reason=Callback.Reason.PROBE)
    if application.old_keys_until is not None:
        rows = rows.filter(created_at__gte=application.old_keys_until)
    last = rows.order_by("-created_at").first()
    return last.created_at if last else None
