"""The journal of a draft: a snapshot of the steps after each change, to undo, redo, and notice another editor."""

import hashlib
import json
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import serializers
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from conversations.exceptions import FlowError
from conversations.models import DraftSnapshot, Flow, State
from core.parties.acting_client import named

KEPT = 100  # changes of a flow that can be undone


def fingerprint(flow: Flow) -> str:
    """Names the draft as it is now; two drafts with the same steps have the same one."""
    return _fingerprint(_rows(flow))


@transaction.atomic
def open_draft(flow: Flow, seen: str | None = None) -> None:
    """Lock the draft for a change, and keep its state before.

    Raises `FlowError` if it has changed since the editor has `seen` it, and names the last change.
    """
    Flow.objects.select_for_update().get(pk=flow.pk)
    rows = _rows(flow)
    _keep(flow, rows, DraftSnapshot.Change.FOUND)
    if seen is not None and seen != _fingerprint(rows):
        raise FlowError(_moved(flow), code="draft_changed", remedy=_("Look at it, then do your change again."))


@transaction.atomic
def record(flow: Flow, change: DraftSnapshot.Change, *, step: str = "", by: AbstractBaseUser | None = None) -> None:
    """Keep the draft after a change. Changes undone before cannot be redone any more."""
    _keep(flow, _rows(flow), change, step=step, by=by)


@transaction.atomic
def undo(flow: Flow, *, seen: str | None = None) -> DraftSnapshot:
    """Take the last change back; returns it. Raises `FlowError` if there is none."""
    open_draft(flow, seen)
    last, before = _newest_two(flow.snapshots.done())
    if last is None or before is None:
        raise FlowError(_("There is nothing to undo."), code="nothing_to_undo")
    _restore(flow, before.rows)
    DraftSnapshot.objects.filter(pk=last.pk).update(undone=True)
    return last


@transaction.atomic
def redo(flow: Flow, *, seen: str | None = None) -> DraftSnapshot:
    """Make the change again that was undone last; returns it. Raises `FlowError` if there is none."""
    open_draft(flow, seen)
    again = flow.snapshots.taken_back().first()
    if again is None:
        raise FlowError(_("There is nothing to redo."), code="nothing_to_redo")
    _restore(flow, again.rows)
    DraftSnapshot.objects.filter(pk=again.pk).update(undone=False)
    return again


def next_undo(flow: Flow) -> DraftSnapshot | None:
    """The change that `undo` takes back."""
    last, before = _newest_two(flow.snapshots.defer("rows").done())
    return last if before else None


def next_redo(flow: Flow) -> DraftSnapshot | None:
    """The change that `redo` makes again."""
    return flow.snapshots.defer("rows").taken_back().first()


def _newest_two(
    changes: models.QuerySet[DraftSnapshot],
) -> tuple[DraftSnapshot | None, DraftSnapshot | None]:
    newest = list(changes[:2])
    return newest[0] if newest else None, newest[1] if len(newest) > 1 else None


def _keep(
    flow: Flow,
    rows: list[Any],
    change: DraftSnapshot.Change,
    *,
    step: str = "",
    by: AbstractBaseUser | None = None,
) -> None:
    last = flow.snapshots.done().first()
    if last is not None and last.rows == rows:
        return
    flow.snapshots.taken_back().delete()
    made = DraftSnapshot(flow=flow, rows=rows, change=change, step=step)
    made.by_id = by.pk if by else None
    made.save()
    oldest = flow.snapshots.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1].first()
    if oldest:
        flow.snapshots.filter(pk__lte=oldest).delete()


def _moved(flow: Flow) -> str:
    last = flow.snapshots.select_related("by").defer("rows").done().first()
    if last is None or not (last.by or last.client):
        return _("The draft was changed on another page.")
    what = {
        "who": named(last.by, last.client),
        "time": date_format(localtime(last.made_at), "H:i"),
        "change": str(last),
    }
    return _("%(who)s changed the draft at %(time)s (%(change)s).") % what


def _fingerprint(rows: list[Any]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


def _parts() -> list[tuple[type[models.Model], str]]:
    """The models whose rows are parts of a step and go with it, each with the name of its key to the step."""
    parts = {
        relation.related_model: relation.field.name
        for relation in reversed(State._meta.related_objects)
        if relation.on_delete is models.CASCADE
    }
    return list(parts.items())


def _rows(flow: Flow) -> list[Any]:
    """The steps and their parts as plain values."""
    rows: list[Any] = list(State.objects.filter(flow=flow.pk).order_by("pk"))
    for model, name in _parts():
        rows += model._default_manager.filter(**{f"{name}__flow": flow.pk}).order_by("pk")
    return list(json.loads(serializers.serialize("json", rows)))


def _restore(flow: Flow, rows: list[Any]) -> None:
    """Restore the steps, with the same keys, so that links to them stay."""
    kept: dict[str, list[Any]] = {}
    for row in rows:
        kept.setdefault(row["model"], []).append(row["pk"])
    for model, name in _parts():
        gone = model._default_manager.filter(**{f"{name}__flow": flow.pk})
        gone.exclude(pk__in=kept.get(model._meta.label_lower, ())).delete()
    flow.states.exclude(pk__in=kept.get(State._meta.label_lower, ())).delete()
    for restored in serializers.deserialize("python", rows, ignorenonexistent=True):
        _forget_missing(restored.object)
        restored.save()


def _forget_missing(row: models.Model) -> None:
    """Empty the keys to rows that were deleted meanwhile, such as a digital human."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname) if field.is_relation and field.null else None
        if value is not None and not field.related_model._base_manager.filter(pk=value).exists():  # type: ignore[union-attr]
            setattr(row, field.attname, None)
