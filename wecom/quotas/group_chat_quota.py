"""The platform's limits of group chats: messages over them wait here, since the platform drops or refuses them.

Sources: https://developer.work.weixin.qq.com/document/path/90248 and 90312. A member gets at most 200 group messages a
minute and 10,000 a day from all chats; a message counts once for each member of its chat. The message rows themselves
are counted, from the beginning of their call.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from wecom import platform_quirks
from wecom.models import GroupChat, GroupMessage

PER_MEMBER = ((timedelta(minutes=1), 200), (timedelta(days=1), 10_000))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AGAIN = timedelta(seconds=5)


def wait_until(message: GroupMessage, now: datetime) -> datetime | None:
    """When to check again, or None if there is room for the message. Call it with the corporation locked."""
    people = message.chat.user_ids
    full = any(_members_full(message, people, now - window, most) for window, most in PER_MEMBER) or any(
        _reach(message, now - window) + len(people) > most for window, most in _of_company()
    )
    return now + AGAIN if full else None


def _of_company() -> tuple[tuple[timedelta, int], ...]:
    quirks = platform_quirks.current
    return (MINUTE, quirks.chat_people_per_minute), (HOUR, quirks.chat_people_per_hour)


def _members_full(message: GroupMessage, people: list[str], since: datetime, most: int) -> bool:
    """Whether a member of the chat has reached a limit. Members are looked up only if that is possible."""
    rows = _sent(message, since).filter(application=message.application)
    by_chat = dict(rows.values_list("chat_id").annotate(count=Count("pk")))
    if sum(by_chat.values()) < most:
        return False
    had: Counter[str] = Counter()
    for pk, members in GroupChat.objects.filter(pk__in=by_chat).values_list("pk", "user_ids"):
        had.update(dict.fromkeys(set(members) & set(people), by_chat[pk]))
    return any(count >= most for count in had.values())


def _reach(message: GroupMessage, since: datetime) -> int:
    """Messages times members, of all chats of the company."""
    rows = _sent(message, since).values_list("chat_id").annotate(count=Count("pk"))
    by_chat = dict(rows)
    members = GroupChat.objects.filter(pk__in=by_chat).values_list("pk", "user_ids")
    return sum(len(names) * by_chat[pk] for pk, names in members)


def _sent(message: GroupMessage, since: datetime) -> QuerySet[GroupMessage]:
    company = message.application.corporation_id
    rows = GroupMessage.objects.filter(application__corporation_id=company, called_at__gt=since)
    return rows.exclude(pk=message.pk)
