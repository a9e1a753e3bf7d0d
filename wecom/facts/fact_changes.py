"""Facts about members: the company's own definitions, and the values of one member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wecom.exceptions import FactRefused
from wecom.facts import fact_values, stored_values
from wecom.facts.columns import USER_ID_NAMES, USER_NAME_NAMES
from wecom.facts.definitions import LANGUAGE_KEY, MANAGER, FactType, editable_facts, fold
from wecom.facts.fact_values import Value
from wecom.models import Corporation, FactDefinition, FactKind, Member, MemberFact
from wecom.models.facts import LONGEST_TEXT
from wecom.signals import Author, fact_definition_removing, language_chosen

MOST_DEFINITIONS = 100
MOST_CHOICES = 200


@dataclass(frozen=True, kw_only=True)
class FactUse:
    """The effect of a deletion: how many members have a value, and where else it is used, in words."""

    members: int
    places: Sequence[str]


@transaction.atomic
def save_fact_definition(definition: FactDefinition) -> FactDefinition:
    """Add or change a fact of the company's own. Raises `FactRefused` with the field, and a remedy."""
    check_fact_definition(definition)
    definition.save()
    return definition


@transaction.atomic
def check_fact_definition(definition: FactDefinition) -> None:
    """Tidy a definition. Raises as `save_fact_definition` does."""
    before = FactDefinition.objects.select_for_update().filter(pk=definition.pk).first() if definition.pk else None
    if definition.kind not in FactKind.values:
        raise _refused("kind", _("There is no such kind."), _("Choose text, number, date or choice."))
    definition.name, definition.name_en = definition.name.strip(), definition.name_en.strip()
    definition.choices = _checked_choices(definition)
    if before is None:
        _check_room(definition)
    else:
        _check_unchanged(before, definition)
    _check_names(definition)
    try:
        definition.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        field = "key" if field == "__all__" else field
        raise _refused(field, messages[0], _("Correct it and save again.")) from error


def fact_use(definition: FactDefinition) -> FactUse:
    """The effect that a deletion would have."""
    answers = fact_definition_removing.send(FactDefinition, definition=definition)
    places = [place for _receiver, uses in answers for place in uses or ()]
    return FactUse(members=_values_of(definition).count(), places=places)


@transaction.atomic
def remove_fact_definition(definition: FactDefinition) -> FactUse:
    """Delete a fact of the company's own with the values of all members. Returns the effect: the values deleted, and
    the rows that used it."""
    use = fact_use(definition)
    _values_of(definition).delete()
    definition.delete()
    return use


@transaction.atomic
def set_facts(
    member: Member, raw: Mapping[str, object], *, author: Author | None = None, now: datetime | None = None
) -> Mapping[str, Value]:
    """Set the given facts of a member as people write them; None and "" clear one. Returns all that is known then.

    A new language is recorded among the member's choices, as made by `author`.

    Raises `FactRefused` for the first that cannot be kept, and then changes nothing.
    """
    now = now or timezone.now()
    types = editable_facts(member.corporation_id)
    changes: dict[str, Value | None] = {}
    for key, word in raw.items():
        if key not in types:
            known = ", ".join(types)
            raise FactRefused(
                _("There is no fact “%s”.") % fact_values.quote(key),
                code="fact_unknown",
                field=key,
                remedy=_("Use one of these: %s.") % known,
            )
        changes[key] = fact_value(member, types[key], word, now=now)
    before = Member.objects.filter(pk=member.pk).values_list("language", flat=True).first()
    stored_values.write({member.pk: changes}, now=now)
    if LANGUAGE_KEY in changes:
        member.language = str(changes[LANGUAGE_KEY] or "")
        if member.language != before:
            language_chosen.send(Member, before={member.pk: before or ""}, author=author)
    return stored_values.facts_of(member)


