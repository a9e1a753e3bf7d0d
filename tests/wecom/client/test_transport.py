"""HTTP calls of the platform's API: what the answer says beside its code."""

import json

import pytest

from wecom.client import access_tokens, transport
from wecom.models import Application

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("as_text", [True, False])
def test_the_platforms_warning_of_a_wrong_type_is_logged(connected: Application, person, caplog, as_text: bool):
    number = connected.agent_id
    message = {"touser": person.user_id, "msgtype": "text", "text": {"content": "hello"}}
    body = json.dumps({**message, "agentid": str(number) if as_text else number}).encode()
    token = access_tokens.valid_token(connected)
    transport.post(connected.api_base_url, "message/send", body, access_token=token)
    logged = [record for record in caplog.records if record.name == "wecom.client.transport"]
    assert [(record.levelname, vars(record)["api"]) for record in logged] == [("WARNING", "message/send")] * as_text
