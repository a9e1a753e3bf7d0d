"""Campaigns and series that come with OpenUser, in both languages: the files of `scheduling/ready`, with their use."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.interchange import yaml_text
from core.interchange.ready_files import Ready
from scheduling.audience import variables

FOLDER = Path(__file__).resolve().parent.parent / "ready"
NAMES: Mapping[str, Mapping[str, str]] = {"zh-hans": {"name": "王芳"}, "en": {"name": "Anna"}}
"""Whom the previews speak to."""


@dataclass(frozen=True, kw_only=True)
class ReadyMessage:
    """A message of it as a phone shows it. `day` and `at` are those of a series' step."""

    content_type: str
    title: str
    text: str
    buttons: tuple[str, ...] = ()
    day: int | None = None
    at: str = ""


READY = (
    Ready(
        key="greeting",
        title=_("Greeting on working days"),
        purpose=_("A good morning at 9:00 on each working day. Whom it has not reached by noon does not get it."),
        left=_("Choose who gets it, and write it as your company speaks."),
        icon="wb_sunny",
    ),
    Ready(
        key="monday_report",
        title=_("Monday report as a video"),
        purpose=_("Your digital human tells everybody on Monday at 9:00 what the week brings."),
        left=_("Write the news of the week. It is approved anew each time you change it."),
        icon="smart_display",
    ),
    Ready(
        key="onboarding",
        title=_("First month of new colleagues"),
        purpose=_("Six messages counted from the start date: three days before it, and on day 0, 1, 3, 7 and 30."),
        left=_("Import start dates, and put in your own addresses, times and rules."),
        icon="waving_hand",
    ),
    Ready(
        key="policy",
        title=_("New rule with a confirmation"),
        purpose=_("A card with buttons. The run page lists who has not confirmed, and reminds only them."),
        left=_("Write the rule and until when it is to be confirmed; choose who gets it."),
        icon="fact_check",
    ),
    Ready(
        key="birthday",
        title=_("Birthday"),
        purpose=_("A wish at 9:00 on the birthday, every year. 29 February counts as the 28th in other years."),
        left=_("Import birthdays. Nobody sees the year."),
        icon="cake",
    ),
)


@cache
def document_of(key: str) -> Mapping[str, Any]:
    """The whole file as values. Not to be changed."""
    return yaml_text.load((FOLDER / f"{key}.yaml").read_bytes()).value


def part_of(key: str) -> str:
    """Whether it is one of the campaigns or of the series."""
    return "series" if "series" in document_of(key) else "campaigns"


def messages_of(key: str, language: str) -> list[ReadyMessage]:
    """The content for members of this language."""
    (entry,) = document_of(key)[part_of(key)]
    return [_message(step, language) for step in entry.get("steps", [entry])]


def _message(entry: Mapping[str, Any], language: str) -> ReadyMessage:
    content = entry["contents"][language]
    card = content.get("card", {})
    return ReadyMessage(
        content_type=entry["content_type"],
        title=card.get("title", ""),
        text=variables.fill(content.get("text") or card.get("description", ""), NAMES[language]),
        buttons=tuple(button["text"] for button in card.get("buttons", ())),
        day=entry.get("day"),
        at=entry.get("at", ""),
    )
