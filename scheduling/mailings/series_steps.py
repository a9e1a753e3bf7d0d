"""Steps of series, which are campaigns with a day and a time: added, moved, copied and removed."""

from collections.abc import Iterable
from datetime import time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.mailings.approval_and_pause import note_edit
from scheduling.mailings.campaign_start import save_campaign
from scheduling.mailings.series_start import save_series
from scheduling.models import Campaign, CampaignContent, Series
from scheduling.series import edits

Person = AbstractBaseUser | None
OWN = (
    *("name", "content_type", "message_class", "topic", "offers_settings", "link_clicks", "valid_minutes"),
    *("interrupts", "window_from", "window_until", "window_days", "window_weekdays"),
)
"""The fields that a step decides itself, besides its day and time."""


@transaction.atomic
def save_step(
    series: Series,
    step: Campaign,
    contents: Iterable[CampaignContent] | None = None,
    *,
    day: int,
    at: time | None,
    by: Person = None,
) -> Campaign:
    """Save a step of a series on this day and at this time; without one as soon as the event happens.

    Raises `SchedulingError` for a series that runs or has ended, and where another step has this time.
    """
    row = edits.locked(series)
    edits.check_editable(row)
    edits.check_time(row, step, day=day, at=at)
    step.series, step.day, step.at = row, day, at
    if not step.name.strip():
        step.name = row.name  # words of ours would be kept in the language of who saved it
    save_campaign(step, contents, by=by)
    series.refresh_from_db()
    return step


@transaction.atomic
def replace_steps(
    series: Series, steps: Iterable[tuple[Campaign, list[CampaignContent]]], *, by: Person = None
) -> None:
    """Give a series these steps and no others. One that has its day and time already keeps its row and deliveries.

    Raises the errors of `save_step`.
    """
    known = {(step.day, step.at): step for step in series.steps.all()}
    wanted = []
    for step, contents in steps:
        row = known.pop((step.day, step.at), step)
        for name in OWN:
            setattr(row, name, getattr(step, name))
        wanted.append((row, contents))
    for gone in known.values():
        remove_step(gone, by=by)
    for row, contents in wanted:
        save_step(series, row, contents, day=row.day or 0, at=row.at, by=by)


def copy_step(step: Campaign, *, day: int, at: time | None, by: Person = None) -> Campaign:
    """Another step of the same series with the same words. Raises the errors of `save_step`."""
    assert step.series is not None
    source = Campaign.objects.prefetch_related("contents").get(pk=step.pk)
    contents = list(source.contents.all())
    for row in (source, *contents):
        row.pk, row._state.adding = None, True
    source.state, source.reason, source.approved_hash = Campaign.State.DRAFT, "", ""
    return save_step(step.series, source, contents, day=day, at=at, by=by)


@transaction.atomic
def copy_series(series: Series, *, by: Person = None) -> Series:
    """A draft with the same rule and steps, without members."""
    copy = Series.objects.get(pk=series.pk)
    copy.pk, copy._state.adding = None, True
    copy.state, copy.reason, copy.approved_hash = Series.State.DRAFT, "", ""
    copy.started_at, copy.swept_at, copy.created_by_id = None, None, by.pk if by else None
    copy.name = (_("Copy of %(name)s") % {"name": series.name})[:80]
    save_series(copy, by=by)
    for step in series.steps.steps():
        contents = list(step.contents.all())
        for row in (step, *contents):
            row.pk, row._state.adding = None, True
        step.state, step.reason, step.approved_hash = Campaign.State.DRAFT, "", ""
        save_step(copy, step, contents, day=step.day or 0, at=step.at, by=by)
    return copy


@transaction.atomic
def remove_step(step: Campaign, *, by: Person = None) -> None:
    """Take a step out of its series. One that went out stays among the campaigns, cancelled, with its deliveries.

    Raises `SchedulingError` for a series that runs or has ended.
    """
    assert step.series_id is not None
    series = edits.locked(step.series_id)
    edits.check_editable(series)
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if row.runs.exists():
        row.series, row.day, row.at, row.repeats = None, None, None, Campaign.Repeats.ONCE
        row.state, row.approved_hash = Campaign.State.CANCELLED, ""
        row.save()
    else:
        row.delete()
    note_edit(series, by=by)
