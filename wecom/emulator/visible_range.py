"""The visible range (可见范围) of an application: the members and departments that it sees.

Source: https://developer.work.weixin.qq.com/document/path/90665. The range consists of members, departments with their
subdepartments, and tags.
"""

from dataclasses import dataclass

from wecom.emulator.models import App, Department, Member, Tag

ROOT = 1


@dataclass(frozen=True, kw_only=True)
class VisibleRange:
    """The visible range of an application: the whole company with `everything`, else the members and departments
    listed."""

    everything: bool
    departments: frozenset[int]
    tagged_departments: frozenset[int]
    userids: frozenset[str]

    def sees(self, member: Member) -> bool:
        """Whether the member is in the range, with any status."""
        if not member.visible:
            return False
        if self.everything:
            return True
        numbers = self.departments | self.tagged_departments
        return member.userid.lower() in self.userids or bool(numbers & set(member.departments))

    def can_message(self, member: Member) -> bool:
        """Whether the application can send messages to the member."""
        return member.reachable and self.sees(member)


def of(app: App) -> VisibleRange:
    """The range as the directory is now: members who move into a department come into its range."""
    parties = {int(number) for number in app.scope.get("parties", [])}
    whole = ROOT in parties or app.agent_id == App.ASSISTANT
    userids = {str(userid).lower() for userid in app.scope.get("users", [])}
    tagged: set[int] = set()
    tags = app.scope.get("tags", [])
    for tag in Tag.objects.filter(corp=app.corp, number__in=tags) if tags else ():
        userids |= {str(userid).lower() for userid in tag.userids}
        tagged |= set(tag.departments)
    departments = set() if whole else with_subdepartments(app.corp_id, parties)
    return VisibleRange(
        everything=whole,
        departments=frozenset(departments),
        tagged_departments=frozenset(with_subdepartments(app.corp_id, tagged)),
        userids=frozenset(userids),
    )


def members(app: App) -> list[Member]:
    """The members that the application sees, without those who have left."""
    seen = of(app)
    return [row for row in Member.objects.filter(corp=app.corp) if row.employed and seen.sees(row)]


def departments(app: App) -> list[Department]:
    """The departments that the application sees."""
    seen = of(app)
    rows = Department.objects.filter(corp=app.corp)
    return list(rows if seen.everything else rows.filter(number__in=seen.departments))


def with_subdepartments(corp: int, numbers: set[int]) -> set[int]:
    """The departments and all their subdepartments."""
    if not numbers:
        return set()
    children: dict[int, list[int]] = {}
    for number, parent in Department.objects.filter(corp_id=corp).exclude(number=ROOT).values_list("number", "parent"):
        children.setdefault(parent, []).append(number)
    below: set[int] = set()
    waiting = list(numbers)
    while waiting:
        number = waiting.pop()
        if number not in below:
            below.add(number)
            waiting.extend(children.get(number, []))
    return below
