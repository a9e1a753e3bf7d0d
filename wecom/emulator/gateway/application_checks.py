"""Checks of the application that a call is made for."""

from wecom.emulator.gateway.endpoint_registry import ApiRequest
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App


def check_agent_id(app: App, agent_id: object) -> None:
    """Check that a call names the application of its token. Raises `ApiError` 41011, 40056, 301002."""
    if agent_id is None or agent_id == "":
        raise ApiError(41011)
    if isinstance(agent_id, bool) or not str(agent_id).isdecimal():
        raise ApiError(40056)
    if int(str(agent_id)) != app.agent_id:
        siblings = App.objects.filter(corp=app.corp, agent_id=int(str(agent_id)))
        raise ApiError(301002 if siblings.exists() else 40056)


def check_enabled(app: App) -> None:
    """Check that the application was not disabled in the console. Raises `ApiError` 50003."""
    if app.closed:
        raise ApiError(50003)


def contacts_assistant(request: ApiRequest) -> App:
    """The caller, which must be the contacts assistant. Raises `ApiError` 48002."""
    if request.caller.agent_id != App.ASSISTANT:
        raise ApiError(48002)
    return request.caller
