"""Differences between two descriptions of a series, in words; steps are named by their day."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from conversations.models import Flow
from core.interchange.row_differences import Difference
from core.web.admin import NOTHING
from scheduling import services
from scheduling.admin.campaigns import campaign_differences as campaigns
from scheduling.admin.campaigns.campaign_differences import Row
from scheduling.models import Campaign, Series
from wecom.models import Department


def readable(differences: Iterable[Difference], series: Series) -> list[Row]:
    """The lines of the table, without those that are empty on both sides."""
    rows: list[Row] = []
    days = {str(step.pk): services.step_in_words(step) for step in series.steps.steps()}
    for difference in _pieces(differences):
        first, _dot, rest = difference.path.partition(".")
        if first == "rule":
            rows += _rule(difference, rest, series)
        elif first == "steps":
            rows += _step(difference, rest, days)
        elif first == "stop_segments" and (difference.before or difference.after):
            rows.append(Row(label=gettext("rule of a segment"), before=NOTHING, after=gettext("changed")))
        elif first != "stop_segments":
            rows += campaigns.readable([difference], series)
    return rows


def _pieces(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Each leaf: the rule and the steps, which may have come or gone as a whole, are taken apart."""
    for difference in differences:
        if difference.path in ("rule", "steps") or (
            difference.path.startswith("steps.") and difference.path.count(".") == 1
        ):
            before, after = difference.before or {}, difference.after or {}
            for key in sorted({*before, *after}, key=_order):
                path = f"{difference.path}.{key}"
                yield from _pieces([Difference(path=path, before=before.get(key), after=after.get(key))])
        else:
            yield difference


def _order(key: str) -> tuple[int, str]:
    """The day and the time of a step first."""
    return {"day": 0, "at": 1}.get(key, 2), key


def _rule(change: Difference, name: str, series: Series) -> Iterator[Row]:
    name = name.partition(".")[0]
    if name == "fact" and series.anchor != Series.Anchor.FACT:  # whose days are not counted from it
        return
    before, after = (_words(name, value, series) for value in (change.before, change.after))
    if before != after:
        yield Row(label=str(Series._meta.get_field(name).verbose_name), before=before, after=after)  # type: ignore[union-attr]


def _words(name: str, value: Any, series: Series) -> str:
    if value in (None, "", {}, [], False):
        return NOTHING
    sender = series.sender
    if value is True:
        return gettext("yes")
    if name in ("flow_id", "stop_flow_id"):
        return str(Flow.objects.filter(pk=value).first() or f"#{value}")
    if name == "fact" and sender:
        return str(services.date_facts(sender.corporation).get(value, value))
    if name == "departments":
        places = Department.objects.filter(corporation=sender.corporation_id if sender else None, number__in=value)
        return ", ".join(map(str, places)) or str(value)
    if name == "stop_rule":
        whole = value if isinstance(value, Mapping) else series.stop_rule
        return (services.rule_in_words(whole, sender.corporation) if sender else "") or gettext("changed")
    choices = dict(Series._meta.get_field(name).flatchoices or ())  # type: ignore[union-attr]
    return str(choices.get(value, value))


def _step(change: Difference, rest: str, days: Mapping[str, str]) -> Iterator[Row]:
    key, _dot, path = rest.partition(".")
    day = days.get(key) or gettext("a step that was removed")
    if path in ("day", "at") and change.before is None and key in days:  # a new step, whose label has both
        return
    if path in ("day", "at"):
        label = str(Campaign._meta.get_field(path).verbose_name)  # type: ignore[union-attr]
        before, after = (NOTHING if value is None else str(value)[:5] for value in (change.before, change.after))
        yield Row(label=f"{day}: {label}", before=before, after=after)
        return
    piece = Difference(path=path, before=change.before, after=change.after)
    for row in campaigns.readable([piece], Campaign()):
        yield Row(label=f"{day}: {row.label}", before=row.before, after=row.after)
