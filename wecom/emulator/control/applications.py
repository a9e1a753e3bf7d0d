"""Control API, the application's side: its keys, its range, its workbench, and what its pages sign."""

from wecom.emulator import live, presenters
from wecom.emulator.actors.administrators import SYSTEM
from wecom.emulator.callbacks import enqueue
from wecom.emulator.endpoints import jsapi_tickets, workbench
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.models import App, Corp, Department
from wecom.emulator.models.applications import everybody

SWITCHED = "switch_workbench_mode"


def apps(_: Control) -> Result:
    """The applications, and beside them the contacts assistants, which nobody has on their phone."""
    rows = App.objects.select_related("corp")
    assistants = [presenters.app(row) for row in rows.filter(agent_id=App.ASSISTANT)]
    return {"apps": [presenters.app(row) for row in rows.exclude(agent_id=App.ASSISTANT)], "assistants": assistants}


def save_app(control: Control) -> Result:
    """Make an application, and its company with a root department where it is new; or change one."""
    first = App.objects.select_related("corp").first()
    corp_id = control.text("corpid", first.corp.corp_id if first else None)
    corp, made = Corp.objects.get_or_create(corp_id=corp_id)
    if made:
        Department.objects.create(corp=corp, number=1, name=control.text("corp_name", corp_id))
    known = App.objects.filter(corp=corp, agent_id=int(control.number("agentid"))).first()
    row = known or App(corp=corp, agent_id=int(control.number("agentid")))
    fields = {"name": "name", "secret": "secret", "token": "token", "aes_key": "aes_key", "callback": "callback_url"}
    for field, attribute in fields.items():
        old = getattr(known, attribute) if known else getattr(first, attribute, "")
        setattr(row, attribute, control.text(field, old))
    if known is None and "secret" not in control.data:
        row.secret = f"{row.secret}-{row.agent_id}"[-64:]
    row.redirect_domain = control.text("redirect_domain", row.redirect_domain)
    row.callback_format = control.text("callback_format", row.callback_format)
    if row.callback_format not in App.Format.values:
        raise ControlError(f"callback_format must be {' or '.join(App.Format.values)}")
    if "scope" in control.data:
        given = control.data["scope"]
        if not isinstance(given, dict) or not set(given) <= set(everybody()):
            raise ControlError(f"scope must be an object of {', '.join(everybody())}")
        row.scope = {name: given.get(name, []) for name in everybody()}
    for flag in ("privileged", "hears_contacts", "closed"):
        asked = control.flag(flag)
        setattr(row, flag, getattr(row, flag) if asked is None else asked)
    row.save()
    if (switched := control.flag("workbench")) is not None:
        _switch_workbench(row, switched)
    live.refresh()
    return presenters.app(row)


def _switch_workbench(row: App, opened: bool) -> None:
    """Open the workbench for an application, or close it; the application is told."""
    if bool(row.workbench.get("open")) != opened:
        row.workbench = {**row.workbench, "open": opened}
        row.save(update_fields=["workbench"])
        enqueue.create(row, SYSTEM, SWITCHED, [("Event", SWITCHED), ("Mode", int(opened))])


def show_workbench(control: Control) -> Result:
    """What the application shows a member on the workbench."""
    return {"data": workbench.shown(control.app(), control.member())}


def check_signature(control: Control) -> Result:
    """Whether the signature that a page gives the JS-SDK is right, and for which of its two calls."""
    names = ("url", "nonce", "timestamp", "signature")
    url, nonce, timestamp, signature = (str(control.data.get(name, "")) for name in names)
    return jsapi_tickets.explain(control.app(), url=url, nonce=nonce, timestamp=timestamp, signature=signature)
