"""Links to files of the media folder that open for whoever has them, for some days: the media folder is for staff."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage

SALT = "core.web.signed_links"


def shared(name: str) -> str:
    """An absolute URL of a file by its name in the media storage."""
    key = _signer().sign(name).removeprefix(f"{name}:")
    return f"{settings.SITE_URL.rstrip('/')}{default_storage.url(name)}?key={key}"


def opens(name: str, key: str) -> bool:
    """Whether the key of a link is one for this file, and not too old."""
    try:
        _signer().unsign(f"{name}:{key}", max_age=timedelta(days=settings.LINK_DAYS))
    except signing.BadSignature:
        return False
    return True


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT)
