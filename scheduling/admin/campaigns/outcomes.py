"""The outcomes of a run for its page: figures, variants, a table of members, and the evidence for one of them."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from conversations.models import Content, Message
from core.web.admin import badge
from scheduling import services
from scheduling.admin.campaigns.columns import delivery_badge
from scheduling.models import Batch, Campaign, CampaignResponse, CampaignRun, Delivery
from wecom.models import Member, Outbound, Recall

PER_PAGE = 50
MOST_COUNTED = 200_000
"""Members up to which a page that is open counts them by reason; larger runs are counted when they have ended."""
CHUNK = 2_000
GOT = (Delivery.Status.SENT, Delivery.Status.DEGRADED, Delivery.Status.RECALLED)
REPLIES_WITHIN = timedelta(days=3)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A member in the table; `recall` is what became of the recall of their message, if there was one."""

    delivery: Delivery
    badge: str
    reason: str
    recall: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Why a member got it or not: a sentence, and what it rests on."""

    sentence: str
    delivery: Delivery
    batch: Batch | None
    outbound: Outbound | None
    recall: Recall | None
    errcode: int | None
    tries: list[Any]


class Echo:
    """A file that returns what is written into it."""

    def write(self, text: str) -> str:
        return text


def page_of(run: CampaignRun, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a run's page; `asked` is the query with status, reason, words, page and delivery."""
    rows = run.deliveries.order_by("pk").select_related("member")
    status, reason, words = (str(asked.get(name, "")) for name in ("status", "reason", "q"))
    if status in Delivery.Status.values:
        rows = rows.filter(status=status)
    if reason in Delivery.Reason.values:
        rows = rows.filter(reason=reason)
    if words.strip():
        rows = rows.filter(member__in=Member.objects.called(words.strip()).values("pk"))
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    over = run.sent + run.failed
    number = str(asked.get("delivery", ""))
    one = run.deliveries.filter(pk=int(number)).select_related("member").first() if number.isdecimal() else None
    return {
        "percent": 100 if run.ended_at else round(100 * over / run.planned) if run.planned else 0,
        "open": max(0, run.planned - over) if run.ended_at is None else 0,
        "degraded": degraded_in(run),
        "recalled": recalled_in(run),
        "replied": replied_to(run),
        "by_reason": _by_reason(run),
        "by_variant": _by_variant(run),
        "links": services.clicks_of(run),
        "names_openers": run.content.get("link_clicks") == Campaign.Clicks.MEMBERS,
        "answers": answers_to(run) if services.asks(run) else None,
        "page_of_rows": shown,
        "rows": _rows(run, list(shown)),
        "q": words,
        "status": status,
        "reason": reason,
        "statuses": Delivery.Status.choices,
        "reasons": Delivery.Reason.choices,
        "evidence": evidence_of(run, one) if one else None,
    }


def degraded_in(run: CampaignRun) -> int:
    """How many got the words instead of the video."""
    return run.deliveries.filter(status=Delivery.Status.DEGRADED).count()


def recalled_in(run: CampaignRun) -> int:
    """How many had got it and it was recalled."""
    return run.deliveries.filter(status=Delivery.Status.RECALLED).count()


def replied_to(run: CampaignRun) -> int:
    """How many of those who got it wrote to the application within three days."""
    got = Delivery.objects.filter(run=run, member=OuterRef("member"), status__in=GOT)
    until = run.moment + REPLIES_WITHIN
    written = Message.objects.filter(
        application=run.campaign.sender, direction=Message.Direction.IN, created_at__range=(run.moment, until)
    )
    words = written.exclude(content__kind=Content.Kind.EVENT)  # a press on a card or a menu
    return words.filter(Exists(got)).aggregate(count=Count("member", distinct=True))["count"] or 0


def answers_to(run: CampaignRun) -> dict[str, Any]:
    """How many pressed each button or choice of a run's card, how many anything at all, and how many nothing yet."""
    rows = CampaignResponse.objects.filter(run=run, kind=CampaignResponse.Kind.CARD)
    counted = (
        rows.order_by().values_list("key").annotate(words=Max("label"), count=Count("pk")).order_by("-count", "key")
    )
    return {
        "rows": [(words or key, count) for key, words, count in counted],
        "members": rows.aggregate(count=Count("member", distinct=True))["count"],
        "open": services.not_confirmed(run).count(),
    }


def evidence_of(run: CampaignRun, delivery: Delivery) -> Evidence:
    """Why this member got it or not, with the call that carried it."""
    batch = run.batches.filter(number=delivery.batch).select_related("outbound").first() if delivery.batch else None
    outbound = delivery.outbound or (batch.outbound if batch else None)
    tries = list(outbound.tries.order_by("number")) if outbound else []
    return Evidence(
        sentence=_sentence(delivery, outbound),
        delivery=delivery,
        batch=batch,
        outbound=outbound,
        recall=Recall.objects.filter(outbound=outbound).first() if outbound else None,
        errcode=outbound.errcode if outbound else None,
        tries=tries,
    )


