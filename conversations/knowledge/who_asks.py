"""Who asks: the departments and tags that decide which answers are for them."""

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from conversations.knowledge.answer_index import Index, Reader
from wecom.models import Department, Member, Tag

MOST_LEVELS = 30  # a tree with a circle in it ends


def reader_of(member: Member | None, index: Index) -> Reader:
    """A member as a reader; without queries where no answer is for some only."""
    today = timezone.localdate()
    if member is None or not index.has_audiences:
        return Reader(today=today)
    own = set(Department.objects.existing().filter(memberships__member=member).values_list("pk", flat=True))
    tags = Tag.objects.filter(Q(members=member) | Q(departments__in=own), gone_at=None)
    return Reader(today=today, departments=with_those_above(own), tags=frozenset(tags.values_list("pk", flat=True)))


def with_those_above(pks: Collection[int]) -> frozenset[int]:
    """Departments and all above them that still exist, a query for each level."""
    departments, level = set(pks), set(pks)
    for _turn in range(MOST_LEVELS):
        above = Department.objects.filter(pk__in=level).values_list("corporation", "parent_number")
        wanted = Q(pk__in=())
        for corporation, number in set(above):
            wanted |= Q(corporation=corporation, number=number)
        level = set(Department.objects.existing().filter(wanted).values_list("pk", flat=True)) - departments
        if not level:
            break
        departments |= level
    return frozenset(departments)
