"""Outbound messages, the files that they carry, and their counters."""

from collections.abc import Collection
from datetime import datetime
from functools import partial, reduce
from operator import or_
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext

from core.personal_data.export_and_erasure import ErasureRefused
from core.personal_data.holdings import Holding, Person
from core.personal_data.user_id_lists import mentions, replaced, without
from core.personal_data.work_rows import ERASED, WorkHolding
from wecom.media import uploads
from wecom.models import Outbound, Upload
from wecom.quotas import send_quota

LISTS = ("recipients", "invalid", "unlicensed", "sent_before")
NO_WORDS: dict[str, Any] = {"content": {}, "options": {}, "body": None, "fingerprint": "", "response_code": ""}


def sent_to(person: Person) -> Q:
    """Outbound messages that name a person among their recipients."""
    return mentions("recipients", person.user_id) & Q(application__corporation=person.corporation)


class OutboundHolding(WorkHolding):
    """The outbox. A message to many keeps its content, which is not about one of them."""

    def refusal(self, person: Person) -> str:
        frozen = Outbound.objects.filter(sent_to(person), reach__gt=1, status__in=Outbound.UNFINISHED)
        if not frozen.filter(body__isnull=False).exists():
            return ""
        return _being_sent()

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)
            return
        alone = set(self.rows(pks).filter(reach=1).values_list("pk", flat=True))
        carried = set(uploads_of(alone).values_list("pk", flat=True))
        super().clear(alone, person)
        Outbound.attached.through._default_manager.filter(outbound__in=alone).delete()
        _delete_unused(carried)  # at once: afterwards nothing says whose files they were
        for row in self.rows(set(pks) - alone):
            _leave_out(row, person)


def _being_sent() -> str:
    return gettext("A message to several members is being sent to this person. Try again once it has been sent.")


def _leave_out(row: Outbound, person: Person) -> None:
    """Take a person off a message to many. Counters stay, and unsent messages go to the others."""
    if row.is_finished:
        lists = {name: replaced(getattr(row, name), person.user_id, person.alias) for name in LISTS}
        Outbound.objects.filter(pk=row.pk).update(**lists, body=None)
        return
    others = without(row.recipients, person.user_id)
    if not Outbound.objects.filter(pk=row.pk, body=None).update(recipients=others, reach=len(others)):
        raise ErasureRefused(_being_sent())  # a worker froze its bytes meanwhile


class UploadHolding(WorkHolding):
    """Files that were sent: those of one person only. A file that is a render's belongs to the render."""

    def erase(self, pks: Collection[int], person: Person) -> int:
        return len(pks)  # they went with the messages that carried them

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        names = _own_files(self.rows(pks))
        self.rows(pks).update(path="", filename="")  # messages refer to the row
        _delete_files(names)

    def expired(self, before: datetime) -> "models.QuerySet[Any]":
        """Those that were last sent before that time; a link to a file is good for as long as its page."""
        sent = Q(expires_at__lt=before) | Q(expires_at=None, created_at__lt=before)
        rows = self.rows().filter(sent, self.ended, _is_own())
        waiting = Outbound.objects.filter(status__in=Outbound.UNFINISHED).exclude(upload=None)
        return rows.exclude(form=Upload.Form.LINK).exclude(pk__in=waiting.values("upload"))

    def file_names(self, row: Any) -> list[str]:
        return [row.path] if row.path else []


def uploads_of(outbounds: Collection[int]) -> "models.QuerySet[Upload]":
    """The files that these messages carry."""
    return Upload.objects.filter(Q(outbounds__in=outbounds) | Q(attached_to__in=outbounds))


def _delete_unused(pks: Collection[int]) -> None:
    """Delete these uploads with their files, but those that another message carries."""
    rows = Upload.objects.filter(pk__in=pks, outbounds=None, attached_to=None, group_messages=None)
    for row in rows.filter(status__in=Upload.UNFINISHED):
        row.cancel(ERASED)
    names = _own_files(rows)
    Upload.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
    _delete_files(names)


def _own_files(rows: "models.QuerySet[Any]") -> set[str]:
    """Files that belong to uploads alone. A file that is a render's goes with the render."""
    return set(rows.filter(_is_own()).values_list("path", flat=True))


def _is_own() -> Q:
    return reduce(or_, (Q(path__startswith=f"{folder}/") for folder in uploads.OWN_FOLDERS))


def _delete_files(names: set[str]) -> None:
    for name in names - set(Upload.objects.filter(path__in=names).values_list("path", flat=True)):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


class SendReservationHolding(Holding):
    """Counts that the platform's limits need for two hours."""

    def expire(self, before: datetime, now: datetime) -> int:
        send_quota.delete_old_counts(now)
        return 0
