"""The forecast of a campaign that starts now: the members it reaches, the videos it needs, and when it would be
through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.exceptions import AvatarError
from avatars.models import DigitalHuman, Render
from conversations import services as conversations
from scheduling.audience import reach
from scheduling.audience.audience_rule import check_somebody, parse_audience
from scheduling.campaigns import approved_content, campaign_states, campaign_validation, moments, sending_policy
from scheduling.campaigns.content import CampaignWords
from scheduling.campaigns.hours import odd_hours
from scheduling.campaigns.hours.odd_hours import OddHour
from scheduling.deliveries import left_out_reasons, videos_or_text, way_out_calls
from scheduling.deliveries.zone_starts import ZoneStart, zone_starts
from scheduling.descriptions import listed
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Delivery
from wecom.models import Application

FIRST = 5
AGAIN = timedelta(hours=24)  # within which the same campaign is not sent twice unasked
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Those who would get nothing for one reason: in words, how many, and the first of them by name."""

    reason: str
    label: str
    count: int
    names: tuple[str, ...]

    @property
    def listed(self) -> str:
        return listed(self.names)


@dataclass(frozen=True, kw_only=True)
class CampaignReach:
    """How many would get a campaign, the first of them by name, and who is left out."""

    count: int
    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    readers: int = 0
    """Of those who get its video, how many have chosen to read its words."""

    @property
    def listed(self) -> str:
        return listed(self.names)

    @property
    def left_out_count(self) -> int:
        return sum(group.count for group in self.left_out)

    @property
    def others(self) -> int:
        """How many get it besides those who are named."""
        return self.count - len(self.names)


