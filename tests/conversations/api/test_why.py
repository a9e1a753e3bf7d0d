"""Why a message was sent, over REST."""

import pytest

from conversations import services
from conversations.models import Message
from tests.conversations.support.message_api import MESSAGES
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(application):
    return Person(application)


def test_a_program_reads_why_a_message_was_sent(api, person):
    flow = factories.make_flow(name="制作视频")
    version = services.publish(flow)
    person.says("制作视频")
    message = Message.objects.filter(direction="out").latest("pk")
    found = api.get(f"{MESSAGES}{message.pk}/why/").json()
    assert (found["by"], found["state"], found["version"]) == ("flow", "ask_text", version.pk)
    assert {"act", "state", "version"} <= {line["topic"] for line in found["lines"]}


def test_what_a_member_wrote_has_no_reasons(api, person):
    person.says("你好")
    message = Message.objects.filter(direction="in").latest("pk")
    assert api.get(f"{MESSAGES}{message.pk}/why/").status_code == 404
