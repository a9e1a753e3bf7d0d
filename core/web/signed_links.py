"""Signed links to media files, which work for some days without a login."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage

SALT = "core.web.signed_links"


def signed_url(name: str) -> str:
    """A signed absolute URL of a file in the media storage."""
    key = _signer().sign(name).removeprefix(f"{name}:")
    return f"{settings.SITE_URL.rstrip('/')}{default_storage.url(name)}?key={key}"


def is_valid_key(name: str, key: str) -> bool:
    """Whether a link's key belongs to this file and has not expired."""
    try:
        _signer().unsign(f"{name}:{key}", max_age=timedelta(days=settings.LINK_DAYS))
    except signing.BadSignature:
        return False
    return True


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT)
