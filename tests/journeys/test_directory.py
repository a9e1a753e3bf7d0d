"""Hiring, moving and leaving at WeChat Work reach OpenUser within moments, and members who are hired their series."""

import pytest

from tests.support.emulator import AES_KEY, KEYS, Person, wait_for
from tests.support.paths import ROOT
from tests.support.stack import COMMANDS, Stack

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
# A series whose first step goes out at the next minute, to a member whose first day that is.
JOIN = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from scheduling import services
from scheduling.models import Campaign, CampaignContent, Series
from wecom.models import Member
from wecom.services import set_facts
at = timezone.localtime().replace(second=0, microsecond=0) + timedelta(minutes=1)
set_facts(Member.objects.get(user_id='starter'), {'start_date': at.date().isoformat()})
writer, approver = (User.objects.create_user(name) for name in ('series-writer', 'series-approver'))
series = services.save_series(Series(name='入职', audience={'members': ['starter']}), by=writer)
for day, text in enumerate(('欢迎加入我们！', '第二天见。')):
    step = Campaign(message_class='mandatory', interrupts='always')
    services.save_step(series, step, [CampaignContent(text=text)], day=day, at=at.time())
services.ask_approval(series, by=writer)
services.approve(series, by=approver)
services.start_series(series)
"""
RUNS = """
SELECT COUNT(*), SUM(run.sent) FROM scheduling_campaignrun AS run
JOIN scheduling_campaign ON scheduling_campaign.id = run.campaign_id WHERE scheduling_campaign.series_id IS NOT NULL
"""


def say(stack: Stack, code: str, mark: str) -> str:
    lines = stack.manage("shell", "-c", code).splitlines()
    return next(line.removeprefix(f"{mark} ") for line in lines if line.startswith(mark))


@pytest.fixture(scope="module")
def assistant(stack: Stack) -> None:
    """The application that hears of changes in the directory."""
    emulator = stack.emulator
    keys = {"secret": "assistant-secret", "token": "Assistant1", "aes_key": AES_KEY}
    emulator.api("POST", "apps", json={"agentid": 0, "name": "通讯录同步", **keys})
    # Only now, since connecting reads the directory with this secret.
    key = say(stack, CONNECT.format(corp=KEYS["CORP_ID"], key=AES_KEY, url=emulator.url), "KEY")
    callback = f"{stack.url}/api/v1/integrations/wechat/webhook/{key}"
    emulator.api("POST", "apps", json={"agentid": 0, "callback": callback})


def test_who_is_hired_moves_and_leaves_is_known_at_once(stack, assistant):
    emulator = stack.emulator

    def known(*expected: object) -> None:
        wait_for(lambda: stack.asks(LOOK) == [expected], f"{expected}", seconds=90)

    emulator.api("POST", "hire", json={"userid": "NewComer", "name": "新人", "departments": [2]})
    known("新人", "active", 2)
    emulator.api("POST", "members/newcomer/move", json={"departments": [3]})
    known("新人", "active", 3)
    emulator.api("POST", "members/newcomer/leave", json={})
    known("新人", "left", None)


def test_who_is_hired_gets_the_first_day_of_a_series_once(stack, assistant):
    stack.emulator.api("POST", "hire", json={"userid": "starter", "name": "王芳", "departments": [2]})
    known = "SELECT 1 FROM wecom_member WHERE user_id = 'starter' AND status = 'active'"
    wait_for(lambda: stack.asks(known), "the directory to know the member", seconds=90)
    with (stack.folder / "second-beat.log").open("ab") as log:
        second = stack.owner.start(COMMANDS["beat"], env=stack.env, cwd=ROOT, output=log)
    stack.manage("shell", "-c", JOIN)
    starter = Person(stack.emulator, "starter")
    starter.hears("欢迎加入我们！", seconds=150)
    wait_for(lambda: stack.asks(RUNS) == [(1, 1)], "the run to end")
    stack.owner.end([second], grace=8.0)
    wait_for(lambda: not stack.has_work(), "all work to end")
    assert [text for text in starter.texts() if "欢迎加入我们" in text or "第二天见" in text] == ["欢迎加入我们！"]
