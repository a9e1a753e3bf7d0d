"""The timeline of a correlation ID, from the callback through the render to the delivery."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from avatars.models import Render
from conversations.models import Content, Errand, Message, Session, Ticket, TicketChange
from core.confidentiality.access_records import record_access
from core.confidentiality.rights import may_read
from core.web.admin import change_url, reason_words, shorten
from core.work.base import Work
from wecom.models import Application, Attempt, Callback, CardUpdate, Download, Member, Outbound, Upload

Names = Mapping[tuple[int, str], str]
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event. `tone` is ok, wait or bad; `url` is the page of its row; `people` are names with user IDs."""

    at: datetime
    title: str
    detail: str = ""
    people: tuple[tuple[str, str], ...] = ()
    tone: str = "ok"
    url: str = ""
    video: str = ""
    poster: str = ""


def view(request: HttpRequest, cid: str) -> HttpResponse:
    """The page. Requires the permission to view messages."""
    if not request.user.has_perm("conversations.view_message"):
        raise PermissionDenied
    reads = may_read(request.user)
    messages = list(Message.objects.filter(cid=cid).select_related("content", "render", "outbound__upload"))
    steps = sorted(_steps(cid, messages, reads), key=lambda step: step.at)
    if not steps:
        raise Http404(_("There is nothing with this ID."))
    if reads and messages:
        record_access(request.user, "timeline", people={message.member_id for message in messages})
    first = steps[0].at
    rows = [(step, (step.at - first).total_seconds()) for step in steps]
    context = {
        **admin.site.each_context(request),
        "title": _("Timeline"),
        "cid": cid,
        "rows": rows,
        "unfinished": any(step.tone == "wait" for step in steps),
    }
    return TemplateResponse(request, "admin/timeline/page.html", context)


def timeline_url(cid: str) -> str:
    """The URL of a correlation ID's timeline."""
    return reverse("timeline", args=[cid]) if cid else ""


def _steps(cid: str, messages: list[Message], reads: bool) -> Iterator[Step]:
    """All steps; without the words of members for readers without that right."""
    renders = {message.render_id: message.render for message in messages if message.render}
    renders |= {render.pk: render for render in Render.objects.filter(cid=cid)}
    outbounds = list(Outbound.objects.filter(cid=cid).select_related("upload", "application").prefetch_related("tries"))
    uploads = {outbound.upload_id: outbound.upload for outbound in outbounds if outbound.upload}
    callbacks = list(Callback.objects.filter(cid=cid).select_related("application"))
    mentioned = {callback.from_user_id for callback in callbacks}
    names = Member.objects.names(mentioned.union(*(outbound.recipients[:SHOWN] for outbound in outbounds)))
    for callback in callbacks:
        yield from _callback(callback, names)
    for message in messages:
        yield _message(message, reads)
    for session in Session.objects.filter(cid=cid).select_related("version__flow"):
        yield _session(session)
    for download in Download.objects.filter(cid=cid):
        yield from _download(download)
    for errand in Errand.objects.filter(cid=cid):
        yield from _errand(errand)
    for ticket in Ticket.objects.filter(cid=cid).select_related("operator", "group"):
        yield from _ticket(ticket)
    for render in renders.values():
        yield from _render(render, reads or render.said_by_member is None)
    for upload in uploads.values():
        yield from _upload(upload)
    for outbound in outbounds:
        yield from _outbound(outbound, names)
    for change in CardUpdate.objects.filter(cid=cid):
        yield _card(change, reads)


def _people(application: Application, user_ids: Iterable[str], names: Names) -> tuple[tuple[str, str], ...]:
    """The name and user ID of each member; the name is empty where it is not known."""
    return tuple((names.get((application.corporation_id, user_id), ""), user_id) for user_id in user_ids if user_id)


def _callback(callback: Callback, names: Names) -> Iterator[Step]:
    title = _("Callback received: %s") % callback.what
    people = _people(callback.application, [callback.from_user_id], names)
    yield Step(at=callback.created_at, title=title, people=people, url=change_url(callback))
    if callback.finished_at:
        tone = "ok" if callback.status == Callback.Status.DONE else "bad"
        yield Step(at=callback.finished_at, title=_("Callback handled"), detail=_outcome(callback), tone=tone)


def _message(message: Message, reads: bool) -> Step:
    title = _("The digital human said")
    if message.direction == Message.Direction.IN:
        title = _("The member said")
    elif message.content.kind == Content.Kind.VIDEO:
        title = _("Video announced")
    tone = "wait" if message.state == Message.State.WAITING else "bad" if message.degraded else "ok"
    text = (shorten(message.content.text, 120) if reads else "") or message.content.get_kind_display()
    detail = _("%s (sent as text instead)") % text if message.degraded else text
    if message.reason == Message.Reason.VOICE:
        detail = _("%s (sent as voice instead)") % text
    elif message.reason == Message.Reason.CHOSEN:
        detail = _("%s (text instead of a video, as the member has chosen)") % text
    return Step(at=message.created_at, title=title, detail=detail, tone=tone, url=change_url(message))


