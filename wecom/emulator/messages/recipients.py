"""Whom a message goes to: `touser`, `toparty` and `totag`, and which of them the platform cannot reach."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department, Member, Tag, sql

USERS, PARTIES, TAGS = 1000, 100, 100
NAMED = "WHERE it.corp_id = ? AND lower(it.userid) IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Reachable members, each once, and the names that reach nobody."""

    members: list[Member]
    invalid_users: list[str]
    invalid_parties: list[str]
    invalid_tags: list[str]
    unlicensed: list[str] = field(default_factory=list)

    def complaints(self) -> dict[str, str]:
        """The fields of the answer; the platform leaves out those that are empty."""
        named = {
            "invaliduser": self.invalid_users,
            "invalidparty": self.invalid_parties,
            "invalidtag": self.invalid_tags,
            "unlicenseduser": self.unlicensed,
        }
        return {name: "|".join(values) for name, values in named.items() if values}


def find(
    app: App,
    body: dict[str, Any],
    *,
    unreachable: frozenset[str] = frozenset(),
    unlicensed: frozenset[str] = frozenset(),
) -> Recipients:
    """Raises `ApiError`: 82001 nobody named, 40032/82002/82003 too many, 81013 nobody reachable.

    Who is in the range but has no licence gets nothing and is named; that is no error, even where it is everybody.
    """
    users, parties, tags = (_names(body, field) for field in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise ApiError(82001)
    for names, most, errcode in ((users, USERS, 40032), (parties, PARTIES, 82002), (tags, TAGS, 82003)):
        if len(names) > most:
            raise ApiError(errcode)
    seen = visible_range.of(app)
    if users == ["@all"] or parties or tags:
        rows = sql.fetch(Member, "WHERE it.corp_id = ? ORDER BY it.id", app.corp_id)
    else:  # the usual way, which need not look at everybody
        rows = sql.fetch(Member, NAMED, app.corp_id, json.dumps([user.lower() for user in users]))
    everybody = {member.userid.lower(): member for member in rows if seen.reaches(member)}
    everybody = {userid: member for userid, member in everybody.items() if userid not in unreachable}
    if users == ["@all"]:
        found = Recipients(members=list(everybody.values()), invalid_users=[], invalid_parties=[], invalid_tags=[])
    else:
        found = _resolve(app, everybody, users, parties, tags)
    if not found.members:
        raise ApiError(81013)
    without = [one for one in found.members if not one.licensed or one.userid.lower() in unlicensed]
    licensed = [one for one in found.members if one not in without] if without else found.members
    return replace(found, members=licensed, unlicensed=[one.userid.lower() for one in without])


def _resolve(
    app: App, everybody: dict[str, Member], users: list[str], parties: list[str], tags: list[str]
) -> Recipients:
    chosen: dict[str, Member] = {}
    unknown = []
    for name in dict.fromkeys(user.lower() for user in users):
        if name in everybody:
            chosen[name] = everybody[name]
        else:
            unknown.append(name)
    numbered = Department.objects.filter(corp=app.corp).values_list("number", flat=True) if parties else ()
    known = {str(number): number for number in numbered}
    marked = {str(tag.number): tag for tag in Tag.objects.filter(corp=app.corp)} if tags else {}
    carried = [marked[tag] for tag in tags if tag in marked]
    named = {userid for tag in carried for userid in tag.userids}
    numbers = {known[party] for party in parties if party in known} | {
        one for tag in carried for one in tag.departments
    }
    inside = visible_range.within(app.corp_id, numbers)
    for userid, member in everybody.items():
        if userid in named or inside & set(member.departments):
            chosen[userid] = member
    return Recipients(
        members=list(chosen.values()),
        invalid_users=unknown,
        invalid_parties=[party for party in parties if party not in known],
        invalid_tags=[tag for tag in tags if tag not in marked],
    )


def _names(body: dict[str, Any], field: str) -> list[str]:
    value = body.get(field) or ""
    if not isinstance(value, str):
        raise ApiError(40031, f"{field} is not a string")
    return [name.strip() for name in value.split("|") if name.strip()]