def csv_lines(run: CampaignRun) -> Iterator[str]:
    """Lines of a CSV file that spreadsheets open: with a byte order mark, and no cell that is a formula."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    heads = ("user ID", "name", "status", "reason", "outbound message", "message ID", "error code")
    yield writer.writerow([gettext(head) for head in heads])
    calls = dict(run.batches.values_list("number", "outbound"))
    known: dict[int, tuple[str, int | None]] = {}
    rows = run.deliveries.order_by("pk").select_related("member").iterator(chunk_size=CHUNK)
    for delivery in rows:
        number = delivery.outbound_id or calls.get(delivery.batch)
        if number and number not in known:
            call = Outbound.objects.filter(pk=number).values_list("msgid", "errcode").first()
            known = {**(known if len(known) < CHUNK else {}), number: call or ("", None)}
        msgid, errcode = known[number] if number else ("", None)
        cells = (
            delivery.member.user_id,
            delivery.member.name,
            str(delivery.get_status_display()),
            str(delivery.get_reason_display()),
            str(number or ""),
            msgid,
            "" if errcode is None else str(errcode),
        )
        yield writer.writerow([_harmless(cell) for cell in cells])


def _rows(run: CampaignRun, deliveries: list[Delivery]) -> list[Row]:
    numbers = {delivery.batch for delivery in deliveries}
    calls = dict(run.batches.filter(number__in=numbers).values_list("number", "outbound"))
    carried = {delivery.pk: delivery.outbound_id or calls.get(delivery.batch) for delivery in deliveries}
    recalls = {one.outbound_id: one for one in Recall.objects.filter(outbound__in=[*filter(None, carried.values())])}
    return [_row(delivery, recalls.get(carried[delivery.pk] or 0)) for delivery in deliveries]


def _row(delivery: Delivery, recall: Recall | None) -> Row:
    got = delivery.status in (Delivery.Status.SENT, Delivery.Status.DEGRADED)
    shown = _recall_badge(recall) if recall is not None and got else ""
    reason = str(delivery.get_reason_display())
    return Row(delivery=delivery, badge=delivery_badge(delivery), reason=reason, recall=shown)


def _recall_badge(recall: Recall) -> str:
    if recall.status == Recall.Status.DONE:
        return badge(gettext("recalled"), "good")
    if recall.status == Recall.Status.FAILED:
        return badge(gettext("not recalled"), "bad")
    return badge(gettext("is being recalled"), "info")


def _sentence(delivery: Delivery, outbound: Outbound | None) -> str:
    name, status = str(delivery.member), Delivery.Status(delivery.status)
    reason = str(delivery.get_reason_display())
    at = f"{timezone.localtime(outbound.finished_at):%Y-%m-%d %H:%M}" if outbound and outbound.finished_at else ""
    if status == Delivery.Status.PLANNED:
        return gettext("%(name)s is to get it; it is on its way.") % {"name": name}
    if status == Delivery.Status.SENT and delivery.reason == Delivery.Reason.PREFERS_TEXT:
        words = gettext("%(name)s got its words as text, as they have chosen: WeChat Work accepted it at %(at)s.")
        return words % {"name": name, "at": at or "–"}
    if delivery.reason == Delivery.Reason.OPTED_OUT:
        return _opted_out(delivery)
    if status == Delivery.Status.SENT:
        return gettext("%(name)s got it: WeChat Work accepted it at %(at)s.") % {"name": name, "at": at or "–"}
    if status == Delivery.Status.RECALLED:
        return gettext("%(name)s had got it, and it was recalled.") % {"name": name}
    if status == Delivery.Status.DEGRADED:
        return gettext("%(name)s got it in a simpler form: %(reason)s.") % {"name": name, "reason": reason}
    return gettext("%(name)s did not get it: %(reason)s.") % {"name": name, "reason": reason or status.label}


def _opted_out(delivery: Delivery) -> str:
    chosen = services.deciding_choice(delivery) or {}
    since = parse_datetime(chosen.get("since") or "")
    values = {"name": str(delivery.member), "topic": delivery.run.campaign.topic}
    if since is None:  # the member gets the topic again, or the campaign has another one
        return gettext("%(name)s did not get it: “%(topic)s” was muted then.") % values
    at = f"{timezone.localtime(since):%Y-%m-%d %H:%M}"
    return gettext("%(name)s did not get it: “%(topic)s” is muted since %(at)s.") % {**values, "at": at}


def _by_reason(run: CampaignRun) -> list[tuple[str, str, str, str, int]]:
    """Status and reason as codes and in words, with how many members have them; most first."""
    if run.ended_at is None and run.planned > MOST_COUNTED:
        return []
    rows = run.deliveries.order_by().values_list("status", "reason").annotate(count=Count("pk"))
    return [
        (
            status,
            reason,
            str(Delivery.Status(status).label),
            str(Delivery.Reason(reason).label) if reason else "",
            count,
        )
        for status, reason, count in sorted(rows, key=lambda row: -row[2])
    ]


def _by_variant(run: CampaignRun) -> list[tuple[str, int, int, int]]:
    """Each of several variants with its members, and those who got it and who did not."""
    variants = sorted(set(run.batches.values_list("variant", flat=True)))
    if len(variants) < 2:
        return []
    return [(variant, *_counts(run.deliveries.filter(batch__in=_numbers(run, variant)))) for variant in variants]


def _numbers(run: CampaignRun, variant: str) -> QuerySet[Any, Any]:
    return run.batches.filter(variant=variant).values("number")


def _counts(rows: QuerySet[Delivery]) -> tuple[int, int, int]:
    found = dict(rows.order_by().values_list("status").annotate(count=Count("pk")))
    sent = sum(found.get(status, 0) for status in (Delivery.Status.SENT, Delivery.Status.DEGRADED))
    return sum(found.values()), sent, found.get(Delivery.Status.FAILED, 0)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
