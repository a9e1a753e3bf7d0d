"""Preferences of members as values; and for those who send: who reads instead of watching."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from conversations.models import MemberPreference, MutedTopic, Topic
from wecom.models import Member


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The preferences of one member. `language` is "" where it follows their messages; `muted` are keys of topics."""

    prefers_text: bool = False
    language: str = ""
    muted: frozenset[int] = field(default_factory=frozenset)

    def as_json(self) -> dict[str, Any]:
        return {"prefers_text": self.prefers_text, "language": self.language, "muted": sorted(self.muted)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Choices":
        """The choices that a row keeps."""
        return cls(
            prefers_text=bool(data.get("prefers_text")),
            language=str(data.get("language") or ""),
            muted=frozenset(data.get("muted") or ()),
        )


def choices_of(member: Member) -> Choices:
    """The preferences of a member. Topics that can no longer be muted are left out."""
    return Choices(
        prefers_text=prefers_text(member),
        language=member.language,
        muted=frozenset(
            MutedTopic.objects.filter(member=member, topic__can_be_muted=True).values_list("topic_id", flat=True)
        ),
    )


def choices_of_many(members: Collection[Member]) -> dict[int, Choices]:
    """The preferences of each of these members, by primary key."""
    pks = [member.pk for member in members]
    reading, muted = readers(pks), dict[int, set[int]]()
    rows = MutedTopic.objects.filter(member__in=pks, topic__can_be_muted=True)
    for member, topic in rows.values_list("member_id", "topic_id"):
        muted.setdefault(member, set()).add(topic)
    return {
        row.pk: Choices(prefers_text=row.pk in reading, language=row.language, muted=frozenset(muted.get(row.pk, ())))
        for row in members
    }


def prefers_text(member: Member) -> bool:
    """Whether a member reads the words of videos instead of watching them."""
    return MemberPreference.objects.filter(member=member, prefers_text=True).exists()


def readers(members: Collection[int] | QuerySet[Any]) -> set[int]:
    """Of these members, keys or a query of keys, those who want text instead of videos."""
    rows = MemberPreference.objects.filter(member__in=members, prefers_text=True)
    return set(rows.values_list("member_id", flat=True))


def muting(topic: int, members: Collection[int] | QuerySet[Any]) -> set[int]:
    """Of these members, keys or a query of keys, those who have muted a topic; none if it cannot be muted."""
    rows = MutedTopic.objects.filter(topic=topic, topic__can_be_muted=True, member__in=members)
    return set(rows.values_list("member_id", flat=True))


def offered_topics() -> list[Topic]:
    """The topics that members can mute, in their order."""
    return list(Topic.objects.offered())
