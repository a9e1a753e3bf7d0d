"""The page to try a draft on: the machine runs in memory, sends no message and creates no row."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import translation

from conversations.admin.flows import trial, tried_calls
from conversations.admin.flows.flow_graph import drawing
from conversations.admin.flows.trial import Cast
from conversations.exceptions import FlowError
from conversations.flows import publication, say_forms, video_templates
from conversations.flows.graph import Marks
from conversations.golden import replay
from conversations.machine.calls import Request
from conversations.machine.effects import Ask, CallService, Effect, HandOff, MakeVideo, Say, Sleep
from conversations.machine.keywords import act_for
from conversations.machine.places import Place, offers_of
from conversations.machine.step import step
from conversations.machine.values import Act, Machine, Outcome
from conversations.models import Flow, Session
from conversations.wording import flow_texts, handoff_texts
from core.text.slot_values import Choice

KEPT = 60
MAX_TEXT = 2_000
SIMULATED = (Act.CHOOSE, Act.REMIND, Act.EXPIRE, Act.WAKE, Act.TIME_OUT)


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One bubble of the chat: `sort` is "in", "out", "video" or "note"."""

    sort: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()


def page(model_admin: Any, request: HttpRequest, flow: Flow) -> HttpResponse:
    """Show the state of the try; a POST advances it by one step. It is stored in the login's session."""
    name, machine = f"try-flow-{flow.pk}", publication.draft(flow)
    kept = request.session.get(name)
    if request.method == "POST" or kept is None:
        try:
            kept = _posted(request, machine, kept)
        except FlowError as error:
            messages.error(request, str(error))
            kept = kept or _step(machine, None, Act.START, "", Cast())
        request.session[name] = kept
    if request.method == "POST":
        return HttpResponseRedirect(request.get_full_path())
    place = _place(kept["place"])
    cast = trial.kept_cast(request, kept)
    seen = kept.get("seen", [])
    bubbles = [Bubble(sort=sort, text=text, choices=tuple(map(tuple, choices))) for sort, text, choices in kept["said"]]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": flow.name,
        "opts": model_admin.opts,
        "flow": flow,
        "bubbles": bubbles,
        "slots": [(key, value, _label(machine, place, key)) for key, value in place.slots.items()],
        "outcome": Session.Status(place.outcome.value).label if place.outcome else "",
        "can_remind": not place.reminded,
        "is_asleep": place.wakes_at is not None,
        "is_calling": bool(kept.get("call")),
        "may_call": request.user.has_perm("conversations.publish_flow"),
        "can_time_out": machine.expire_after is not None,
        "drawing": drawing(machine, Marks(here=place.at, walked=trial.walked(seen))),
        "reasons": trial.reasons(machine, seen),
        "can_go_back": len(kept.get("turns", ())) > 1,
        "cast": cast,
        "known": sorted(cast.context(machine).member.items()) if cast.member else [],
        "may_see_members": request.user.has_perm(trial.SEE_MEMBERS),
        "is_empty": not machine.nodes,
    }
    return TemplateResponse(request, "admin/flows/try.html", context)


def _posted(request: HttpRequest, machine: Machine, kept: dict[str, Any] | None) -> dict[str, Any]:
    """The state of the try after what was posted; at first, its start."""
    act, text = request.POST.get("act", ""), request.POST.get("text", "")[:MAX_TEXT]
    if act == "cast":
        return _step(machine, None, Act.START, "", trial.chosen_cast(request))
    cast = trial.kept_cast(request, kept)
    if act == "step_back" and kept:
        again: dict[str, Any] | None = None
        for what, said in kept.get("turns", ())[:-1] or [(Act.START, "")]:
            again = _step(machine, again, Act(what), said, cast)
        assert again is not None
        return again
    call = kept.get("call") if kept else None
    if call and act in (tried_calls.FOR_REAL, *tried_calls.WAYS):
        if act == tried_calls.FOR_REAL and not request.user.has_perm("conversations.publish_flow"):
            raise PermissionDenied
        result = tried_calls.result_of(act, Request.from_json(call), text)
        return _step(machine, kept, Act.RETURN, result.to_text(), cast)
    what, said = _act(act, text), text if act in ("say", Act.CHOOSE) else ""
    if what == Act.SAY and kept:
        what, said = trial.looked_up(request, cast, machine, _place(kept["place"]), said)
    return _step(machine, kept, what, said, cast)


