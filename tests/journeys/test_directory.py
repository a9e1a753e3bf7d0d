"""Hiring, moving and leaving at WeChat Work reach OpenUser within moments."""

import pytest

from tests.support.emulator import AES_KEY, KEYS, wait_for
from tests.support.stack import Stack

pytestmark = pytest.mark.slow

CONNECT = """
from wecom.models import Application, Corporation
from wecom.services import save_application
corporation = Corporation.objects.get(corp_id={corp!r})
row = Application(corporation=corporation, agent_id=0, name='通讯录同步', secret='assistant-secret', token='Assistant1',
                  encoding_aes_key={key!r}, api_base_url={url!r})
save_application(row)
print('KEY', row.webhook_key)
"""
LOOK = """
SELECT member.name, member.status, department.number FROM wecom_member AS member
LEFT JOIN wecom_membership ON wecom_membership.member_id = member.id
LEFT JOIN wecom_department AS department ON department.id = wecom_membership.department_id
WHERE member.user_id = 'newcomer'
"""


def say(stack: Stack, code: str, mark: str) -> str:
    lines = stack.manage("shell", "-c", code).splitlines()
    return next(line.removeprefix(f"{mark} ") for line in lines if line.startswith(mark))


def test_who_is_hired_moves_and_leaves_is_known_at_once(stack):
    emulator = stack.emulator
    keys = {"secret": "assistant-secret", "token": "Assistant1", "aes_key": AES_KEY}
    emulator.api("POST", "apps", json={"agentid": 0, "name": "通讯录同步", **keys})
    # Only now, since connecting reads the directory with this secret.
    key = say(stack, CONNECT.format(corp=KEYS["CORP_ID"], key=AES_KEY, url=emulator.url), "KEY")
    callback = f"{stack.url}/api/v1/integrations/wechat/webhook/{key}"
    emulator.api("POST", "apps", json={"agentid": 0, "callback": callback})

    def known(*expected: object) -> None:
        wait_for(lambda: stack.asks(LOOK) == [expected], f"{expected}", seconds=90)

    emulator.api("POST", "hire", json={"userid": "NewComer", "name": "新人", "departments": [2]})
    known("新人", "active", 2)
    emulator.api("POST", "members/newcomer/move", json={"departments": [3]})
    known("新人", "active", 3)
    emulator.api("POST", "members/newcomer/leave", json={})
    known("新人", "left", None)
