"""`message/update_template_card`: updates a card by a response code, which works once within 72 hours.

Source: https://developer.work.weixin.qq.com/document/path/94888.
"""

from typing import Any

from wecom.emulator import clock, live_updates, platform_quirks, visible_range
from wecom.emulator.gateway.application_checks import check_agent_id
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import cards, references
from wecom.emulator.models import App, Entry, ResponseCode, Tag

MOST_USERS, MOST_PARTIES, MOST_TAGS = 1000, 100, 100


@endpoint("message/update_template_card", "POST")
def update(request: ApiRequest) -> Answer:
    """Update a card for the given members who have it."""
    app, body = request.caller, request.json()
    check_agent_id(app, body.get("agentid"))
    changed = _changes(app, body)
    code = _response_code(app, body.get("response_code"))
    if "replace_name" in changed and code.message.content.get("card_type") not in cards.INTERACTIVE:
        raise ApiError(42031, "only a card with buttons can replace them")
    entries = list(Entry.objects.filter(message=code.message, received=True).select_related("member", "message", "app"))
    members, unknown = _recipients(app, body, entries)
    if not members:
        raise ApiError(82102)
    code.used_at = clock.now()
    code.save(update_fields=["used_at"])
    for entry in members:
        entry.changed = changed
        entry.save(update_fields=["changed"])
        live_updates.entry_changed(entry)
    return {"invaliduser": unknown} if unknown else {}


def _changes(app: App, body: dict[str, Any]) -> dict[str, Any]:
    button, card = body.get("button"), body.get("template_card")
    if isinstance(button, dict):
        name = button.get("replace_name")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(42038, "missing replace_name")
        return {"replace_name": name}
    if isinstance(card, dict):
        card = cards.check(card, platform_quirks.rules_of(app.pk), updating=True)
        references.check_card(app, card)
        if body.get("enable_id_trans") in {1, "1"}:
            card = references.translate_ids(app, "template_card", card)
        return {"template_card": card}
    raise ApiError(40058, "missing button or template_card")


def _response_code(app: App, code: object) -> ResponseCode:
    row = ResponseCode.objects.filter(code=str(code or "")).select_related("message").first()
    if row is None or row.used_at is not None or row.created_at + ResponseCode.LIFETIME <= clock.now():
        raise ApiError(60140)
    if row.app_id != app.pk:
        raise ApiError(42015)
    return row


def _recipients(app: App, body: dict[str, Any], entries: list[Entry]) -> tuple[list[Entry], list[str]]:
    """The entries of the given members, and the user IDs that do not have the card."""
    if body.get("atall") in {1, "1"}:
        return entries, []
    users, parties, tags = (_list(body, field) for field in ("userids", "partyids", "tagids"))
    if not (users or parties or tags):
        raise ApiError(82101)
    for ids, most, errcode in ((users, MOST_USERS, 40032), (parties, MOST_PARTIES, 82002), (tags, MOST_TAGS, 82003)):
        if len(ids) > most:
            raise ApiError(errcode)
    chosen_tags = list(
        Tag.objects.filter(corp=app.corp, number__in=[int(tag) for tag in map(str, tags) if tag.isdecimal()])
    )
    userids = list(dict.fromkeys(str(user).lower() for user in users))
    tagged = {str(userid).lower() for tag in chosen_tags for userid in tag.userids}
    roots = {int(str(party)) for party in parties if str(party).isdecimal()}
    roots |= {number for tag in chosen_tags for number in tag.departments}
    departments = visible_range.with_subdepartments(app.corp_id, roots)
    by_userid = {entry.member.userid.lower(): entry for entry in entries}
    members = [
        entry
        for userid, entry in by_userid.items()
        if userid in userids or userid in tagged or departments & set(entry.member.departments)
    ]
    return members, [userid for userid in userids if userid not in by_userid]


def _list(body: dict[str, Any], field: str) -> list[object]:
    value = body.get(field) or []
    if not isinstance(value, list):
        raise ApiError(40058, f"{field} is not a list")
    return value
