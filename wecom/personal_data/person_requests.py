"""A member's requests: their data, a file of all of them, and their erasure, each with a receipt."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.personal_data import export_and_erasure
from core.personal_data.holdings import Person
from wecom.client.handler_context import current_application
from wecom.exceptions import ContentError
from wecom.models import ERASED, Application, Corporation, Member, PrivacyRequest

logger = logging.getLogger(__name__)

SALT = "wecom.privacy"
LEAST_NAME = 2  # letters; a shorter name is in too many words to be searched for


def find_person(user_id: str, *, application: Application | None = None) -> Member:
    """The member with this user ID. Raises `ContentError` if there is none."""
    corporation = (application or current_application()).corporation
    member = Member.objects.filter(corporation=corporation, user_id=user_id.strip().lower()).first()
    if member is None:
        remedy = "See Members in the admin for the user IDs. A person who was erased has none any more."
        raise ContentError("There is no member with this user ID.", code="unknown", field="user_id", remedy=remedy)
    return member


def count_personal_data(member: Member) -> list[tuple[str, int]]:
    """How many rows about a member there are, by the names of their models in the active language."""
    counts = export_and_erasure.count(_person(member))
    return [(str(apps.get_model(label)._meta.verbose_name_plural), number) for label, number in counts.items()]


def erasure_refusals(member: Member) -> Sequence[str]:
    """The obstacles to an erasure, each with a remedy."""
    return export_and_erasure.refusals(_person(member))


def export_person(member: Member, target: IO[bytes], *, by: str, now: datetime | None = None) -> PrivacyRequest:
    """Write all that is held about a member into a ZIP: JSON lines by model, and the files. Returns the receipt."""
    now = now or timezone.now()
    rows = export_and_erasure.write_zip(_person(member), target, about={"user_id": member.user_id, "exported_at": now})
    return _receipt(PrivacyRequest.Kind.EXPORT, member.corporation, member.user_id, rows, by, now)


def erase_person(member: Member, *, by: str, now: datetime | None = None) -> PrivacyRequest:
    """Erase all that is held about a member, with files. Rows that are counted stay without words and names.

    Runs outside a transaction; repeat it if it was interrupted. Raises `ErasureRefused` before anything changes.
    """
    corporation, user_id = member.corporation, member.user_id
    rows = export_and_erasure.erase(_person(member))
    return _receipt(PrivacyRequest.Kind.ERASE, corporation, user_id, rows, by, now or timezone.now())


def digest_of(corporation: Corporation, user_id: str) -> str:
    """The digest in new receipts of a person."""
    return digests_of(corporation, user_id)[0]


def digests_of(corporation: Corporation, user_id: str) -> list[str]:
    """The digests that receipts of a person may have: by `SECRET_KEY`, and by its earlier values."""
    value = f"{corporation.corp_id}:{user_id.lower()}"
    secrets_of_ours = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(SALT, value, secret=key, algorithm="sha256").hexdigest() for key in secrets_of_ours]


def _person(member: Member) -> Person:
    names = tuple(name for name in (member.name, member.alias) if len(name) >= LEAST_NAME)
    return Person(
        pk=member.pk,
        corporation=member.corporation_id,
        user_id=member.user_id,
        names=names,
        alias=f"{ERASED}{secrets.token_hex(6)}",
    )


def _receipt(
    kind: PrivacyRequest.Kind, corporation: Corporation, user_id: str, rows: dict[str, int], by: str, now: datetime
) -> PrivacyRequest:
    receipt = PrivacyRequest.objects.create(
        corporation=corporation,
        kind=kind,
        requested_by=by[:150],
        digest=digest_of(corporation, user_id),
        rows=rows,
        created_at=now,
    )
    logger.info(
        "Personal data was requested.", extra={"kind": kind.value, "receipt": receipt.pk, "rows": receipt.total}
    )
    return receipt
