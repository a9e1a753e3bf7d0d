"""The visible range (可见范围) of an application: whom it sees and may write to, and which departments it sees.

Source: https://developer.work.weixin.qq.com/document/path/90665. Range means three lists: members, departments with all
below them, and tags.
"""

from dataclasses import dataclass

from wecom.emulator.models import App, Department, Member, Tag

ROOT = 1


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an application sees. With `everything` the numbers do not matter: it is the whole company."""

    everything: bool
    departments: frozenset[int]
    tagged: frozenset[int]
    userids: frozenset[str]

    def sees(self, member: Member) -> bool:
        """Whether this person is in the range, whatever their status."""
        if not member.visible:
            return False
        if self.everything:
            return True
        inside = self.departments | self.tagged
        return member.userid.lower() in self.userids or bool(inside & set(member.departments))

    def reaches(self, member: Member) -> bool:
        """Whether the application may write to this person."""
        return member.reachable and self.sees(member)


def of(app: App) -> Scope:
    """The range as it is now: who moves into a department comes into the range of its applications."""
    parties = {int(number) for number in app.scope.get("parties", [])}
    whole = ROOT in parties or app.agent_id == App.ASSISTANT
    userids = {str(userid).lower() for userid in app.scope.get("users", [])}
    tagged: set[int] = set()
    tags = app.scope.get("tags", [])
    for tag in Tag.objects.filter(corp=app.corp, number__in=tags) if tags else ():
        userids |= {str(userid).lower() for userid in tag.userids}
        tagged |= set(tag.departments)
    departments = set() if whole else within(app.corp_id, parties)
    return Scope(
        everything=whole,
        departments=frozenset(departments),
        tagged=frozenset(within(app.corp_id, tagged)),
        userids=frozenset(userids),
    )


def members(app: App) -> list[Member]:
    """Everybody of the company whom the application sees and who has not left."""
    seen = of(app)
    return [row for row in Member.objects.filter(corp=app.corp) if row.employed and seen.sees(row)]


def departments(app: App) -> list[Department]:
    """The departments that the application sees: those of its range and all below them."""
    seen = of(app)
    rows = Department.objects.filter(corp=app.corp)
    return list(rows if seen.everything else rows.filter(number__in=seen.departments))


def within(corp: int, numbers: set[int]) -> set[int]:
    """These departments and all below them."""
    if not numbers:
        return set()
    children: dict[int, list[int]] = {}
    for number, parent in Department.objects.filter(corp_id=corp).exclude(number=ROOT).values_list("number", "parent"):
        children.setdefault(parent, []).append(number)
    found: set[int] = set()
    waiting = list(numbers)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting.extend(children.get(number, []))
    return found
