"""A member's choices change: in one transaction, with the author and the values before, so that it can be undone."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.delivery import channel
from conversations.exceptions import PreferenceRefused
from conversations.models import Conversation, Desk, MemberPreference, MutedTopic, PreferenceChange, Topic
from conversations.preferences.preference_choices import Choices, choices_of, choices_of_many
from conversations.signals import preferences_changed
from wecom.models import Member
from wecom.signals import Author

Origin = PreferenceChange.Origin


@transaction.atomic
def change_preferences(
    member: Member,
    *,
    prefers_text: bool | None = None,
    language: str | None = None,
    muted: Collection[int] | None = None,
    origin: Origin,
    by: AbstractBaseUser | None = None,
    now: datetime | None = None,
) -> PreferenceChange | None:
    """Set the choices that are not None; `muted` are the keys of all topics that the member does not want. None if
    nothing differs.

    Raises `PreferenceRefused` for a topic that does not exist or cannot be muted, and for an unknown language.
    """
    now = now or timezone.now()
    # Two changes at once, of the card and the page, come one after the other.
    MemberPreference.objects.get_or_create(member=member)
    row = MemberPreference.objects.select_for_update(of=("self",)).get(member=member)
    member.refresh_from_db(fields=["language"])
    before = choices_of(member)
    after = Choices(
        prefers_text=before.prefers_text if prefers_text is None else prefers_text,
        language=before.language if language is None else _language(language),
        muted=before.muted if muted is None else _topics(muted),
    )
    if after == before:
        return None
    if after.prefers_text != before.prefers_text:
        row.prefers_text = after.prefers_text
        row.save(update_fields=["prefers_text"])
    if after.language != before.language:
        channel.change_member(member, language=after.language)
    MutedTopic.objects.filter(member=member, topic__in=before.muted - after.muted).delete()
    MutedTopic.objects.bulk_create(
        [MutedTopic(member=member, topic_id=key, at=now) for key in sorted(after.muted - before.muted)],
        ignore_conflicts=True,
    )
    values = {"before": before.as_json(), "after": after.as_json(), "at": now, "origin": origin}
    change = PreferenceChange.objects.create(member=member, by_id=by.pk if by else None, **values)
    preferences_changed.send(PreferenceChange, change=change)
    return change


@transaction.atomic
def undo(change: PreferenceChange, *, now: datetime | None = None) -> PreferenceChange | None:
    """Take a member's latest change back; None if another one came after it."""
    newer = PreferenceChange.objects.filter(member=change.member_id, pk__gt=change.pk)
    if newer.exists():
        return None
    before = Choices.from_json(change.before)
    still = set(Topic.objects.offered().filter(pk__in=before.muted).values_list("pk", flat=True))
    return change_preferences(
        change.member,
        prefers_text=before.prefers_text,
        language=before.language,
        muted=still,
        origin=Origin(change.origin),
        now=now,
    )


@transaction.atomic
def follow_languages(before: Mapping[int, str], author: Author | None, *, now: datetime | None = None) -> None:
    """Speak with members in the language that is chosen for them now, and record the changes of an author.

    `before` are the languages that they had by their primary keys. A few queries, however many members.
    """
    members = list(Member.objects.filter(pk__in=before))
    for language in sorted({member.language for member in members}):
        pks = [member.pk for member in members if member.language == language]
        Conversation.objects.follow_language(pks, language)
    if author is None:
        return
    choices = choices_of_many(members)
    origin = Origin.API if author.over_api else Origin.STAFF
    changes = [
        PreferenceChange(
            member=member,
            by_id=author.by.pk if author.by else None,
            origin=origin,
            at=now or timezone.now(),
            before=replace(choices[member.pk], language=before[member.pk]).as_json(),
            after=choices[member.pk].as_json(),
        )
        for member in members
    ]
    for change in PreferenceChange.objects.bulk_create(changes):
        preferences_changed.send(PreferenceChange, change=change)


@transaction.atomic
def remove_topic(topic: Topic) -> None:
    """Delete a topic that nothing is about. Raises `PreferenceRefused` for another."""
    try:
        topic.delete()
    except ProtectedError as error:
        raise PreferenceRefused(
            _("Something is about this topic."),
            code="topic_used",
            remedy=_("Rename it, or switch “can be muted” off."),
        ) from error


def spoken_language(member: Member) -> str:
    """The language in which a member is spoken to: the chosen one, else that of their latest conversation."""
    latest = Conversation.objects.filter(member=member).exclude(language="").order_by("-last_message_at", "-pk")
    return member.language or latest.values_list("language", flat=True).first() or _first_language()


def _first_language() -> str:
    return Desk.objects.first_language(channel.current_application())


def _language(name: str) -> str:
    if name not in ("", *Desk.Language.values):
        remedy = _("Choose one of: %s.") % ", ".join(Desk.Language.values)
        raise PreferenceRefused(
            _("There is no such language."), code="language_unknown", field="language", remedy=remedy
        )
    return name


def _topics(keys: Collection[int]) -> frozenset[int]:
    known = set(Topic.objects.offered().values_list("pk", flat=True))
    unknown = sorted(set(keys) - known)
    if unknown:
        fault = _("Topic %d does not exist, or cannot be muted.") % unknown[0]
        raise PreferenceRefused(fault, code="topic_unknown", field="muted", remedy=_("Look at the list of topics."))
    return frozenset(keys)
