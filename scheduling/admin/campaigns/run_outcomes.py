"""The outcomes of a run for its page: figures, variants, a table of members, and the evidence for one of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_noop

from core.spreadsheets import csv_pieces
from core.storage import lenient_cache
from core.web.admin import badge
from scheduling import services
from scheduling.admin.campaigns.campaign_columns import DELIVERY_TONES, delivery_badge
from scheduling.admin.campaigns.responses.chart import chart_of
from scheduling.models import Batch, Campaign, CampaignResponse, CampaignRun, Delivery
from wecom.models import Member, Outbound, Recall

PER_PAGE = 50
MOST_COUNTED = 200_000
"""Members up to which a page that is open counts them by reason; larger runs are counted when they have ended."""
KEPT_SECONDS = 60
CHUNK = 2_000
HEADS = (
    gettext_noop("user ID"),
    gettext_noop("name"),
    gettext_noop("status"),
    gettext_noop("reason"),
    gettext_noop("variant"),
    gettext_noop("language"),
    gettext_noop("replied at"),
    gettext_noop("answer on the card"),
    gettext_noop("opened links"),
    gettext_noop("outbound message"),
    gettext_noop("message ID"),
    gettext_noop("error code"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A member in the table; `recall` is the outcome of the recall of their message, if there was one."""

    delivery: Delivery
    badge: str
    reason: str
    recall: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Why a member got it or not: a sentence and its `grounds`, labels with their words."""

    sentence: str
    delivery: Delivery
    batch: Batch | None
    outbound: Outbound | None
    recall: Recall | None
    errcode: int | None
    tries: list[Any]
    grounds: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How many members have a status and reason, as a bar: `percent` of all."""

    status: str
    reason: str
    label: str
    words: str
    count: int
    percent: int
    tone: str


