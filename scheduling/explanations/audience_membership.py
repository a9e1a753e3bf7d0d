"""How a member came into an audience: the entries of it that select them, in words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from conversations.services import ExplanationLine, ExplanationLink
from scheduling.audience.audience_rule import AudienceRule, Selection
from scheduling.audience.reach import selected
from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from scheduling.segments.query import Compiler
from scheduling.segments.rules import parse_group
from scheduling.segments.rules_in_words import describe_group, names_in
from wecom.models import Department, Member, Tag


def lines_of(rule: AudienceRule, member: Member, *, today: date) -> list[ExplanationLine]:
    """The entries of an audience that select a member; rules count from `today`, facts as they are now."""
    compiler = Compiler(member.corporation, today=today)
    lines = [_line(entry, compiler) for entry in _entries(rule.include) if _selects(entry, member, compiler)]
    if lines:
        return lines
    text = _("The member is not in it any more: their departments, tags or facts have changed since.")
    return [ExplanationLine(topic="audience", label=_("Audience"), words=text)]


def _entries(selection: Selection) -> Iterator[Selection]:
    """A selection as selections of one entry each."""
    nothing = Selection()
    if selection.everyone:
        yield replace(nothing, everyone=True)
    yield from (replace(nothing, segments=(key,)) for key in selection.segments)
    yield from (replace(nothing, departments=(department,)) for department in selection.departments)
    yield from (replace(nothing, tags=(number,)) for number in selection.tags)
    yield from (replace(nothing, members=(user_id,)) for user_id in selection.members)
    if selection.sheet is not None:
        yield replace(nothing, sheet=selection.sheet)


def _selects(entry: Selection, member: Member, compiler: Compiler) -> bool:
    if entry.members:
        return member.user_id in entry.members
    try:
        return Member.objects.filter(selected(entry, compiler), pk=member.pk).exists()
    except SchedulingError:  # a segment, a fact or a list that is gone
        return False


def _line(entry: Selection, compiler: Compiler) -> ExplanationLine:
    text, link = _("everyone in the company"), None
    if entry.segments:
        segment = compiler.segments[entry.segments[0]]
        text = _("segment “%(name)s”: %(rule)s") % {"name": segment.name, "rule": _rule(segment, compiler)}
        link = ExplanationLink(model="scheduling.Segment", pk=segment.pk)
    elif entry.departments:
        number = entry.departments[0].number
        text = _("department “%s”") % _name(Department, number, compiler)
    elif entry.tags:
        text = _("tag “%s”") % _name(Tag, entry.tags[0], compiler)
    elif entry.members:
        text = _("named one by one")
    elif entry.sheet is not None:
        text = _("in the uploaded list")
    return ExplanationLine(topic="audience", label=_("Audience"), words=text, link=link)


def _rule(segment: Segment, compiler: Compiler) -> str:
    group = parse_group(segment.rule)
    names = names_in([group], corporation=compiler.corporation)
    return describe_group(group, subjects=compiler.subjects, names=names)


def _name(model: type[Department] | type[Tag], number: int, compiler: Compiler) -> str:
    rows = model._default_manager.filter(corporation=compiler.corporation, number=number)
    return str(rows.first() or f"#{number}")
