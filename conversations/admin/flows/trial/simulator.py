"""The page to try a draft on: the machine runs in memory, sends no message and creates no row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import translation

from conversations import services
from conversations.admin.flows.flow_graph import drawing
from conversations.admin.flows.trial import trial_answers, trial_calls, ways
from conversations.admin.flows.trial import trial_levels as kept_levels
from conversations.admin.flows.trial.cast import SEE_MEMBERS, Cast, chosen_cast, kept_cast, languages
from conversations.exceptions import FlowError
from conversations.flows.graph import Marks
from conversations.machine.calls import Request
from conversations.machine.commands import act_for
from conversations.machine.effects import Ask, CallService, Effect, HandOff, MakeVideo, Say, Sleep
from conversations.machine.levels import Level, advance, speaking
from conversations.machine.places import Act, Place
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Flow, Session
from conversations.wording import flow_texts, handoff_texts, working_day_texts
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


@dataclass(frozen=True, kw_only=True)
class ShownLevel:
    """A flow that the trial is in: its graph with the step lit, and its answers. `name` is "" for the one tried."""

    name: str
    drawing: str
    slots: list[tuple[str, str, str]]


def page(model_admin: Any, request: HttpRequest, flow: Flow) -> HttpResponse:
    """Show the state of the try; a POST advances it by one step. It is stored in the login's session."""
    name, machine = f"try-flow-{flow.pk}", services.draft_of(flow)
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
    levels, outcome = kept_levels.read(machine, kept), kept.get("outcome", "")
    place = levels[-1].place
    cast = kept_cast(request, kept)
    seen = kept.get("seen", [])
    machines = kept_levels.machines_of(machine, [row[0] for turn in seen for row in turn])
    bubbles = [Bubble(sort=sort, text=text, choices=tuple(map(tuple, choices))) for sort, text, choices in kept["said"]]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": flow.name,
        "opts": model_admin.opts,
        "flow": flow,
        "bubbles": bubbles,
        "levels": [_shown(level, seen, is_draft=not depth) for depth, level in enumerate(levels)],
        "outcome": Session.Status(outcome).label if outcome else "",
        "can_remind": not place.reminded,
        "is_asleep": place.wakes_at is not None,
        "asks_for_file": trial_answers.asks_for_file(levels[-1]),
        "is_calling": bool(kept.get("call")),
        "may_call": request.user.has_perm("conversations.publish_flow"),
        "may_publish": request.user.has_perm("conversations.publish_flow"),
        "can_time_out": machine.expire_after is not None,
        "reasons": ways.reasons(machines, seen, level=levels[-1], outcome=outcome),
        "can_go_back": len(kept.get("turns", ())) > 1,
        "cast": cast,
        "languages": languages(machine, cast),
        "known": cast.known(list(machines.values())),
        "may_see_members": request.user.has_perm(SEE_MEMBERS),
        "is_empty": not machine.nodes,
        "days_unknown": working_day_texts.counted(services.unknown_years_of(*machines.values(), today=cast.day)),
    }
    return TemplateResponse(request, "admin/flows/try.html", context)


def _posted(request: HttpRequest, machine: Machine, kept: dict[str, Any] | None) -> dict[str, Any]:
    """The state of the try after the posted act; at first, its start."""
    act, text = request.POST.get("act", ""), request.POST.get("text", "")[:MAX_TEXT]
    if act == "cast":
        return _step(machine, None, Act.START, "", chosen_cast(request))
    cast = kept_cast(request, kept)
    if act == "speak" and kept and text in machine.languages:
        return {**kept, "cast": replace(cast, language=text).plain()}
    if act == "step_back" and kept:
        again: dict[str, Any] | None = None
        for what, act_text in kept.get("turns", ())[:-1] or [(Act.START, "")]:
            again = _step(machine, again, Act(what), act_text, cast)
        assert again is not None
        return again
    call = kept.get("call") if kept else None
    if call and act in (trial_calls.FOR_REAL, *trial_calls.WAYS):
        if act == trial_calls.FOR_REAL and not request.user.has_perm("conversations.publish_flow"):
            raise PermissionDenied
        result = trial_calls.result_of(act, Request.from_json(call), text)
        return _step(machine, kept, Act.RETURN, result.to_text(), cast)
    if act == "send_file" and kept and trial_answers.asks_for_file(kept_levels.read(machine, kept)[-1]):
        return _step(machine, kept, Act.ANSWER, trial_answers.sample_file(machine), cast)
    what, act_text = _act(act, text), text if act in ("say", Act.CHOOSE) else ""
    if what == Act.SAY and kept:
        what, act_text = trial_answers.looked_up(request, cast, _levels(machine, kept, cast)[-1], act_text)
    return _step(machine, kept, what, act_text, cast)