def page_of(run: CampaignRun, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a run's page; `asked` is the query with status, reason, words, page and delivery."""
    rows = run.deliveries.order_by("pk").select_related("member")
    status, reason, query = (str(asked.get(name, "")) for name in ("status", "reason", "q"))
    if status in Delivery.Status.values:
        rows = rows.filter(status=status)
    if reason in Delivery.Reason.values:
        rows = rows.filter(reason=reason)
    if query.strip():
        rows = rows.filter(member__in=Member.objects.called(query.strip()).values("pk"))
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    over, report = run.sent + run.failed, _report(run)
    number = str(asked.get("delivery", ""))
    delivery = run.deliveries.filter(pk=int(number)).select_related("member").first() if number.isdecimal() else None
    return {
        "percent": _percent(run),
        "open": max(0, run.planned - over) if run.ended_at is None else 0,
        "report": report,
        "chart": chart_of(report, run.campaign.zone),
        "by_reason": _bars(report),
        "by_variant": report.variants,
        "links": services.clicks_of(run),
        "names_openers": run.content.get("link_clicks") == Campaign.Clicks.MEMBERS,
        "answers": answers_to(run) if services.asks(run) else None,
        "page_of_rows": shown,
        "rows": _rows(run, list(shown)),
        "q": query,
        "status": status,
        "reason": reason,
        "statuses": Delivery.Status.choices,
        "reasons": Delivery.Reason.choices,
        "evidence": evidence_of(run, delivery) if delivery else None,
    }


def _percent(run: CampaignRun) -> int:
    """How much of a run is over, in percent; of one that ended before anything was sent, how much had failed."""
    if run.ended_at is not None and run.sent:
        return 100
    return round(100 * (run.sent + run.failed) / run.planned) if run.planned else 0


def _report(run: CampaignRun) -> services.RunReport:
    """The report; of a large run that goes on it may be a minute old, because its page asks every few seconds."""
    if run.ended_at is not None or run.planned <= MOST_COUNTED:
        return services.report_of(run)
    return lenient_cache.kept(f"campaign-run-{run.pk}", lambda: services.report_of(run), seconds=KEPT_SECONDS)


def answers_to(run: CampaignRun) -> dict[str, Any]:
    """How many pressed each button or choice of a run's card, how many anything at all, and how many nothing yet."""
    rows = CampaignResponse.objects.filter(run=run, kind=CampaignResponse.Kind.CARD)
    counted = (
        rows.order_by().values_list("key").annotate(words=Max("label"), count=Count("pk")).order_by("-count", "key")
    )
    return {
        "rows": [(label or key, count) for key, label, count in counted],
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
        grounds=[(line.label, line.words) for line in services.outcome_evidence(delivery)],
    )


def csv_table(run: CampaignRun) -> Iterator[bytes]:
    """All outcomes as a CSV, read and written piece by piece."""
    return csv_pieces(_chunks(run))


def _chunks(run: CampaignRun) -> Iterator[list[Sequence[str]]]:
    yield [[gettext(head) for head in HEADS]]
    batches = {batch.number: batch for batch in run.batches.only("number", "variant", "language", "outbound")}
    rows = run.deliveries.order_by("pk").select_related("member").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield list(_lines(run, chunk, batches))


def _lines(run: CampaignRun, chunk: Sequence[Delivery], batches: Mapping[int, Batch]) -> Iterator[Sequence[str]]:
    members = [delivery.member_id for delivery in chunk]
    replies = services.first_replies(run, members)
    pressed: dict[tuple[int, str], list[str]] = defaultdict(list)
    for press in CampaignResponse.objects.filter(run=run, member__in=members).order_by("at"):
        pressed[press.member_id, press.kind].append(press.label or press.key)
    carried = {delivery.pk: _carrier(delivery, batches) for delivery in chunk}
    calls = Outbound.objects.only("msgid", "errcode").in_bulk({number for number in carried.values() if number})
    for delivery in chunk:
        batch, call = batches.get(delivery.batch), calls.get(carried[delivery.pk] or 0)
        replied = replies.get(delivery.member_id)
        yield (
            delivery.member.user_id,
            delivery.member.name,
            str(delivery.get_status_display()),
            str(delivery.get_reason_display()),
            batch.variant if batch else "",
            batch.language if batch else "",
            f"{replied.astimezone(run.campaign.zone):%Y-%m-%d %H:%M}" if replied else "",
            " · ".join(pressed[delivery.member_id, CampaignResponse.Kind.CARD]),
            " ".join(pressed[delivery.member_id, CampaignResponse.Kind.LINK]),
            str(call.pk) if call else "",
            call.msgid if call else "",
            str(call.errcode) if call and call.errcode is not None else "",
        )


def _carrier(delivery: Delivery, batches: Mapping[int, Batch]) -> int | None:
    """The key of the call that carried a delivery."""
    batch = batches.get(delivery.batch)
    return delivery.outbound_id or (batch.outbound_id if batch else None)


def _rows(run: CampaignRun, deliveries: list[Delivery]) -> list[Row]:
    numbers = {delivery.batch for delivery in deliveries}
    calls = dict(run.batches.filter(number__in=numbers).values_list("number", "outbound"))
    carried = {delivery.pk: delivery.outbound_id or calls.get(delivery.batch) for delivery in deliveries}
    recalls = {
        recall.outbound_id: recall for recall in Recall.objects.filter(outbound__in=[*filter(None, carried.values())])
    }
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
        text = gettext("%(name)s got its words as text, as they have chosen: WeChat Work accepted it at %(at)s.")
        return text % {"name": name, "at": at or "–"}
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


def _bars(report: services.RunReport) -> list[Bar]:
    every = sum(count for _status, _reason, count in report.reasons)
    return [
        Bar(
            status=status,
            reason=reason,
            label=str(Delivery.Status(status).label),
            words=str(Delivery.Reason(reason).label) if reason else "",
            count=count,
            percent=max(1, round(100 * count / every)),
            tone=DELIVERY_TONES[Delivery.Status(status)] or "quiet",
        )
        for status, reason, count in report.reasons
    ]
