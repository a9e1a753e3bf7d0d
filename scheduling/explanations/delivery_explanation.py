"""*Why?* of a delivery of a campaign, or of a step of a series."""

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.services import Explanation, ExplanationLine, ExplanationLink
from scheduling.audience.audience_rule import parse_audience
from scheduling.explanations import audience_membership, outcome_evidence, who_took_steps
from scheduling.models import Campaign, Delivery, Enrolment, EnrolmentStep


def explain(delivery: Delivery) -> Explanation:
    """Why a member got it: who planned it, how they came into it, and its outcome."""
    campaign = delivery.run.campaign
    if campaign.series is not None:
        text = _("It is a step of the series “%s”, in which the member is.")
        return Explanation(by="series", summary=text % campaign.series, lines=tuple(lines_of(delivery)))
    summary = _("The campaign “%s” went to its audience.") % campaign
    return Explanation(by="campaign", summary=summary, lines=tuple(lines_of(delivery)))


def lines_of(delivery: Delivery) -> list[ExplanationLine]:
    """The lines of that, for a message too that the campaign has caused."""
    run, campaign = delivery.run, delivery.run.campaign
    return [
        *(_of_step(delivery) if campaign.series is not None else _of_campaign(delivery)),
        ExplanationLine(topic="planned", label=_("Planned for"), words=who_took_steps.moment(run.moment)),
        *_of_topic(campaign),
        *outcome_evidence.lines_of(delivery),
        _outcome(delivery),
    ]


def _of_campaign(delivery: Delivery) -> list[ExplanationLine]:
    run, campaign = delivery.run, delivery.run.campaign
    link = ExplanationLink(model="scheduling.Campaign", pk=campaign.pk)
    rule = parse_audience(run.content.get("audience") or campaign.audience)
    day = run.moment.astimezone(campaign.zone).date()
    return [
        ExplanationLine(topic="campaign", label=_("Campaign"), words=str(campaign), link=link),
        *who_took_steps.lines_of(campaign, until=run.ended_at or timezone.now(), digest=run.digest),
        *audience_membership.lines_of(rule, delivery.member, today=day),
    ]


def _of_step(delivery: Delivery) -> list[ExplanationLine]:
    run, step = delivery.run, delivery.run.campaign
    series = step.series
    assert series is not None
    at = f" {step.at:%H:%M}" if step.at else ""
    lines = [
        ExplanationLine(
            topic="series",
            label=_("Series"),
            words=str(series),
            link=ExplanationLink(model="scheduling.Series", pk=series.pk),
        ),
        ExplanationLine(topic="step", label=_("Step"), words=_("%(name)s, day %(day)d") % _day(step) + at),
        *who_took_steps.lines_of(series, until=run.moment),
    ]
    taken = EnrolmentStep.objects.filter(run=run, enrolment__member=delivery.member_id).select_related("enrolment")
    return [*lines, *(_enrolled(enrolment_step.enrolment) for enrolment_step in taken)]


def _enrolled(enrolment: Enrolment) -> ExplanationLine:
    values = {"how": enrolment.get_source_display(), "day": f"{enrolment.anchor_on:%Y-%m-%d}"}
    text = _("by %(how)s; day 0 is %(day)s") % values
    link = ExplanationLink(model="scheduling.Enrolment", pk=enrolment.pk)
    return ExplanationLine(topic="enrolment", label=_("Came into the series"), words=text, link=link)


def _of_topic(campaign: Campaign) -> list[ExplanationLine]:
    text = str(campaign.get_message_class_display())
    if campaign.topic is not None:
        text = _("%(topic)s: %(class)s") % {"topic": campaign.topic, "class": text}
    return [ExplanationLine(topic="topic", label=_("Topic"), words=text)]


def _outcome(delivery: Delivery) -> ExplanationLine:
    reason = f": {delivery.get_reason_display()}" if delivery.reason else ""
    link = ExplanationLink(model="scheduling.CampaignRun", pk=delivery.run_id, query=f"delivery={delivery.pk}")
    text = f"{delivery.get_status_display()}{reason}"
    return ExplanationLine(topic="delivery", label=_("Delivery"), words=text, link=link)


def _day(step: Campaign) -> dict[str, object]:
    return {"name": step, "day": step.day or 0}
