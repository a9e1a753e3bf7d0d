"""Receivers of the signals of other apps. Each calls one service, which writes rows only, or answers a question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from conversations.models import Message, PreferenceChange
from conversations.services import Explanation, ExplanationLine
from conversations.signals import (
    ThreadEntry,
    WorkingCalendar,
    card_pressed,
    entry_explained,
    message_explained,
    preferences_changed,
    thread_shown,
    working_days_wanted,
)
from scheduling import services
from wecom.messages import CardEvent
from wecom.models import Application, FactDefinition, Member, Outbound, Recall
from wecom.signals import fact_definition_removing, outbounds_settled, push_wanted, recall_settled


@receiver(outbounds_settled)
def on_outbounds_settled(outbounds: Sequence[Outbound], **_: Any) -> None:
    for outbound in outbounds:
        services.follow_call(outbound)


@receiver(preferences_changed)
def on_preferences_changed(change: PreferenceChange, **_: Any) -> None:
    services.follow_choices(change.member)


@receiver(push_wanted)
def on_push_wanted(application: Application, **_: Any) -> bool:
    return services.is_sending_stopped(application)


@receiver(fact_definition_removing)
def on_fact_definition_removing(definition: FactDefinition, **_: Any) -> list[str]:
    return services.fact_uses(definition)


@receiver(recall_settled)
def on_recall_settled(recall: Recall, **_: Any) -> None:
    services.follow_recall(recall)


@receiver(card_pressed)
def on_card_pressed(application: Application, member: Member, event: CardEvent, at: datetime, **_: Any) -> str | None:
    return services.note_response(event, application=application, member=member, at=at)


@receiver(thread_shown)
def on_thread_shown(
    application: Application, member: Member, since: datetime | None, most: int, **_: Any
) -> list[ThreadEntry]:
    return services.sent_to(member, application=application, since=since, most=most)


@receiver(message_explained)
def on_message_explained(message: Message, **_: Any) -> list[ExplanationLine]:
    return services.explain_message(message)


@receiver(entry_explained)
def on_entry_explained(key: str, member: Member, application: Application, **_: Any) -> Explanation | None:
    return services.explain_entry(key, member=member, application=application)


@receiver(working_days_wanted)
def on_working_days_wanted(application: Application | None, **_: Any) -> WorkingCalendar:
    return services.company_calendar(application)
