"""Control API: applications with their secrets and visible range, the workbench, signatures of pages."""

from wecom.emulator import live_updates, presenters
from wecom.emulator.callbacks.enqueue import SYSTEM, enqueue_callback
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.endpoints.application import jsapi_tickets, workbench
from wecom.emulator.models import App, Corp, Department
from wecom.emulator.models.applications import everybody

SWITCH_EVENT = "switch_workbench_mode"


def list_apps(_: ControlRequest) -> Result:
    """The applications; and the contacts assistants, which are on no phone."""
    rows = App.objects.select_related("corp")
    assistants = [presenters.app(row) for row in rows.filter(agent_id=App.ASSISTANT)]
    return {"apps": [presenters.app(row) for row in rows.exclude(agent_id=App.ASSISTANT)], "assistants": assistants}


def save_app(request: ControlRequest) -> Result:
    """Create or change an application. A new company gets a root department."""
    first = App.objects.select_related("corp").first()
    corp_id = request.text("corpid", first.corp.corp_id if first else None)
    corp, created = Corp.objects.get_or_create(corp_id=corp_id)
    if created:
        Department.objects.create(corp=corp, number=1, name=request.text("corp_name", corp_id))
    known = App.objects.filter(corp=corp, agent_id=int(request.number("agentid"))).first()
    row = known or App(corp=corp, agent_id=int(request.number("agentid")))
    fields = {"name": "name", "secret": "secret", "token": "token", "aes_key": "aes_key", "callback": "callback_url"}
    for field, attribute in fields.items():
        old = getattr(known, attribute) if known else getattr(first, attribute, "")
        setattr(row, attribute, request.text(field, old))
    if known is None and "secret" not in request.data:
        row.secret = f"{row.secret}-{row.agent_id}"[-64:]
    row.redirect_domain = request.text("redirect_domain", row.redirect_domain)
    row.callback_format = request.text("callback_format", row.callback_format)
    if row.callback_format not in App.Format.values:
        raise ControlError(f"callback_format must be {' or '.join(App.Format.values)}")
    if "scope" in request.data:
        scope = request.data["scope"]
        if not isinstance(scope, dict) or not set(scope) <= set(everybody()):
            raise ControlError(f"scope must be an object of {', '.join(everybody())}")
        row.scope = {name: scope.get(name, []) for name in everybody()}
    for flag in ("privileged", "hears_contacts", "closed"):
        value = request.flag(flag)
        setattr(row, flag, getattr(row, flag) if value is None else value)
    row.save()
    if (enabled := request.flag("workbench")) is not None:
        _set_workbench(row, enabled=enabled)
    live_updates.refresh()
    return presenters.app(row)


def _set_workbench(row: App, *, enabled: bool) -> None:
    """Enable or disable the application's workbench; the application gets an event."""
    if bool(row.workbench.get("open")) != enabled:
        row.workbench = {**row.workbench, "open": enabled}
        row.save(update_fields=["workbench"])
        enqueue_callback(row, SYSTEM, SWITCH_EVENT, [("Event", SWITCH_EVENT), ("Mode", int(enabled))])


def show_workbench(request: ControlRequest) -> Result:
    """The workbench of the application for a member."""
    return {"data": workbench.workbench_of(request.app(), request.member())}


def check_signature(request: ControlRequest) -> Result:
    """Whether a page's signature for the JS-SDK is valid, and for which of its two calls."""
    names = ("url", "nonce", "timestamp", "signature")
    url, nonce, timestamp, signature = (str(request.data.get(name, "")) for name in names)
    return jsapi_tickets.verify_signature(request.app(), url=url, nonce=nonce, timestamp=timestamp, signature=signature)
