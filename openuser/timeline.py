"""One timeline per correlation ID: from the callback through the render to the delivery."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from avatars.models import Render
from conversations.models import Message
from wecom.models import Attempt, Callback, Outbound, Upload


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened. `tone` is ok, wait or bad; `url` leads to the row."""

    at: datetime
    title: str
    detail: str = ""
    tone: str = "ok"
    url: str = ""
    video: str = ""
    poster: str = ""


def view(request: HttpRequest, cid: str) -> HttpResponse:
    """The page. Whoever may see messages may see it."""
    if not request.user.has_perm("conversations.view_message"):
        raise PermissionDenied
    steps = sorted(_steps(cid), key=lambda step: step.at)
    if not steps:
        raise Http404
    first = steps[0].at
    rows = [(step, (step.at - first).total_seconds()) for step in steps]
    context = {**admin.site.each_context(request), "title": _("Timeline"), "cid": cid, "rows": rows}
    return TemplateResponse(request, "admin/timeline.html", context)


def url_of(cid: str) -> str:
    """The address of a correlation ID's timeline."""
    return reverse("timeline", args=[cid]) if cid else ""


def _steps(cid: str) -> Iterator[Step]:
    messages = list(Message.objects.filter(cid=cid).select_related("content", "render", "outbound__upload"))
    renders = {message.render_id: message.render for message in messages if message.render}
    renders |= {render.pk: render for render in Render.objects.filter(cid=cid)}
    outbounds = list(Outbound.objects.filter(cid=cid).select_related("upload").prefetch_related("tries"))
    uploads = {outbound.upload_id: outbound.upload for outbound in outbounds if outbound.upload}
    for callback in Callback.objects.filter(cid=cid):
        yield from _callback(callback)
    for message in messages:
        yield _message(message)
    for render in renders.values():
        yield from _render(render)
    for upload in uploads.values():
        yield from _upload(upload)
    for outbound in outbounds:
        yield from _outbound(outbound)


def _callback(callback: Callback) -> Iterator[Step]:
    title = _("Callback received: %s") % (callback.event or callback.kind)
    yield Step(at=callback.created_at, title=title, detail=callback.from_user_id, url=_change(callback))
    if callback.finished_at:
        tone = "ok" if callback.status == Callback.Status.DONE else "bad"
        detail = f"{callback.get_status_display()} {callback.reason}".strip()
        yield Step(at=callback.finished_at, title=_("Callback handled"), detail=detail, tone=tone)


def _message(message: Message) -> Step:
    incoming = message.direction == Message.Direction.IN
    title = _("The member said") if incoming else _("The digital human said")
    tone = "wait" if message.state == Message.State.WAITING else "bad" if message.degraded else "ok"
    detail = f"{message.content} ({message.get_state_display()})"
    return Step(at=message.created_at, title=title, detail=detail, tone=tone, url=_change(message))


def _render(render: Render) -> Iterator[Step]:
    yield Step(at=render.created_at, title=_("Video requested"), detail=str(render), url=_change(render))
    if render.started_at:
        detail = _("attempt %d") % render.attempts
        yield Step(at=render.started_at, title=_("Video begun"), detail=detail)
    if render.finished_at:
        done = render.status == Render.Status.DONE
        seconds = _("%(length).1f s long, made in %(took).1f s") % {
            "length": render.seconds or 0,
            "took": render.took_seconds or 0,
        }
        yield Step(
            at=render.finished_at,
            title=_("Video ready") if done else _("Video not made"),
            detail=seconds if done else f"{render.get_status_display()} {render.reason}. {render.hint}",
            tone="ok" if done else "bad",
            video=render.video.url if done else "",
            poster=render.poster.url if done and render.poster else "",
        )


def _upload(upload: Upload) -> Iterator[Step]:
    if upload.finished_at:
        tone = "ok" if upload.status == Upload.Status.DONE else "bad"
        detail = f"{upload.get_status_display()} {upload.reason}".strip()
        yield Step(at=upload.finished_at, title=_("Uploaded to WeChat Work"), detail=detail, tone=tone)


def _outbound(outbound: Outbound) -> Iterator[Step]:
    title = _("Message queued: %s") % outbound.msgtype
    yield Step(at=outbound.created_at, title=title, detail=", ".join(outbound.recipients), url=_change(outbound))
    for attempt in outbound.tries.all():
        yield _attempt(attempt)
    if outbound.finished_at:
        done = outbound.status == Outbound.Status.DONE
        detail = f"{outbound.get_status_display()} {outbound.reason}".strip()
        yield Step(at=outbound.finished_at, title=_("Delivery settled"), detail=detail, tone="ok" if done else "bad")


def _attempt(attempt: Attempt) -> Step:
    tones = {Attempt.Outcome.SENT: "ok", Attempt.Outcome.FAILED: "bad"}
    code = "" if attempt.errcode is None else f"errcode {attempt.errcode}"
    detail = f"{attempt.get_outcome_display()} {code} {attempt.detail}".strip()
    tone = tones.get(Attempt.Outcome(attempt.outcome), "wait")
    return Step(at=attempt.started_at, title=_("Attempt %d") % attempt.number, detail=detail, tone=tone)


def _change(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
