"""Acts of an editor on the graph. Each act calls one service and answers with the page's fresh parts as JSON."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from conversations import services
from conversations.admin.flows.editor.page import EDIT, live, viewable
from conversations.admin.flows.editor.step_form import step_form
from conversations.exceptions import FlowError
from conversations.models import Flow, State

Answer = dict[str, Any]


def step_view(request: HttpRequest, pk: int, step: int | None = None) -> HttpResponse:
    """The form of a step, or of a new one that comes `after` another."""
    flow = viewable(request, pk)
    may_edit = request.user.has_perms(EDIT)
    if step is not None:
        state = get_object_or_404(State, flow=flow, pk=step)
        return HttpResponse(step_form(request, state, may_edit=may_edit).html(request))
    if not may_edit:
        raise PermissionDenied
    form = step_form(request, State(flow=flow), may_edit=True)
    return HttpResponse(form.html(request, after=_step(flow, request.GET.get("after", ""))))


@require_POST
def act_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Does one act. A refusal gives its reason; the fresh parts come with it, since another account may have changed
    them.
    """
    flow = viewable(request, pk)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None or not request.user.has_perms(EDIT):
        raise PermissionDenied
    try:
        answer = act(request, flow)
    except FlowError as error:
        answer = {"error": str(error)}
    return JsonResponse({**answer, "live": live(request, flow)})


def _save(request: HttpRequest, flow: Flow) -> Answer:
    known, after = request.POST.get("step", ""), _step(flow, request.POST.get("after", ""))
    step = _existing(flow, known) if known else State(flow=flow)
    form = step_form(request, step, may_edit=True, bound=True)
    if not form.is_valid:
        return {"form": form.html(request, after=after), "error": _("Some fields need your attention.")}
    written, removed = form.changes()
    saved = services.save_step(
        form.form.save(commit=False),
        parts=written,
        removed=removed,
        after=after,
        by=request.user,  # type: ignore[arg-type]
        seen=_seen(request),
    )
    return {"said": _("“%s” was saved.") % saved.name, **_opened(request, flow, saved.pk)}


def _remove(request: HttpRequest, flow: Flow) -> Answer:
    """Asks first, and names the steps that lead to it."""
    step = _existing(flow, request.POST.get("step", ""))
    if not request.POST.get("sure"):
        return {"ask": _question(flow, step)}
    services.remove_step(step, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
    return {"said": _("“%s” was deleted.") % step.name, "close": True}


def _connect(request: HttpRequest, flow: Flow) -> Answer:
    source, target = (_existing(flow, request.POST.get(name, "")) for name in ("step", "to"))
    way = services.connect_steps(source, target, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
    notice = _("“%(step)s” leads to “%(target)s” now.") % {"step": source.name, "target": target.name}
    return {"said": notice, "way": way.pk, **_opened(request, flow, source.pk)}


def _copy(request: HttpRequest, flow: Flow) -> Answer:
    step = _existing(flow, request.POST.get("step", ""))
    copy = services.copy_step(step, by=request.user, seen=_seen(request))  # type: ignore[arg-type]
    return {
        "said": _("“%(copy)s” was added after “%(step)s”.") % {"copy": copy.name, "step": step.name},
        **_opened(request, flow, copy.pk),
    }


def _undo(request: HttpRequest, flow: Flow) -> Answer:
    return {"said": _("Undone: %s") % services.undo_draft(flow, seen=_seen(request)), **_opened_again(request, flow)}


def _redo(request: HttpRequest, flow: Flow) -> Answer:
    return {
        "said": _("Done again: %s") % services.redo_draft(flow, seen=_seen(request)),
        **_opened_again(request, flow),
    }


def _question(flow: Flow, step: State) -> str:
    machine = services.draft_of(flow)
    leading = [node.name for node in machine.nodes if any(edge.to == step.key for edge in node.edges)]
    ask = _("Delete “%s”?") % step.name
    if not leading:
        return f"{ask} {_('No step leads to it.')}"
    count = len(leading)
    text = ngettext("%s leads to it, and then leads on.", "%s lead to it, and then lead on.", count)
    return f"{ask} {text % pgettext('between the items of a list', ', ').join(f'“{name}”' for name in leading)}"


def _opened(request: HttpRequest, flow: Flow, pk: int) -> Answer:
    """The step to show in the panel, with its form as it is now."""
    step = flow.states.get(pk=pk)
    return {"step": step.pk, "key": step.key, "form": step_form(request, step, may_edit=True).html(request)}


def _opened_again(request: HttpRequest, flow: Flow) -> Answer:
    """The step that the panel shows, if there is one and it is still there."""
    step = _step(flow, request.POST.get("step", ""))
    return _opened(request, flow, step.pk) if step else {"close": True}


def _existing(flow: Flow, pk: str) -> State:
    step = _step(flow, pk)
    if step is None:
        raise FlowError(_("This step was deleted meanwhile."), code="step_gone", remedy=_("Choose another one."))
    return step


def _step(flow: Flow, pk: str) -> State | None:
    return flow.states.filter(pk=pk).first() if pk.isdecimal() else None


def _seen(request: HttpRequest) -> str:
    return request.POST.get("seen", "")


ACTS: dict[str, Callable[[HttpRequest, Flow], Answer]] = {
    "save": _save,
    "remove": _remove,
    "connect": _connect,
    "copy": _copy,
    "undo": _undo,
    "redo": _redo,
}
