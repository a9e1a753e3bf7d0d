"""The audience of a run becomes rows, in one statement: a row for each member, whether they get it or not.

The rows are written by the database from its own tables (INSERT … SELECT), so a million need no memory here. Members
who get the same content are numbered into batches; the numbers of a group begin at a multiple of `STRIDE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, Mod, NullIf, RowNumber

from conversations.models import Conversation, Desk
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.member_zones import Clock
from scheduling.models import FAR, Batch, CampaignRun, Delivery
from wecom.models import Application, Member

STRIDE = 100_000
SCATTER = 2_654_435_761  # Knuth's multiplicative hash: neighbours fall into different hundredths
PRIME = 1_000_003


@dataclass(frozen=True, kw_only=True)
class Group:
    """The members who get one variant in one language by one clock; its batches have numbers from `first` on.

    `clock` is None where all have that of the campaign.
    """

    number: int
    variant: str
    language: str
    clock: Clock | None = None

    @property
    def first(self) -> int:
        return self.number * STRIDE


@transaction.atomic
def freeze(
    run: CampaignRun,
    candidates: QuerySet[Member],
    words: CampaignWords,
    *,
    application: Application,
    clocks: Sequence[Clock] = (),
) -> int:
    """Write a delivery for each candidate (annotated `why`) and the batches of those who get it; returns their number.

    With clocks, candidates are annotated `clock`, their place among them. To be called in a transaction that ends the
    work of the run; a run that is frozen already is left as it is.
    """
    if Delivery.objects.filter(run=run).exists():
        return Delivery.objects.filter(run=run, status=Delivery.Status.PLANNED).count()
    groups = _groups(words)
    grouped = _grouped(candidates, words, groups, application)
    if clocks:
        grouped = grouped.annotate(first=F("group") + F("clock") * len(groups) * STRIDE)
        groups = _by_clock(groups, clocks)
    else:
        grouped = grouped.annotate(first=F("group"))
    rows = _numbered(grouped, words.batch_size)
    query = rows.annotate(who=F("pk")).values("who", "why", "batch").order_by().query
    try:
        inner, values = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # an audience that can have no member, which Django does not ask the database about
        return 0
    quoted = connection.ops.quote_name
    columns = ("run_id", "member_id", "batch", "status", "reason")
    status = f"CASE WHEN found.why = '' THEN '{Delivery.Status.PLANNED}' ELSE '{Delivery.Status.SKIPPED}' END"
    number = "CASE WHEN found.why = '' THEN found.batch ELSE 0 END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(Delivery._meta.db_table)} ({', '.join(map(quoted, columns))})"  # noqa: S608 - names of ours
            f" SELECT %s, found.who, {number}, {status}, found.why FROM ({inner}) AS found",
            [run.pk, *values],
        )
    return _write_batches(run, groups)


def variant_shares(words: CampaignWords) -> list[tuple[str, int]]:
    """Each variant with the hundredth at which it ends; the last ends at 100."""
    shares, end = [], 0
    for variant, share in words.shares.items():
        end += share
        shares.append((variant, end))
    return [*shares[:-1], (shares[-1][0], 100)]


def contents_of(
    candidates: QuerySet[Member], words: CampaignWords, application: Application
) -> dict[int, tuple[str, str]]:
    """The variant and language that each of the candidates gets, by key."""
    groups = _groups(words)
    by_first = {group.first: (group.variant, group.language) for group in groups}
    rows = _grouped(candidates, words, groups, application).values_list("pk", "group")
    return {key: by_first[first] for key, first in rows}


def _groups(words: CampaignWords) -> list[Group]:
    keys = [(variant, language) for variant in words.shares for language in words.languages(variant)]
    return [
        Group(number=number, variant=variant, language=language) for number, (variant, language) in enumerate(keys, 1)
    ]


def _by_clock(groups: Sequence[Group], clocks: Sequence[Clock]) -> list[Group]:
    """The groups by each clock, one clock after the other."""
    return [
        replace(group, number=place * len(groups) + group.number, clock=clock)
        for place, clock in enumerate(clocks)
        for group in groups
    ]


def _grouped(
    candidates: QuerySet[Member], words: CampaignWords, groups: Sequence[Group], application: Application
) -> Any:
    """The candidates, annotated `group`: the first number of their group's batches by the first clock."""
    if len(groups) == 1:
        return candidates.annotate(group=Value(groups[0].first))
    spoken = Conversation.objects.filter(application=application, member=OuterRef("pk")).values("language")[:1]
    wanted = Coalesce(
        NullIf(F("language"), Value("")),
        NullIf(Subquery(spoken), Value("")),
        Value(Desk.objects.first_language(application)),
        output_field=CharField(),
    )
    # The same member gets the same variant, however often the audience is read.
    hundredth = Mod(Mod(F("pk") * SCATTER + words.campaign_id * PRIME, PRIME), 100, output_field=IntegerField())
    candidates = candidates.annotate(wanted=wanted, hundredth=hundredth)
    cases = []
    for variant, end in variant_shares(words):
        own = {group.language: group for group in groups if group.variant == variant}
        below = {"hundredth__lt": end}
        cases += [When(**below, wanted=language, then=Value(group.first)) for language, group in own.items()]
        cases.append(When(**below, then=Value(own[words.usual_language(variant)].first)))
    return candidates.annotate(group=Case(*cases, output_field=IntegerField()))


def _numbered(rows: Any, size: int) -> Any:
    """The rows, annotated `batch`: each batch has at most `size` members of a group, in the order of their keys."""
    place = Window(RowNumber(), partition_by=[F("why"), F("first")], order_by="pk")
    return rows.annotate(place=place).annotate(batch=F("first") + (F("place") - 1) / size)


def _write_batches(run: CampaignRun, groups: Sequence[Group]) -> int:
    planned = Delivery.objects.filter(run=run, status=Delivery.Status.PLANNED)
    by_number = {group.number: group for group in groups}
    sizes = list(planned.order_by().values("batch").annotate(size=Count("pk")).values_list("batch", "size"))
    Batch.objects.bulk_create(
        [
            Batch(
                run=run,
                number=number,
                language=by_number[number // STRIDE].language,
                variant=by_number[number // STRIDE].variant,
                zone=clock.zone.key if (clock := by_number[number // STRIDE].clock) else "",
                moment=clock.at if clock else None,
                size=size,
                due_at=FAR,
                cid=run.cid,
            )
            for number, size in sorted(sizes)
        ],
        batch_size=500,
    )
    return sum(size for _number, size in sizes)
