"""Holdings of background work: unfinished rows do not expire, and an erasure cancels them first."""

from collections.abc import Callable, Collection
from typing import Any

from django.db import models

from core.personal_data.holdings import Holding, Kind, Person
from core.work.base import Work

ERASED = "erased"  # the reason of work that an erasure cancelled


class WorkHolding(Holding):
    """The personal data of one kind of work."""

    def __init__(
        self, model: type[Work], kind: Kind, *, of: Callable[[Person], models.Q] | None = None, **options: Any
    ) -> None:
        options.setdefault("ended", ~models.Q(status__in=Work.UNFINISHED))
        super().__init__(model, kind, of=of, **options)

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for row in self.rows(pks).filter(status__in=Work.UNFINISHED) if person else ():
            row.cancel(ERASED)
        super().clear(pks, person)
