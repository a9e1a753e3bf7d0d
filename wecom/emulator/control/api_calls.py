"""Control API: the calls that applications made."""

from django.db.models import Count

from wecom.emulator import presenters
from wecom.emulator.control.json_views import ControlRequest, Result
from wecom.emulator.models import AccessToken, Call

NEWEST = 200


def list_calls(request: ControlRequest) -> Result:
    """The newest calls, oldest first, and the number of calls per path since the last reset."""
    rows = Call.objects.filter(pk__gt=int(request.query_number("since")))
    if request.query.get("path"):
        rows = rows.filter(path=request.query["path"])
    newest = rows.order_by("-pk")[: int(request.query_number("limit", NEWEST))]
    counts = dict(Call.objects.values_list("path").annotate(Count("pk")).order_by())
    return {"calls": [presenters.call(row) for row in reversed(newest)], "counts": counts}


def revoke_tokens(request: ControlRequest) -> Result:
    """Make the application's tokens invalid (40014), or with `{"expired": true}` expired (42001)."""
    rows = AccessToken.objects.filter(app=request.app())
    if request.flag("expired"):
        return {"tokens": rows.update(expires_at=0)}
    return {"tokens": rows.delete()[0]}