@dataclass(frozen=True, kw_only=True)
class NeededRender:
    """A video of a campaign: the one that exists already, or the seconds that its render likely takes.

    A personal one is made `count` times, which take `seconds` each.
    """

    label: str
    render: Render | None = None
    seconds: float = 0.0
    error: str = ""
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Why a campaign should not start. One that is `final` cannot be overridden."""

    error: SchedulingError
    final: bool = True

    @property
    def words(self) -> str:
        return str(self.error)


@dataclass(frozen=True, kw_only=True)
class StartForecast:
    """The figures of the start page; `held` is the reason why it waits at first, `zones` are those in each member's
    own time."""

    reach: CampaignReach
    renders: tuple[NeededRender, ...]
    render_seconds: float
    """Until all its videos would be made, with those that are in front of them, by as many workers as there are."""
    starts_at: datetime
    held: str
    zones: tuple[ZoneStart, ...]
    ends_at: datetime | None
    because: str
    blockers: tuple[Blocker, ...]
    odd: OddHour
    """Whether its moment is at night or on a day off, and the moments offered instead."""
    may_wait: bool = False
    """Whether its start can be put off, because it names no moment of its own."""

    @property
    def is_blocked(self) -> bool:
        return any(blocker.final for blocker in self.blockers)

    def against(self, *, anyway: bool) -> list[Blocker]:
        """The reasons that keep it from being started; `anyway` overrides those that are not final."""
        return [blocker for blocker in self.blockers if blocker.final or not anyway]


def sender_of(campaign: Campaign) -> Application:
    """The application that sends a campaign. Raises `SchedulingError` if there is none."""
    application = campaign.sender
    if application is None:
        fault, remedy = _("There is no application that sends it."), _("Connect one, or choose one here.")
        raise SchedulingError(fault, code="application", field="application", remedy=remedy)
    return application


def reach_of(campaign: Campaign, *, now: datetime) -> CampaignReach:
    """The members that a campaign reaches now, and those left out, by reason. Raises `SchedulingError` for a broken
    audience.
    """
    application, rule = sender_of(campaign), parse_audience(campaign.audience)
    check_somebody(rule)
    members = judged(campaign, application, now=now)
    counts = dict(members.order_by().values_list("why").annotate(Count("pk")))
    left_out = [
        LeftOut(
            reason=why,
            label=_label(campaign, why),
            count=count,
            names=reach.first_names(members.filter(why=why), FIRST),
        )
        for why, count in sorted(counts.items(), key=lambda pair: -pair[1])
        if why
    ]
    strangers = reach.unknown_members(rule, application=application)
    if strangers:
        label, names = str(reach.REASONS[UNKNOWN]), tuple(strangers[:FIRST])
        left_out.append(LeftOut(reason=UNKNOWN, label=label, count=len(strangers), names=names))
    names = reach.first_names(members.filter(why=""), FIRST) if counts.get("") else ()
    readers = members.filter(why="", preference__prefers_text=True).count() if _is_watched(campaign) else 0
    return CampaignReach(count=counts.get("", 0), names=names, left_out=tuple(left_out), readers=readers)


def _label(campaign: Campaign, why: str) -> str:
    if why == Delivery.Reason.OPTED_OUT:
        return _("has muted “%s”") % campaign.topic
    return str(Delivery.Reason(why).label)


def _is_watched(campaign: Campaign) -> bool:
    return campaign.kind.is_made and campaign.honours_choices


def judged(campaign: Campaign, application: Application, *, now: datetime) -> QuerySet[Any]:
    """The members of its audience, annotated `why`: the reason why they are left out, or ""."""
    rule = parse_audience(campaign.audience)
    words = CampaignWords.of(campaign.pk, approved_content.describe(campaign))
    members = reach.members_of(rule, application=application, today=now.astimezone(campaign.zone).date())
    return left_out_reasons.refine(
        reach.with_reasons(members, application=application),
        CampaignRun(pk=0, campaign=campaign, moment=now),
        policy=sending_policy.policy_of(application),
        needed=words.needed,
        now=now,
    )


def forecast_start(
    campaign: Campaign, *, now: datetime, at: datetime | None = None, alone: bool = False
) -> StartForecast:
    """The forecast if a campaign was started now, to go out at `at` if it names no moment of its own.

    `alone` is whether it starts without a second person. Raises `SchedulingError` for a broken audience.
    """
    application, reached = sender_of(campaign), reach_of(campaign, now=now)
    words = CampaignWords.of(campaign.pk, approved_content.describe(campaign))
    begins = at or _first_moment(campaign, now)
    odd = odd_hours.look(begins, campaign.zone, campaign.calendar)
    zones = zone_starts(campaign, application, judged(campaign, application, now=now), begins, now=now)
    first = min(zones, key=lambda zone: zone.starts_at)
    begins = first.starts_at
    calls = reached.count if words.is_personal else ceil(reached.count / words.batch_size)
    gets_it = judged(campaign, application, now=now).filter(why="")
    line_calls, line_members = way_out_calls.calls_ahead(campaign, gets_it)
    queue = conversations.forecast_sending(
        application, messages=calls + line_calls, recipients=reached.count + line_members, now=begins
    )
    renders = tuple(_renders(campaign, words, application, reached))
    seconds = sum(render.seconds * render.count for render in renders)
    seconds = avatars.seconds_of_bulk(seconds) if seconds else 0.0
    ends = queue.through_at
    if ends is not None:
        ends += timedelta(seconds=seconds)
    return StartForecast(
        reach=reached,
        renders=renders,
        render_seconds=seconds,
        starts_at=begins,
        held=first.held,
        zones=zones if campaign.in_member_zone else (),
        ends_at=ends,
        because=queue.why,
        blockers=(
            *_not_startable(campaign, reached.count, alone=alone),
            *_blockers(campaign, reached, application, now=now),
            *_expiry(campaign, zones),
        ),
        odd=odd,
        may_wait=campaign.rule is None and campaign.starts_at is None and not campaign.runs.exists(),
    )


def _expiry(campaign: Campaign, zones: Sequence[ZoneStart]) -> Iterator[Blocker]:
    late = [zone.zone for zone in zones if zone.expires_before]
    if late and len(late) == len(zones):
        fault = _("It would expire before it may go out: nobody would get it.")
        final = campaign.rule is None  # another moment of a repeated one may do
        yield _blocker("expires_before", fault, field="valid_minutes", final=final)
    elif late:
        fault = _("It would expire before it may go out in these time zones: %s.")
        yield _blocker("expires_before", fault % listed(late), field="valid_minutes", final=False)


def _first_moment(campaign: Campaign, now: datetime) -> datetime:
    moment = moments.next_moment(campaign, now) if campaign.rule is not None else moments.once(campaign, now)
    return moment or now


def _renders(
    campaign: Campaign, words: CampaignWords, application: Application, reached: CampaignReach
) -> Iterator[NeededRender]:
    if not words.kind.is_made:
        return
    rows = list(campaign.contents.select_related("digital_human", "template", "presentation"))
    # Of personal videos each member has one; how members are split among the contents differs little in time.
    count = ceil((reached.count - reached.readers) / max(1, len(rows))) if words.is_personal else 1
    for row in rows:
        own, label = words[row.variant, row.language], f"{row.get_language_display()} · {row.variant}"
        try:
            script = videos_or_text.script_of(own, {}, language=row.language)
            render = existing_render(own, script, application)
            source = row.template or row.presentation
            if render is not None and not words.is_personal:
                yield NeededRender(label=label, render=render)
            elif source is not None:
                personal = avatars.personalise(source, row.values, facts={}, slots={}, language=row.language)
                each = avatars.estimate_personal_render(personal, mode=row.mode, spliced=words.is_personal).likely
                yield NeededRender(label=label, seconds=each, count=count)
            else:
                human = row.digital_human or conversations.digital_human_of(application)
                each = avatars.estimate_render(script, row.mode or human.mode, spliced=words.is_personal).likely
                yield NeededRender(label=label, seconds=each, count=count)
        except AvatarError as error:
            yield NeededRender(label=label, error=str(error))


def existing_render(own: Mapping[str, Any], script: str, application: Application) -> Render | None:
    """The finished video of these words, if there is one."""
    renders = Render.objects.filter(text=script, status=Render.Status.DONE).order_by("-pk")
    if own.get("mode"):
        renders = renders.filter(mode=own["mode"])
    human = own["template_id"] or own["presentation_id"]
    if human:
        return renders.first()
    chosen = own["digital_human_id"]
    speaker = chosen or conversations.digital_human_of(application).pk
    return renders.filter(digital_human=DigitalHuman.objects.get(pk=speaker)).first()


def _not_startable(campaign: Campaign, count: int, *, alone: bool) -> Iterator[Blocker]:
    """The blockers from its size, its policy, its approval and its state."""
    try:
        campaign_validation.check_size(campaign, count)
        if alone:
            campaign_states.check_alone(campaign)
    except SchedulingError as error:
        yield Blocker(error=error)
        return
    if not alone and campaign.approved_hash != approved_content.digest(approved_content.describe(campaign)):
        yield _blocker("not_approved", _("It is not as it was approved."), remedy=_("Ask for approval again."))
    elif campaign.state not in campaign_states.startable(alone=alone):
        fault = _("It cannot be started now.") if alone else _("Only an approved campaign can be started.")
        yield _blocker("campaign_state", fault, remedy=str(campaign_states.LIFE.remedy))


def _blockers(
    campaign: Campaign, reached: CampaignReach, application: Application, *, now: datetime
) -> Iterator[Blocker]:
    for problem in campaign_validation.problems(campaign, now):
        yield Blocker(error=problem)
    digest = approved_content.digest(approved_content.describe(campaign))
    if not reached.count:
        remedy = _("See who is left out and why, and change the audience.")
        yield _blocker("nobody", _("No member would get it."), remedy=remedy, field="audience")
    if sending_policy.policy_of(application).is_stopped:
        yield _blocker("sending_stopped", _("Sending is stopped for the whole company."))
    twin = CampaignRun.objects.filter(digest=digest).exclude(campaign=campaign)
    running = twin.filter(ended_at=None).select_related("campaign").first()
    if running is not None:
        yield _blocker("same_running", _("The same campaign is running: %s.") % running.campaign)
    elif (lately := twin.filter(moment__gt=now - AGAIN).select_related("campaign").first()) is not None:
        fault = _("The same campaign was sent within the last 24 hours: %s.") % lately.campaign
        yield _blocker("same_lately", fault, final=False)


def _blocker(code: str, fault: str, *, remedy: str = "", field: str = "", final: bool = True) -> Blocker:
    return Blocker(error=SchedulingError(fault, code=code, remedy=remedy, field=field), final=final)
