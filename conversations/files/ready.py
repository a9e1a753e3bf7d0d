"""Flows that come with OpenUser: the files of `conversations/ready`, with their use.

A file has the flow in each language, with the same steps; a flow made of it speaks both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.models.translations import OF_STEPS
from core.interchange import yaml_text
from core.interchange.ready_files import Ready
from core.text.placeholders import PLACEHOLDER
from core.text.slot_values import parse_choices

FOLDER = Path(__file__).resolve().parent.parent / "ready"
SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """A text of it as a phone shows it, with its buttons."""

    text: str
    buttons: tuple[str, ...] = ()


READY = (
    Ready(
        key="create_video",
        title=_("Create a video"),
        purpose=_("Asks for a text and a quality with buttons, and makes a video of your digital human from it."),
        left=_("Nothing. Change how long a text may be, if you like."),
        icon="smart_display",
    ),
    Ready(
        key="onboarding",
        title=_("First day at work"),
        purpose=_(
            "Asks new colleagues for name, first day and department, offers a video of welcome, and greets them on the "
            "morning of their first day."
        ),
        left=_("The hour of the greeting, in the step that waits."),
        icon="waving_hand",
    ),
    Ready(
        key="leave",
        title=_("Leave request"),
        purpose=_(
            "Asks for the kind, the days, the reason and who covers, lets the member confirm, and submits it to your "
            "system. If that does not answer, a colleague takes over."
        ),
        left=_("The address of your system in the step that calls it, and a group of operators for HR."),
        icon="event_busy",
    ),
    Ready(
        key="it_help",
        title=_("IT help"),
        purpose=_(
            "Asks what is wrong and how urgent it is, collects a picture of the screen, suggests a restart where that "
            "helps, and passes on to a person."
        ),
        left=_("A group of operators for IT; choose its topic in the step that passes on."),
        icon="support_agent",
    ),
    Ready(
        key="survey",
        title=_("Satisfaction survey"),
        purpose=_("A score from 1 to 5 with buttons, the reason of it, and thanks. A campaign can start it for many."),
        left=_("Say which service it is about."),
        icon="reviews",
    ),
)


@cache
def flows_of(key: str) -> Mapping[str, Mapping[str, Any]]:
    """The flows of a file as values, by language. Not to be changed."""
    loaded = yaml_text.load((FOLDER / f"{key}.yaml").read_bytes()).value
    return {flow["language"]: flow for flow in loaded["flows"]}


def flow_of(key: str, language: str) -> dict[str, Any] | None:
    """One of them in this language, with the texts in the other one beside its own; None if there is none."""
    flows = flows_of(key)
    own, others = flows.get(language), [flow for code, flow in flows.items() if code != language]
    if own is None or not others:
        return None
    other = others[0]
    code, steps = other["language"], {step["key"]: step for step in other["steps"]}
    return {
        **own,
        "also_in": code,
        "translations": {code: {"name": other["name"]}},
        "triggers": f"{own['triggers']}\n{other['triggers']}",
        "steps": [_in_both(step, steps[step["key"]], code) for step in own["steps"]],
    }


def questions_of(key: str, language: str) -> list[Question]:
    """The first things that a member of this language reads, without those that depend on answers."""
    steps = [step for step in flows_of(key)[language]["steps"] if step.get("text")]
    plain = [step for step in steps if not PLACEHOLDER.search(step["text"])]
    return [
        Question(text=step["text"], buttons=tuple(one.label for one in parse_choices(step.get("choices", ""))))
        for step in plain[:SHOWN]
    ]


def _in_both(step: Mapping[str, Any], other: Mapping[str, Any], language: str) -> dict[str, Any]:
    texts = {name: other[name] for name in OF_STEPS if name in other and other[name] != step.get(name)}
    return {**step, "translations": {language: texts}} if texts else dict(step)