def _step(machine: Machine, kept: dict[str, Any] | None, what: Act, text: str, cast: Cast) -> dict[str, Any]:
    """The state of the try after one more act. An act after an end starts it again."""
    if not machine.nodes:
        return {"levels": [], "said": [], "turns": [], "now": ""}
    levels, outcome = _levels(machine, kept, cast), kept["outcome"] if kept else ""
    lines, turns, seen = ([*kept.get(name, ())] if kept else [] for name in ("said", "turns", "seen"))
    if kept is None or what == Act.START or outcome or not levels[-1].place.at:
        what, text, levels, lines, turns, seen = Act.START, "", _levels(machine, None, cast), [], [], []
    reader, innermost = translation.get_language(), levels[-1]
    if text and what != Act.RETURN:
        with translation.override(innermost.machine.language):
            lines.append(["in", services.shown_act(innermost.machine, innermost.place, what, text), []])
    known = services.library_for([level.machine for level in levels])
    context = cast.context([*(level.machine for level in levels), *known.machines])
    begun = kept.get("now") if kept and turns else context.now.isoformat()
    flows = speaking(known.flows, cast.speaks)
    walk = advance(levels, what, text, flows=flows, today=context.today, now=context.now, context=context)
    for leg in walk.legs:
        with translation.override(leg.machine.language):
            bubbles = map(_bubble(leg.machine, levels[0].machine.name, reader), leg.step.effects)
            lines += [[bubble.sort, bubble.text, bubble.choices] for bubble in bubbles]
    turns.append([what.value, text])
    seen.append(ways.taken(walk.legs))
    asked = next((effect.request.to_json() for effect in walk.effects if isinstance(effect, CallService)), None)
    ended = walk.outcome.value if walk.outcome else ""
    told = {"turns": turns, "seen": seen, "now": begun, "cast": cast.plain(), "call": asked}
    return {"levels": kept_levels.plain(walk.levels), "outcome": ended, "said": lines[-KEPT:], **told}


def _levels(machine: Machine, kept: dict[str, Any] | None, cast: Cast) -> tuple[Level, ...]:
    """The flows that the trial is in, as they speak in it."""
    levels = kept_levels.read(machine, kept)
    return tuple(replace(level, machine=spoken_in(level.machine, cast.speaks)) for level in levels)


def _act(act: str, text: str) -> Act:
    if act == "say":
        written = act_for(text)
        # “Continue” is for sessions that have ended.
        return written if written and written != Act.RESUME else Act.SAY
    return Act(act) if act in SIMULATED else Act.START


def _bubble(machine: Machine, name: str, reader: str | None) -> Any:
    """Bubbles in the language of the flow; notes, which members do not see, in that of the `reader`."""

    def bubble(effect: Effect) -> Bubble:
        if isinstance(effect, Say):
            file = f"📎 {Path(effect.file).name}" if effect.file else ""
            return Bubble(sort="out", text="\n".join(filter(None, [file, services.said_words(effect)])))
        if isinstance(effect, Ask):
            return Bubble(sort="out", text=effect.text, choices=tuple(_buttons(effect.choices)))
        if isinstance(effect, HandOff):
            return Bubble(sort="out", text=handoff_texts.tried())
        if isinstance(effect, (CallService, Sleep)):
            with translation.override(reader):
                return Bubble(sort="note", text=_note(effect))
        if isinstance(effect, MakeVideo):
            return Bubble(sort="video", text=services.preview_video_words(machine, effect))
        return Bubble(sort="out", text=flow_texts.notice(effect.notice, name))

    return bubble


def _note(effect: CallService | Sleep) -> str:
    if isinstance(effect, Sleep):
        return flow_texts.sleeps(effect.until)
    return flow_texts.calls(effect.request.method, effect.request.url)


def _buttons(choices: Iterable[Choice]) -> Iterable[tuple[str, str]]:
    return ((choice.value, f"{number}. {choice.label}") for number, choice in enumerate(choices, start=1))


def _shown(level: Level, seen: Sequence[Sequence[Sequence[Any]]], *, is_draft: bool) -> ShownLevel:
    machine, place = level.machine, level.place
    return ShownLevel(
        name="" if is_draft else machine.name,
        drawing=drawing(machine, Marks(here=place.at, walked=ways.walked(seen, level.version))),
        slots=[(key, value, _label(machine, place, key)) for key, value in place.slots.items()],
    )


def _label(machine: Machine, place: Place, name: str) -> str:
    label = machine.answers(place.known).get(f"{name}.label", "")
    return "" if label == place.slots[name] else label
