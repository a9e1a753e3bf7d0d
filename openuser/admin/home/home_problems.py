"""Recent problems with their causes and remedies, for the admin's home."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessFailureLog
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from avatars import services as avatars
from avatars.models import Render, Statement
from core.web.admin import change_url, reason_words
from scheduling import services as scheduling
from scheduling.models import Campaign, CampaignRun
from wecom import services as wecom
from wecom.models import Application, Member, Outbound

Names = Mapping[tuple[int, str], str]
RECENT = timedelta(days=3)
SHOWN = 6
SHOWN_RECIPIENTS = 3
# The platform's page about an error code, with causes and remedies in Chinese.
ERROR_CODE_PAGE = "https://developer.work.weixin.qq.com/devtool/query?e="
REMEDIES = {
    Outbound.Reason.UNKNOWN: gettext_lazy("Ask the member whether it arrived, then decide."),
    Outbound.Reason.RECIPIENT: gettext_lazy(
        "Check in the console that the member still works here and is in the application's visible range (可见范围)."
    ),
    Outbound.Reason.LEFT: gettext_lazy("Take the member out of what you send, or sync the directory if they are back."),
    Outbound.Reason.MEDIA: gettext_lazy("Send a smaller file, or one in a format that WeChat Work accepts."),
    Outbound.Reason.REFUSED: gettext_lazy("Look up the error code, correct the cause, then send again."),
    "attempts": gettext_lazy("Its worker died in every attempt. See the log, then send again."),
}
DEFAULT_REMEDY = gettext_lazy("Open it to see its attempts.")
MISSED = (CampaignRun.Reason.MISSED, CampaignRun.Reason.EXPIRED)
"""Nothing was sent at a moment, since it was noticed too late."""
NOT_SENT = {
    CampaignRun.Reason.DAYS_UNKNOWN: gettext_lazy(
        "Import them under Working days and holidays, or let the campaign count Monday to Friday."
    ),
    CampaignRun.Reason.NOBODY: gettext_lazy(
        "None of its members can be reached. Their reasons are on the page of the run."
    ),
    CampaignRun.Reason.NOT_APPROVED: gettext_lazy("Look at what was changed, then ask for approval again."),
}
STOPPED = {
    CampaignRun.Reason.ERRORS: gettext_lazy("See on its run why messages failed. Correct that, then resume it."),
    CampaignRun.Reason.BROKEN: gettext_lazy("Correct its audience, then let it go on."),
}


@dataclass(frozen=True, kw_only=True)
class ActionButton:
    """An admin action with a confirmation dialog."""

    name: str
    url: str


WORKING = ("working campaigns", "working series")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A problem that needs attention. `more` is the URL of a page that explains the error code."""

    key: str
    what: str
    words: str
    why: str
    remedy: str
    at: datetime
    url: str
    more: str
    buttons: tuple[ActionButton, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """Data that the home page has read already: failed renders, all applications, and which of `sought` is there."""

    failed_renders: Sequence[Render]
    applications: Sequence[Application]
    there: frozenset[str]


def sought(may: Callable[[str], bool], *, now: datetime) -> dict[str, QuerySet[Any]]:
    """The rows that are problems or may have one, by name, as far as a person may see them; without renders."""
    since, querysets = now - RECENT, dict[str, QuerySet[Any]]()
    if may("wecom.view_outbound"):
        querysets["outbounds"] = _failed_outbounds(since)
    if may("scheduling.view_campaignrun"):
        querysets |= {"runs": _unsent_runs(since), "stopped": _stopped_campaigns(since)}
        querysets |= zip(WORKING, scheduling.on_working_days(), strict=True)
    if may("avatars.view_statement"):
        querysets["statements"] = Statement.objects.unconfirmed().select_related("digital_human").order_by("-pk")
    if may("auth.view_user"):
        querysets["logins"] = _refused_logins(since)
    return querysets


def problems_for(
    may: Callable[[str], bool], *, known: Known | None = None, now: datetime | None = None
) -> list[Problem]:
    """The newest problems of recent days that a person may see, newest first."""
    now = now or timezone.now()
    rows = {name: some for name, some in sought(may, now=now).items() if known is None or name in known.there}
    problems: list[Problem] = []
    if may("avatars.view_render"):
        renders = known.failed_renders if known else failed_renders(now - RECENT)
        problems += [_render_problem(row, may("avatars.change_render")) for row in renders]
    if "outbounds" in rows:
        problems += _outbound_problems(rows["outbounds"], may("wecom.change_outbound"))
    if "runs" in rows:
        problems += [_run_problem(row) for row in rows["runs"][:SHOWN]]
    if "stopped" in rows:
        problems += [_stop_problem(row) for row in rows["stopped"][:SHOWN]]
    if not rows.keys().isdisjoint(WORKING):
        problems += [_calendar_problem(unknown, now) for unknown in scheduling.unknown_years(now=now)]
    if "statements" in rows:
        problems += [_statement_problem(row) for row in rows["statements"][:SHOWN]]
    if may("wecom.view_application"):
        outages = [row for row in known.applications if row.probe_at] if known else wecom.list_outages()
        problems += [_outage_problem(row) for row in outages]
    if "logins" in rows:
        problems += _login_problems(rows["logins"])
    return sorted(problems, key=lambda problem: problem.at, reverse=True)[:SHOWN]


def failed_renders(since: datetime) -> "QuerySet[Render]":
    """Failed renders, except those whose video was rendered since, or is being rendered; the newest."""
    better = Render.objects.filter(content_hash=OuterRef("content_hash"), status__in=Render.SHARED)
    failed = Render.objects.filter(status=Render.Status.FAILED, finished_at__gte=since)
    return failed.filter(~Exists(better)).select_related("digital_human").order_by("-finished_at")[:SHOWN]


def _failed_outbounds(since: datetime) -> "QuerySet[Outbound]":
    late = Q(status=Outbound.Status.CANCELLED, reason=Outbound.Reason.EXPIRED)
    rows = Outbound.objects.filter(Q(status=Outbound.Status.FAILED) | late, finished_at__gte=since)
    return rows.select_related("application").order_by("-finished_at")


def _unsent_runs(since: datetime) -> "QuerySet[CampaignRun]":
    """Moments at which nothing was sent. A step of a series often finds no member, which is no problem."""
    rows = CampaignRun.objects.filter(moment__gte=since, reason__in=(*MISSED, *NOT_SENT))
    rows = rows.exclude(campaign__series__isnull=False, reason=CampaignRun.Reason.NOBODY)
    return rows.select_related("campaign__series").defer("content").order_by("-moment")


def _stopped_campaigns(since: datetime) -> "QuerySet[Campaign]":
    """Campaigns that paused by themselves, and were not taken up since."""
    rows = Campaign.objects.filter(state=Campaign.State.PAUSED, reason__in=STOPPED, changed_at__gte=since)
    return rows.select_related("series").order_by("-changed_at")


def _refused_logins(since: datetime) -> "QuerySet[AccessFailureLog]":
    rows: QuerySet[AccessFailureLog] = AccessFailureLog.objects.filter(attempt_time__gte=since, locked_out=True)
    return rows.order_by("-attempt_time")


def _render_problem(render: Render, acts: bool) -> Problem:
    return Problem(
        key=f"render-{render.pk}",
        what=_("Video not made"),
        words=_("For a member") if render.said_by_member else render.text,
        why=f"{render.digital_human}: {reason_words(render)}",
        remedy=render.advice,
        at=render.finished_at or render.created_at,
        url=change_url(render),
        more="",
        buttons=(_button(_("Make again"), render, "again_this"),) if acts else (),
    )


def _outbound_problems(outbounds: "QuerySet[Outbound]", acts: bool) -> list[Problem]:
    rows = list(outbounds[:SHOWN])
    names = Member.objects.names(user_id for row in rows for user_id in row.recipients[:SHOWN_RECIPIENTS])
    return [_outbound_problem(row, names, acts) for row in rows]


def _outbound_problem(outbound: Outbound, names: Names, acts: bool) -> Problem:
    why = reason_words(outbound)
    if outbound.errcode:
        why = f"{why} (errcode {outbound.errcode})".strip()
    buttons = [_button(_("Send again"), outbound, "resend_this")]
    if outbound.reason == Outbound.Reason.UNKNOWN:
        buttons.append(_button(_("It arrived"), outbound, "treat_as_sent_this"))
    return Problem(
        key=f"outbound-{outbound.pk}",
        what=_("Message not delivered"),
        words=_recipients(outbound, names),
        why=why,
        remedy=_remedy(outbound),
        at=outbound.finished_at or outbound.created_at,
        url=change_url(outbound),
        more=f"{ERROR_CODE_PAGE}{outbound.errcode}" if outbound.errcode else "",
        buttons=tuple(buttons) if acts else (),
    )


def _remedy(outbound: Outbound) -> str:
    """The remedy of the error code if the platform refused the message, else of the reason."""
    refused = outbound.reason in (Outbound.Reason.REFUSED, Outbound.Reason.MEDIA)
    known = wecom.remedy_for(outbound.errcode) if refused else ""
    return known or str(REMEDIES.get(outbound.reason, DEFAULT_REMEDY))


def _run_problem(run: CampaignRun) -> Problem:
    reason = CampaignRun.Reason(run.reason)
    is_missed = reason in MISSED
    return Problem(
        key=f"run-{run.pk}",
        what=_("Campaign missed") if is_missed else _("Campaign not sent"),
        words=_campaign_name(run.campaign),
        why=str(reason.label),
        remedy=_why_missed(run) if is_missed else str(NOT_SENT[reason]),
        at=run.moment,
        url=change_url(run),
        more="",
        buttons=(),
    )


def _why_missed(run: CampaignRun) -> str:
    values = {"noticed": f"{timezone.localtime(run.created_at):%m-%d %H:%M}", "count": run.others_missed}
    text = _("Too late to send: noticed on %(noticed)s. OpenUser was not working when it was due.")
    more = _("%(count)d earlier ones were missed as well.") if run.others_missed else ""
    return f"{text} {more}".strip() % values


def _stop_problem(campaign: Campaign) -> Problem:
    reason = CampaignRun.Reason(campaign.reason)
    return Problem(
        key=f"campaign-{campaign.pk}",
        what=_("Campaign stopped"),
        words=_campaign_name(campaign),
        why=str(reason.label),
        remedy=str(STOPPED[reason]),
        at=campaign.changed_at,
        url=change_url(campaign),
        more="",
        buttons=(),
    )


def _campaign_name(campaign: Campaign) -> str:
    """Its name; of a step of a series behind that of the series."""
    return f"{campaign.series}: {campaign}" if campaign.series else str(campaign)


def _statement_problem(statement: Statement) -> Problem:
    refusal = avatars.consent_error("statement_unconfirmed")
    return Problem(
        key=f"statement-{statement.pk}",
        what=_("Not shown"),
        words=str(statement.digital_human),
        why=refusal.message,
        remedy=refusal.remedy,
        at=statement.recorded_at,
        url=change_url(statement),
        more="",
        buttons=(),
    )


def _outage_problem(application: Application) -> Problem:
    return Problem(
        key=f"outage-{application.pk}",
        what=_("WeChat Work cannot be reached"),
        words=str(application),
        why=_("Its messages and files wait."),
        remedy=str(wecom.OUTAGE_REMEDY),
        at=application.failing_since or timezone.now(),
        url=change_url(application),
        more="",
        buttons=(),
    )


def _calendar_problem(unknown: scheduling.UnknownYear, now: datetime) -> Problem:
    return Problem(
        key=f"calendar-{unknown.corporation.pk}-{unknown.year}",
        what=_("Working days unknown"),
        words=_("The holidays of %(year)d are not known.") % {"year": unknown.year},
        why=_("Campaigns on working days: %(count)d.") % {"count": unknown.mailings},
        remedy=_("Import the list that the State Council publishes in November. Until then they are held."),
        at=now,
        url=reverse("admin:scheduling_calendarday_changelist"),
        more="",
        buttons=(),
    )


def _login_problems(failures: "QuerySet[AccessFailureLog]") -> list[Problem]:
    """One problem for all log-ins that were paused, with the latest."""
    refused = list(failures[:SHOWN])
    if not refused:
        return []
    latest, accounts = refused[0], sorted({row.username or "?" for row in refused})
    return [
        Problem(
            key="logins",
            what=_("Log-ins paused after wrong passwords"),
            words=", ".join(accounts),
            why=_("The latest came from %(address)s.") % {"address": latest.ip_address or "?"},
            remedy=_("Ask the owner of the account. If it was not them, let them choose a new password."),
            at=latest.attempt_time,
            url=reverse("admin:openuser_refusedlogin_changelist"),
            more="",
            buttons=(),
        )
    ]


def _recipients(outbound: Outbound, names: Names) -> str:
    """Names with user IDs; of many recipients the first, and how many they are."""
    corporation, count = outbound.application.corporation_id, len(outbound.recipients)
    shown = [
        (names.get((corporation, recipient), ""), recipient) for recipient in outbound.recipients[:SHOWN_RECIPIENTS]
    ]
    listed = ", ".join(f"{name} ({user_id})" if name else user_id for name, user_id in shown)
    return listed if count <= SHOWN_RECIPIENTS else f"{listed} … ({count})"


def _button(name: str, row: Any, action: str) -> ActionButton:
    address = f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}"
    return ActionButton(name=name, url=reverse(address, args=[row.pk]))
