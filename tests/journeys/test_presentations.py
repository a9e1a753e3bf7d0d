"""Presentations from row to phone: a campaign and a flow send one."""

import pytest

from tests.support.emulator import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.slow
SLOW = 600
MAKE = """
from avatars.models import DigitalHuman, Presentation
from avatars import services
first, second = DigitalHuman.objects.order_by("pk")[:2]
shown = Presentation.objects.create(name="早会", digital_human=first, partner=second)
services.add_scene(shown, layout="dialogue", script="A：早上好。\\nB：你好！")
from conversations import services as conversations
from conversations.models import Flow, State
flow = Flow.objects.create(name="早会", command="/morning", language="zh-hans")
State.objects.create(flow=flow, position=1, key="video", name="制作", kind="video", presentation=shown)
State.objects.create(flow=flow, position=2, key="end", name="结束", kind="end", text="再见。")
conversations.publish(flow)
from scheduling import services as scheduling
wishes = {"message_type": "video", "presentation_id": shown.pk}
scheduling.run_campaign_now(scheduling.schedule_wechat_message("%s", schedule="0 9 1 1 *", **wishes))
"""


def test_a_schedule_and_a_flow_deliver_a_dialogue(stack: Stack, known: Person):
    stack.manage("shell", "-c", MAKE % known.user_id)
    (scheduled,) = known.reads(seconds=SLOW)
    assert (scheduled["msgtype"], scheduled["content"]["title"]) == ("video", "早上好。\n你好！")
    known.writes("/morning")
    assert known.reads_text().startswith("这段视频之前做过")
    said = [known.reads(seconds=SLOW)[0] for _each in range(2)]
    assert {entry["msgtype"] for entry in said} == {"text", "video"}