def _step(machine: Machine, kept: dict[str, Any] | None, what: Act, text: str, cast: Cast) -> dict[str, Any]:
    """The state of the try after one more act. An act after an end starts it again."""
    if not machine.nodes:
        return {"place": {}, "said": [], "turns": [], "now": ""}
    place = _place(kept["place"]) if kept else Place()
    said, turns, seen = ([*kept.get(name, ())] if kept else [] for name in ("said", "turns", "seen"))
    if kept is None or what == Act.START or place.outcome is not None or not place.at:
        what, text, place, said, turns, seen = Act.START, "", Place(), [], [], []
    reader = translation.get_language()
    with translation.override(machine.language):
        if text and what != Act.RETURN:
            said.append(["in", replay.shown(machine, place, what, text), []])
        context = cast.context(machine)
        begun = kept.get("now") if kept and turns else context.now.isoformat()
        result = step(machine, place, what, text, today=context.today, now=context.now, context=context)
        said += [[bubble.sort, bubble.text, bubble.choices] for bubble in map(_bubble(machine, reader), result.effects)]
    turns.append([what.value, text])
    seen.append(trial.ways(result.trace))
    asked = next((one.request.to_json() for one in result.effects if isinstance(one, CallService)), None)
    walk = {"turns": turns, "seen": seen, "now": begun, "cast": cast.plain(), "call": asked}
    return {"place": _plain(result.place), "said": said[-KEPT:], **walk}


def _act(act: str, text: str) -> Act:
    if act == "say":
        written = act_for(text)
        # “Continue” is for sessions that have ended.
        return written if written and written != Act.RESUME else Act.SAY
    return Act(act) if act in SIMULATED else Act.START


def _bubble(machine: Machine, reader: str | None) -> Any:
    """Bubbles in the language of the flow; notes, which members do not see, in that of the `reader`."""

    def bubble(effect: Effect) -> Bubble:
        if isinstance(effect, Say):
            file = f"📎 {Path(effect.file).name}" if effect.file else ""
            return Bubble(sort="out", text="\n".join(filter(None, [file, say_forms.words_of(effect)])))
        if isinstance(effect, Ask):
            return Bubble(sort="out", text=effect.text, choices=tuple(_buttons(effect.choices)))
        if isinstance(effect, HandOff):
            return Bubble(sort="out", text=handoff_texts.tried())
        if isinstance(effect, (CallService, Sleep)):
            with translation.override(reader):
                return Bubble(sort="note", text=_note(effect))
        if isinstance(effect, MakeVideo):
            return Bubble(sort="video", text=video_templates.preview(machine, effect))
        return Bubble(sort="out", text=flow_texts.notice(effect.notice, machine.name))

    return bubble


def _note(effect: CallService | Sleep) -> str:
    if isinstance(effect, Sleep):
        return flow_texts.sleeps(effect.until)
    return flow_texts.calls(effect.request.method, effect.request.url)


def _buttons(choices: Iterable[Choice]) -> Iterable[tuple[str, str]]:
    return ((choice.value, f"{number}. {choice.label}") for number, choice in enumerate(choices, start=1))


def _label(machine: Machine, place: Place, name: str) -> str:
    label = machine.answers(place.known).get(f"{name}.label", "")
    return "" if label == place.slots[name] else label


def _plain(place: Place) -> dict[str, Any]:
    return {
        "at": place.at,
        "slots": dict(place.slots),
        "labels": dict(place.labels),
        "offered": [asdict(one) for one in place.offered],
        "path": list(place.path),
        "tries": place.tries,
        "reminded": place.reminded,
        "outcome": place.outcome.value if place.outcome else "",
        "wakes_at": place.wakes_at.isoformat() if place.wakes_at else "",
    }


def _place(data: dict[str, Any]) -> Place:
    if not data:
        return Place()
    outcome = Outcome(data["outcome"]) if data["outcome"] else None
    return Place(
        at=data["at"],
        slots=data["slots"],
        labels=data.get("labels", {}),
        offered=offers_of(data.get("offered", ())),
        path=tuple(data["path"]),
        tries=data["tries"],
        reminded=data["reminded"],
        outcome=outcome,
        wakes_at=datetime.fromisoformat(data["wakes_at"]) if data.get("wakes_at") else None,
    )
