"""Finds members and departments by the names that people use, among those that an application sees. Makes no calls."""

from django.db.models import Q

from core.text.slot_values import fold_text
from wecom.models import Application, ApplicationMember, Department, DirectorySync, Member
from wecom.models.directory import MemberQuerySet

LONGEST = 128  # characters of a name


def find_members(application: Application, query: str, *, most: int) -> list[Member]:
    """Members with this user ID, name or alias; without one, those whose user ID, name or alias contains the words.

    Who has left is not found. At most `most`, by name, with their main departments.
    """
    text = fold_text(query).lstrip("@").strip()
    if not text or len(text) > LONGEST:
        return []
    seen = _visible_members(application).select_related("main_department").order_by("name", "user_id")
    exact = seen.filter(Q(user_id=text) | Q(name__iexact=text) | Q(alias__iexact=text))
    return list(exact[:most]) or list(seen.called(text)[:most])


def find_departments(application: Application, query: str, *, most: int) -> list[tuple[Department, str]]:
    """Departments with this number or name, else those whose name contains the words; each with the name of the one
    above it, "" if that is not known. At most `most`, by name."""
    text = fold_text(query).lstrip("#").strip()
    if not text or len(text) > LONGEST:
        return []
    seen = Department.objects.existing().filter(applications=application).exclude(name="").order_by("name", "number")
    is_number = text.isascii() and text.isdecimal() and len(text) <= 18
    named = Q(name__iexact=text) | Q(name_en__iexact=text)
    exact = seen.filter(named | Q(number=int(text)) if is_number else named)
    departments = list(exact[:most]) or list(seen.filter(Q(name__icontains=text) | Q(name_en__icontains=text))[:most])
    above = Department.objects.filter(number__in={department.parent_number for department in departments})
    names = dict(above.filter(corporation=application.corporation_id).values_list("number", "name"))
    return [(department, names.get(department.parent_number, "")) for department in departments]


def _visible_members(application: Application) -> MemberQuerySet:
    """Those in its range; until a sync has read the directory, those who are not known to be out of it."""
    present = Member.objects.filter(corporation=application.corporation_id).exclude(status=Member.Status.LEFT)
    links = ApplicationMember.objects.filter(application=application)
    if DirectorySync.objects.read_to_the_end(application).exists():
        return present.filter(pk__in=links.filter(in_range=True).values("member"))
    return present.exclude(pk__in=links.filter(in_range=False).values("member"))
