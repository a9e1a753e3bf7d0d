"""Members, and the lists of user IDs that name them elsewhere."""

from collections.abc import Collection

from django.db.models import Q

from core.personal_data.holdings import Holding, Person
from core.personal_data.user_id_lists import mentions, without
from wecom.facts.import_content import unpacked
from wecom.models import ApplicationMember, Department, FactImport, GroupChat, Member, MemberFact, Membership, Tag


class MemberHolding(Holding):
    """The member: without a name or a place in the company, since conversations and statistics need the row."""

    goes_last = True

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        super().clear(pks, person)
        for model in (Membership, ApplicationMember, Tag.members.through):
            model._default_manager.filter(member__in=pks).delete()

    def erase(self, pks: Collection[int], person: Person) -> int:
        for below in Member.objects.filter(_of_company(person), mentions("direct_leaders", person.user_id)):
            below.direct_leaders = without(below.direct_leaders, person.user_id)
            below.save(update_fields=["direct_leaders"])
        return super().erase(pks, person)


class MemberFactHolding(Holding):
    """The facts about a member, and that colleagues have the member as their manager."""

    def erase(self, pks: Collection[int], person: Person) -> int:
        below = MemberFact.objects.filter(member__corporation=person.corporation, key="manager")
        below.filter(text__iexact=person.user_id).delete()
        return super().erase(pks, person)


class FactImportHolding(Holding):
    """Files of facts that wait for their confirmation. One that names the member goes as a whole."""

    def find(self, person: Person) -> list[int]:
        rows = FactImport.objects.filter(corporation=person.corporation)
        return [row.pk for row in rows.iterator(chunk_size=1) if _is_in(row, person)]


def _is_in(row: FactImport, person: Person) -> bool:
    content = unpacked(row.content)
    named = {value for values in content.changes.values() for value in values.values()}
    strangers = {user_id for _row, user_id in content.unknown_people}
    return person.pk in content.changes or person.user_id in named | strangers


class DepartmentHolding(Holding):
    """The leaders of departments."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for row in Department.objects.filter(pk__in=pks) if person else ():
            row.leaders = without(row.leaders, person.user_id) if person else row.leaders
            row.save(update_fields=["leaders"])


class GroupChatHolding(Holding):
    """The owner and the members of group chats."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        for row in GroupChat.objects.filter(pk__in=pks) if person else ():
            row.user_ids = without(row.user_ids, person.user_id) if person else row.user_ids
            row.owner = "" if person and row.owner.lower() == person.user_id.lower() else row.owner
            row.save(update_fields=["user_ids", "owner"])


def leads(person: Person) -> Q:
    """Departments that a person leads."""
    return _of_company(person) & mentions("leaders", person.user_id)


def chats_with(person: Person) -> Q:
    """Group chats that a person owns or is in."""
    named = mentions("user_ids", person.user_id) | Q(owner__iexact=person.user_id)
    return named & Q(application__corporation=person.corporation)


def _of_company(person: Person) -> Q:
    return Q(corporation=person.corporation)
