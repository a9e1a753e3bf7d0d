"""Control API: the company's members, without events about changes of the directory."""

from itertools import islice

from django.db.models import Count, Max

from wecom.emulator import live_updates, presenters
from wecom.emulator.actors import member_acts
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.models import Corp, Entry, Member

MOST = 1_000_000


def list_members(request: ControlRequest) -> Result:
    """All members of the company, each with the last message and the number of unread ones."""
    app = request.app()
    entries = Entry.objects.filter(app=app).order_by()
    unread = dict(entries.filter(received=True, read=False).values_list("member").annotate(Count("pk")))
    newest = [pk for _, pk in entries.values_list("member").annotate(Max("pk"))]
    last_entries = Entry.objects.filter(pk__in=newest).select_related("message", "member", "app", "chat")
    last = {entry.member_id: presenters.entry(entry) for entry in last_entries}
    rows = Member.objects.filter(corp=app.corp)
    return {
        "members": [
            {**presenters.member(row), "unread": unread.get(row.pk, 0), "last": last.get(row.pk)} for row in rows
        ]
    }


def add_member(request: ControlRequest) -> Result:
    """A new member, without events; with `count` so many, whose user IDs are numbered from `first` on, else from 1."""
    corp = request.app().corp
    userid = request.text("userid")
    departments = request.data.get("departments", [1])
    if "count" in request.data:
        first, count = int(request.number("first", 1)), int(request.number("count"))
        return _add_crowd(corp, userid, first, count, departments)
    if Member.objects.filter(corp=corp, userid__iexact=userid).exists():
        raise ControlError(f"there is already a member {userid!r}", 409)
    row = Member.objects.create(
        corp=corp,
        userid=userid,
        name=request.text("name", userid),
        position=request.text("position", ""),
        departments=departments,
    )
    live_updates.refresh()
    return presenters.member(row)


def _add_crowd(corp: Corp, prefix: str, first: int, count: int, departments: list[int]) -> Result:
    if not 0 < count <= MOST:
        raise ControlError(f"count must be 1 to {MOST}")
    names = (f"{prefix}{number}" for number in range(first, first + count))
    rows = (Member(corp=corp, userid=name, name=name, departments=departments) for name in names)
    while some := list(islice(rows, 5_000)):
        Member.objects.bulk_create(some)
    live_updates.refresh()
    return {"added": count}


def change_member(request: ControlRequest) -> Result:
    """Change `visible`, `left`, `licensed` or `name`."""
    name = request.text("name") if "name" in request.data else None
    flags = {flag: request.flag(flag) for flag in ("visible", "left", "licensed")}
    return presenters.member(member_acts.change_member(request.member(), name=name, **flags))
