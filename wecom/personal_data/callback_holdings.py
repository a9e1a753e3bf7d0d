"""Callbacks, and the files that members sent."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from core.personal_data.holdings import Person
from core.personal_data.work_rows import ERASED, WorkHolding
from wecom.callbacks.spool import folder
from wecom.media import downloads
from wecom.messages import xml_tree
from wecom.models import Callback, Download

CHANGE = "change_contact"


def sent_by(person: Person) -> Q:
    """Callbacks that a person caused."""
    return Q(from_user_id__iexact=person.user_id, application__corporation=person.corporation)


class CallbackHolding(WorkHolding):
    """The inbox. Changes of the directory name people too, although the platform sends them."""

    def find(self, person: Person) -> list[int]:
        changes = Callback.objects.filter(event=CHANGE, application__corporation=person.corporation).exclude(body="")
        named = (row.pk for row in changes.only("body").iterator() if _names(row.body, person))
        return sorted({*super().find(person), *named})

    def expire(self, before: datetime, now: datetime) -> int:
        folder.delete_set_aside(now)
        return super().expire(before, now)

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)
            return
        theirs = set(self.rows(pks).filter(sent_by(person)).values_list("pk", flat=True))
        for row in self.rows(theirs).filter(status__in=Callback.UNFINISHED):
            row.cancel(ERASED)
        self.rows(set(pks) - theirs).update(body="")
        # They stay without content: a repeat by the platform must still be recognised.
        self.rows(theirs).update(body="", from_user_id=person.alias, order_key="")


def _names(body: str, person: Person) -> bool:
    """Whether a change of the directory is about this person, or names them as a leader."""
    words = (word for node in xml_tree.parse(body.encode()).walk() for word in node.text.split(","))
    return any(word.strip().lower() == person.user_id.lower() for word in words)


class DownloadHolding(WorkHolding):
    """Files that members sent. Their rows go with an erasure; on expiry they stay, and say so."""

    def find(self, person: Person) -> list[int]:
        cids = Callback.objects.filter(sent_by(person)).exclude(cid="").values("cid")
        theirs = Download.objects.filter(cid__in=cids, corporation=person.corporation)
        return sorted({*super().find(person), *theirs.values_list("pk", flat=True)})

    def expire(self, before: datetime, now: datetime) -> int:
        return downloads.delete_old_media(now=now)
