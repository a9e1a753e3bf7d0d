"""The grounds of a delivery's outcome, beside the call that carried it: the decisive rows, in words."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from conversations.services import ExplanationLine, ExplanationLink
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.sending_policy import cap_windows, policy_of
from scheduling.deliveries import left_out_reasons
from scheduling.deliveries.delivery_evidence import batch_of, choice_of
from scheduling.descriptions import listed
from scheduling.explanations import who_took_steps
from scheduling.models import Campaign, CampaignChange, Delivery
from wecom.models import DirectorySync, Member

TOPIC = "evidence"
MOST_NAMED = 5


def lines_of(delivery: Delivery) -> list[ExplanationLine]:
    """The evidence for a delivery's reason; nothing where its call says all."""
    evidence = EVIDENCE.get(Delivery.Reason(delivery.reason)) if delivery.reason else None
    return list(evidence(delivery)) if evidence else []


def _line(label: str, text: str, link: ExplanationLink | None = None) -> ExplanationLine:
    return ExplanationLine(topic=TOPIC, label=label, words=text, link=link)


def _of_member(delivery: Delivery) -> Iterator[ExplanationLine]:
    member = delivery.member
    link = ExplanationLink(model="wecom.Member", pk=member.pk)
    if delivery.reason == Delivery.Reason.LEFT and member.left_at is not None:
        yield _line(_("Left the company"), who_took_steps.moment(member.left_at), link)
        return
    yield _line(_("In the directory today"), str(member.get_status_display()), link)
    last = DirectorySync.objects.filter(
        application__corporation=member.corporation_id, status=DirectorySync.Status.DONE
    )
    read = last.order_by("-finished_at").values_list("finished_at", flat=True).first()
    if read is not None:
        yield _line(_("Directory last read"), who_took_steps.moment(read))


def _of_range(delivery: Delivery) -> Iterator[ExplanationLine]:
    application = delivery.run.campaign.sender
    if application is None:
        return
    beyond = Member.objects.beyond(application).filter(pk=delivery.member_id).exists()
    text = _("the application does not see the member today") if beyond else _("the application sees the member today")
    link = ExplanationLink(model="wecom.Application", pk=application.pk)
    yield _line(_("Visible range"), text, link)


def _of_values(delivery: Delivery) -> Iterator[ExplanationLine]:
    run = delivery.run
    needed = CampaignWords.of(run.campaign_id, run.content).needed
    member = Member.objects.filter(pk=delivery.member_id)
    lacking = [name for name in needed if member.filter(left_out_reasons.missing(name)).exists()]
    text = listed([f"{{{{{name}}}}}" for name in lacking]) or _("none today: the member has a value by now")
    yield _line(_("Variables without a value"), text, ExplanationLink(model="wecom.Member", pk=delivery.member_id))


def _of_caps(delivery: Delivery) -> Iterator[ExplanationLine]:
    run, application = delivery.run, delivery.run.campaign.sender
    if application is None:
        return
    for since, most in cap_windows(run.moment, run.campaign.zone, policy_of(application)):
        rows = left_out_reasons.counted_for_caps(run, since).filter(member=delivery.member_id)
        deliveries = rows.filter(run__moment__lte=run.moment).select_related("run__campaign").order_by("run__moment")
        label = _("Messages of the day") if run.moment - since < timedelta(days=1) else _("Messages of the week")
        names = [
            f"{earlier.run.campaign} ({who_took_steps.moment(earlier.run.moment)})"
            for earlier in deliveries[:MOST_NAMED]
        ]
        values = {"had": deliveries.count(), "most": most, "names": listed(names)}
        yield _line(label, _("%(had)d, and the cap is %(most)d: %(names)s") % values)


def _of_choice(delivery: Delivery) -> Iterator[ExplanationLine]:
    since = parse_datetime(str((choice_of(delivery) or {}).get("since") or ""))
    if since is not None:
        link = ExplanationLink(model="wecom.Member", pk=delivery.member_id)
        yield _line(_("Chosen by the member"), who_took_steps.moment(since), link)


def _of_moment(delivery: Delivery) -> Iterator[ExplanationLine]:
    batch = batch_of(delivery)
    yield _line(_("Its moment"), who_took_steps.moment((batch and batch.moment) or delivery.run.moment))
    until: datetime | None = batch.expires_at if batch else delivery.run.expires_at
    if until is not None:
        yield _line(_("Expired"), who_took_steps.moment(until))


def _of_cancellation(delivery: Delivery) -> Iterator[ExplanationLine]:
    rows = CampaignChange.objects.filter(campaign=delivery.run.campaign_id, after=Campaign.State.CANCELLED)
    last = rows.select_related("by").first()
    if last is not None:
        yield who_took_steps.line(TOPIC, _("Cancelled"), last.by, last.at, last.why, client=last.client)


R = Delivery.Reason
EVIDENCE: Mapping[Delivery.Reason, Callable[[Delivery], Iterator[ExplanationLine]]] = {
    R.LEFT: _of_member,
    R.NOT_ACTIVATED: _of_member,
    R.DISABLED: _of_member,
    R.OUT_OF_RANGE: _of_range,
    R.NO_VALUE: _of_values,
    R.CAP: _of_caps,
    R.OPTED_OUT: _of_choice,
    R.PREFERS_TEXT: _of_choice,
    R.MISSED: _of_moment,
    R.EXPIRED: _of_moment,
    R.CANCELLED: _of_cancellation,
}
