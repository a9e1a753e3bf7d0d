"""A recording's way to a phone."""

import numpy as np
import pytest
from asgiref.sync import async_to_sync

from conversations import services
from tests.avatars.support.recordings import write_wav
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_long_recording_arrives_as_several_voice_messages(connected, person, tmp_path):
    sound = (np.sin(np.arange(70 * 8000) * 0.4) * 0.3).astype(np.float32)
    sent = async_to_sync(services.send_recording)(person.user_id, write_wav(tmp_path / "a.wav", sound, 8000))
    for outbound in sent:
        dispatcher.deliver(outbound.pk)
    received = person.received()
    assert [entry["msgtype"] for entry in received] == ["voice", "voice"]
    assert sum(entry["content"]["seconds"] for entry in received) == pytest.approx(70, abs=0.2)
    assert services.conversation_with(person.user_id).messages().filter(content__kind="voice").count() == 2


def test_sync_code_sends_a_recording_without_an_event_loop(connected, person, tmp_path):
    sound = (np.sin(np.arange(2 * 8000) * 0.4) * 0.3).astype(np.float32)
    path = write_wav(tmp_path / "a.wav", sound, 8000)
    (outbound,) = services.send_recording_of(person.user_id, file_path=path)
    dispatcher.deliver(outbound.pk)
    assert [entry["msgtype"] for entry in person.received()] == ["voice"]
