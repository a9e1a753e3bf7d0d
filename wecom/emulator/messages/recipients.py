"""The recipients of a message: the members of `touser`, `toparty` and `totag`, and which of these are invalid."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from wecom.emulator import visible_range
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Department, Member, Tag, sql

MOST_USERS, MOST_PARTIES, MOST_TAGS = 1000, 100, 100
BY_USERID = "WHERE it.corp_id = ? AND lower(it.userid) IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Reachable members, each once, and the IDs that are invalid or without licence."""

    members: list[Member]
    invalid_users: list[str]
    invalid_parties: list[str]
    invalid_tags: list[str]
    unlicensed: list[str] = field(default_factory=list)

    def invalid_fields(self) -> dict[str, str]:
        """The fields of the answer that list them; empty ones are left out."""
        named = {
            "invaliduser": self.invalid_users,
            "invalidparty": self.invalid_parties,
            "invalidtag": self.invalid_tags,
            "unlicenseduser": self.unlicensed,
        }
        return {name: "|".join(values) for name, values in named.items() if values}


def find_recipients(
    app: App,
    body: dict[str, Any],
    *,
    unreachable: frozenset[str] = frozenset(),
    unlicensed: frozenset[str] = frozenset(),
) -> Recipients:
    """Members without a licence get nothing and are listed; that is no error, even if no other member is left.

    Raises:
        ApiError: 82001 no recipient, 40032, 82002 or 82003 too many, 81013 none reachable.
    """
    users, parties, tags = (_ids(body, field) for field in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise ApiError(82001)
    for ids, most, errcode in ((users, MOST_USERS, 40032), (parties, MOST_PARTIES, 82002), (tags, MOST_TAGS, 82003)):
        if len(ids) > most:
            raise ApiError(errcode)
    visible = visible_range.of(app)
    if users == ["@all"] or parties or tags:
        rows = sql.fetch(Member, "WHERE it.corp_id = ? ORDER BY it.id", app.corp_id)
    else:  # the usual case, which need not load every member
        rows = sql.fetch(Member, BY_USERID, app.corp_id, json.dumps([user.lower() for user in users]))
    reachable = {member.userid.lower(): member for member in rows if visible.can_message(member)}
    reachable = {userid: member for userid, member in reachable.items() if userid not in unreachable}
    if users == ["@all"]:
        recipients = Recipients(members=list(reachable.values()), invalid_users=[], invalid_parties=[], invalid_tags=[])
    else:
        recipients = _resolve(app, reachable, users, parties, tags)
    if not recipients.members:
        raise ApiError(81013)
    excluded = [member for member in recipients.members if not member.licensed or member.userid.lower() in unlicensed]
    licensed = [member for member in recipients.members if member not in excluded] if excluded else recipients.members
    return replace(recipients, members=licensed, unlicensed=[member.userid.lower() for member in excluded])


def _resolve(
    app: App, reachable: dict[str, Member], users: list[str], parties: list[str], tags: list[str]
) -> Recipients:
    chosen: dict[str, Member] = {}
    unknown = []
    for userid in dict.fromkeys(user.lower() for user in users):
        if userid in reachable:
            chosen[userid] = reachable[userid]
        else:
            unknown.append(userid)
    numbers = Department.objects.filter(corp=app.corp).values_list("number", flat=True) if parties else ()
    known_parties = {str(number): number for number in numbers}
    known_tags = {str(tag.number): tag for tag in Tag.objects.filter(corp=app.corp)} if tags else {}
    chosen_tags = [known_tags[tag] for tag in tags if tag in known_tags]
    tagged = {userid for tag in chosen_tags for userid in tag.userids}
    roots = {known_parties[party] for party in parties if party in known_parties}
    roots |= {number for tag in chosen_tags for number in tag.departments}
    departments = visible_range.with_subdepartments(app.corp_id, roots)
    for userid, member in reachable.items():
        if userid in tagged or departments & set(member.departments):
            chosen[userid] = member
    return Recipients(
        members=list(chosen.values()),
        invalid_users=unknown,
        invalid_parties=[party for party in parties if party not in known_parties],
        invalid_tags=[tag for tag in tags if tag not in known_tags],
    )


def _ids(body: dict[str, Any], field: str) -> list[str]:
    value = body.get(field) or ""
    if not isinstance(value, str):
        raise ApiError(40031, f"{field} is not a string")
    return [item.strip() for item in value.split("|") if item.strip()]