def fact_value(member: Member, fact: FactType, word: object, *, now: datetime | None = None) -> Value | None:
    """The value that was written for a member, None for an empty one. Raises `FactRefused`."""
    now = now or timezone.now()
    if word is None or (isinstance(word, str) and not word.strip()):
        return None
    if fact.key == MANAGER:
        written = str(word).strip()
        manager = stored_values.managers_called(member.corporation_id, [written]).get(written)
        if manager is None:
            message = _("No colleague has the user ID or the unmistakable name “%s”.") % fact_values.quote(written)
            raise fact_values.refused(fact, message, _("Write the user ID of a member in the directory."))
        if manager == member.user_id:
            raise fact_values.refused(
                fact, _("A member cannot be their own manager."), _("Write the user ID of another member.")
            )
        return manager
    return fact_values.parse(fact, word, today=timezone.localdate(now))


def _values_of(definition: FactDefinition) -> QuerySet[MemberFact]:
    return MemberFact.objects.filter(member__corporation=definition.corporation_id, key=definition.key)


def _check_room(definition: FactDefinition) -> None:
    # Locks the company, so that two new definitions do not both take the last room or one name.
    Corporation.objects.select_for_update().get(pk=definition.corporation_id)
    if FactDefinition.objects.filter(corporation=definition.corporation_id).count() >= MOST_DEFINITIONS:
        fault = _("There are %d facts of your own, and no more may be added.") % MOST_DEFINITIONS
        raise _refused("key", fault, _("Delete one that is no longer used."))


def _check_unchanged(before: FactDefinition, after: FactDefinition) -> None:
    """The key and the kind stay, and so does a choice that members have."""
    if (before.key, before.corporation_id) != (after.key, after.corporation_id):
        raise _refused("key", _("The identifier of a fact never changes."), _("Add another fact instead."))
    if before.kind != after.kind:
        raise _refused("kind", _("The kind of a fact never changes."), _("Add another fact instead."))
    for gone in [choice for choice in before.choices if choice not in after.choices]:
        count = _values_of(before).filter(text=gone).count()
        if count:
            fault = _("Members who have “%(choice)s”: %(count)d.")
            remedy = _("Keep this choice, or give them another one first.")
            raise _refused("choices", fault % {"count": count, "choice": gone}, remedy)


def _checked_choices(definition: FactDefinition) -> list[str]:
    """The choices without blanks; no two are equal but for case and width."""
    if definition.kind != FactKind.CHOICE:
        return []
    choices = [str(choice).strip() for choice in definition.choices if str(choice).strip()]
    if not choices:
        raise _refused("choices", _("A choice needs something to choose from."), _("Write one choice per line."))
    if len(choices) > MOST_CHOICES:
        raise _refused("choices", _("At most %d choices are possible.") % MOST_CHOICES, _("Use a text instead."))
    seen = set()
    for choice in choices:
        if len(choice) > LONGEST_TEXT:
            raise _refused("choices", _("“%s” is too long.") % fact_values.quote(choice), _("Shorten it."))
        if fold(choice) in seen:
            raise _refused("choices", _("“%s” is there twice.") % choice, _("Delete one of them."))
        seen.add(fold(choice))
    return choices


def _check_names(definition: FactDefinition) -> None:
    """No column of a file may mean two facts."""
    others = editable_facts(definition.corporation_id)
    others = {key: fact for key, fact in others.items() if key != definition.key}
    for field, name in (("key", definition.key), ("name", definition.name), ("name_en", definition.name_en)):
        taken = any(fact.is_called(name) for fact in others.values()) or any(
            fold(name) == fold(word) for word in (*USER_ID_NAMES, *USER_NAME_NAMES)
        )
        if name and taken:
            fault = _("“%s” already names another column of a file.") % name
            raise _refused(field, fault, _("Choose another name."))


def _refused(field: str, message: str, remedy: str) -> FactRefused:
    return FactRefused(message, code="fact_definition", field=field, remedy=remedy)