def _session(session: Session) -> Step:
    title = _("Flow started: %s") % session.first_version
    detail = session.get_status_display()
    tone = "wait" if session.is_unfinished else "ok"
    return Step(at=session.started_at, title=title, detail=detail, tone=tone, url=change_url(session))


def _errand(errand: Errand) -> Iterator[Step]:
    title = _("Service called: %s") % errand.provider
    yield Step(at=errand.created_at, title=title, url=change_url(errand))
    if errand.finished_at:
        tone = "ok" if errand.status == Errand.Status.DONE else "bad"
        yield Step(at=errand.finished_at, title=_("The service answered"), detail=_outcome(errand), tone=tone)


def _ticket(ticket: Ticket) -> Iterator[Step]:
    """The changes of a ticket; the words of notes stay at the desk."""
    for change in ticket.changes.select_related("by", "to", "group"):
        title = _("Ticket %(ticket)s: %(what)s") % {"ticket": ticket, "what": change.get_kind_display()}
        who = [str(party) for party in (change.to or change.by, change.group) if party is not None]
        tone = "wait" if change.kind == TicketChange.Kind.OPENED and ticket.is_unfinished else "ok"
        yield Step(
            at=change.at, title=title, detail=" · ".join(who), tone=tone, url=reverse("desk-ticket", args=[ticket.pk])
        )


def _download(download: Download) -> Iterator[Step]:
    if download.finished_at:
        tone = "ok" if download.status == Download.Status.DONE else "bad"
        title = _("Member's file downloaded")
        yield Step(at=download.finished_at, title=title, detail=_outcome(download), tone=tone, url=change_url(download))


def _card(change: CardUpdate, reads: bool) -> Step:
    tone = {CardUpdate.Status.DONE: "ok", CardUpdate.Status.FAILED: "bad"}.get(CardUpdate.Status(change.status), "wait")
    at = change.finished_at or change.created_at
    title = _("The card shows: %s") % change.text if reads else _("The card was changed")
    return Step(at=at, title=title, detail=_outcome(change), tone=tone)


def _render(render: Render, reads: bool) -> Iterator[Step]:
    yield Step(at=render.created_at, title=_("Video requested"), detail=str(render), url=change_url(render))
    if render.started_at:
        detail = _("attempt %d") % render.attempts
        yield Step(at=render.started_at, title=_("Rendering started"), detail=detail, tone=_tone(render))
    if render.finished_at:
        done = render.status == Render.Status.DONE
        seconds = _("%(length).1f s long, made in %(took).1f s") % {
            "length": render.seconds or 0,
            "took": render.took_seconds or 0,
        }
        yield Step(
            at=render.finished_at,
            title=_("Video ready") if done else _("Video not made"),
            detail=seconds if done else f"{_outcome(render)} {render.advice}".strip(),
            tone="ok" if done else "bad",
            video=render.video.url if done and reads else "",
            poster=render.poster.url if done and reads and render.poster else "",
        )


def _tone(render: Render) -> str:
    return "ok" if render.is_finished else "wait"


def _upload(upload: Upload) -> Iterator[Step]:
    if upload.finished_at:
        tone = "ok" if upload.status == Upload.Status.DONE else "bad"
        title = _("Uploaded to WeChat Work")
        yield Step(at=upload.finished_at, title=title, detail=_outcome(upload), tone=tone, url=change_url(upload))


def _outbound(outbound: Outbound, names: Names) -> Iterator[Step]:
    title = _("Message queued: %s") % outbound.kind
    waiting = not outbound.is_finished and outbound.reason
    yield Step(
        at=outbound.created_at,
        title=title,
        people=_people(outbound.application, outbound.recipients[:SHOWN], names),
        detail=reason_words(outbound) if waiting else "",
        tone="wait" if waiting else "ok",
        url=change_url(outbound),
    )
    for attempt in outbound.tries.all():
        yield _attempt(attempt)
    if outbound.finished_at:
        tone = "ok" if outbound.status == Outbound.Status.DONE else "bad"
        yield Step(at=outbound.finished_at, title=_("Delivery settled"), detail=_outcome(outbound), tone=tone)


def _attempt(attempt: Attempt) -> Step:
    tones = {Attempt.Outcome.SENT: "ok", Attempt.Outcome.FAILED: "bad"}
    code = f"(errcode {attempt.errcode})" if attempt.errcode else ""
    detail = f"{attempt.get_outcome_display()} {code} {attempt.detail}".strip()
    tone = tones.get(Attempt.Outcome(attempt.outcome), "wait")
    return Step(at=attempt.started_at, title=_("Attempt %d") % attempt.number, detail=detail, tone=tone)


def _outcome(row: Work) -> str:
    """The status, with its reason if there is one."""
    reason = reason_words(row)
    return f"{row.get_status_display()}: {reason}" if reason else row.get_status_display()
