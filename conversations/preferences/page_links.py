"""The address of the settings page: signed, for one member, and for a day. It opens nothing else."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from wecom.models import Member

SALT = "conversations.preferences"
VALID_SECONDS = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The member of a link: the member, or None for one that is forged, too old, or of a member who has left."""

    member: Member | None
    is_expired: bool = False


def address(member: Member) -> str:
    """The address for a member; "" where members reach no page of ours."""
    base = settings.SITE_URL.rstrip("/")
    token = signing.dumps(member.pk, salt=SALT)
    return f"{base}{reverse('preferences-link', args=[token])}" if base else ""


def page() -> str:
    """The address for everybody, where members sign in; "" where they reach no page of ours."""
    base = settings.SITE_URL.rstrip("/")
    return f"{base}{reverse('preferences')}" if base else ""


def open_link(token: str) -> Opened:
    """The member of a link."""
    try:
        key = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.SignatureExpired:
        return Opened(member=None, is_expired=True)
    except signing.BadSignature:
        return Opened(member=None)
    return Opened(member=Member.objects.exclude(status=Member.Status.LEFT).filter(pk=key).first())
