"""Voice messages are transcribed and answered like typed ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.errands import worker
from conversations.models import CareCase, Errand, Message, Session
from tests.avatars.support.fake_engines import beeped
from tests.avatars.support.recordings import write_amr
from tests.support import factories
from wecom import messages
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.models import Callback, Download, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines")]

RATE = 16_000


@pytest.fixture
def application(connected, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.RECOGNITION_ENGINES = {"ear": {}}
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "REPLY_NOTICE_SECONDS": 60.0}
    factories.make_desk(connected, language="en")
    factories.make_answer("怎么请假", "请在审批里申请。")
    factories.make_answer("how do i take leave", "Open Approval.")
    return connected


class Speaker:
    """A member who speaks instead of writing."""

    def __init__(self, application, phone, tmp_path):
        self.application, self.phone, self.folder = application, phone, tmp_path
        self.seen = 0

    def says(self, text: str, *, at=None, **fields: str):
        """Send a voice message, which is received and not listened to yet."""
        data = write_amr(self.folder / "voice.amr", beeped(text), RATE).read_bytes()
        return self.sends(data, at=at, **fields)

    def sends(self, data: bytes, *, at=None, **fields: str) -> Errand | None:
        self.phone.sends("voice", "voice.amr", data)
        shown = self.phone.emulator.api("GET", "chat", params={"member": self.phone.user_id})["entries"][-1]
        return self.receives(shown["content"]["media_id"], at=at, **fields)

    def receives(self, media_id: str, *, at=None, **fields: str) -> Errand | None:
        more = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        xml = (
            f"<xml><ToUserName>c</ToUserName><FromUserName>{self.phone.user_id}</FromUserName><CreateTime>1</CreateTime>"
            f"<MsgType>voice</MsgType><MediaId>{media_id}</MediaId><Format>amr</Format>{more}"
            f"<MsgId>1</MsgId><AgentID>{self.application.agent_id}</AgentID></xml>"
        )
        callback = factories.make_callback(
            self.application, kind="voice", from_user_id=self.phone.user_id, created_at=at or timezone.now()
        )
        services.receive_message(callback, messages.inbound(xml.encode()))
        return Errand.objects.filter(cid=callback.cid).first()

    def reads(self) -> list[str]:
        rows = list(Outbound.objects.filter(recipients=[self.phone.user_id], pk__gt=self.seen).order_by("pk"))
        self.seen = rows[-1].pk if rows else self.seen
        return [row.content.get("content", row.msgtype) for row in rows]


@pytest.fixture
def speaker(application, emulator, tmp_path):
    return Speaker(application, emulator.hire(), tmp_path)


def listened(errand: Errand | None) -> Errand:
    assert errand is not None
    worker.run_errand(errand.pk)
    errand.refresh_from_db()
    return errand


def test_a_spoken_question_is_shown_and_answered_as_if_typed(speaker):
    errand = listened(speaker.says("怎么请假"))
    assert (errand.status, errand.reason, errand.question) == ("done", "", "")
    heard, answer = speaker.reads()
    assert "“怎么请假”" in heard
    assert answer == "请在审批里申请。"
    spoken = Message.objects.get(direction="in")
    assert (spoken.content.kind, spoken.content.text) == ("voice", "怎么请假")
    assert spoken.download is not None
    assert spoken.download.is_here


def test_it_is_answered_in_the_language_that_was_spoken(speaker):
    listened(speaker.says("How do I take leave"))
    assert speaker.reads() == ["I heard: “How do I take leave”", "Open Approval."]


def test_a_spoken_command_is_a_command(speaker):
    listened(speaker.says("帮助"))
    assert "/video" in speaker.reads()[-1]


def test_an_answer_in_a_flow_can_be_spoken(speaker):
    flow = factories.make_flow()
    services.publish(flow)
    flow.refresh_from_db()
    conversation = services.conversation_with(speaker.phone.user_id, application=speaker.application)
    services.start_flow(conversation, flow, cid="c1")
    speaker.reads()
    listened(speaker.says("欢迎"))
    session = Session.objects.get()
    assert (session.state, session.slots["text"]) == ("ask_quality", "欢迎")
    listened(speaker.says("增强"))
    assert Session.objects.get().slots["quality"] == "enhanced_lipsync"


def test_what_the_platform_heard_is_taken_for_what_was_said(speaker):
    assert speaker.receives("none", Recognition="怎么请假") is None
    assert speaker.reads() == ["请在审批里申请。"]


def test_without_an_engine_people_are_asked_to_write(speaker, settings):
    settings.RECOGNITION_ENGINES = {}
    errand = listened(speaker.says("怎么请假"))
    assert (errand.status, errand.reason) == ("failed", "refused")
    (answer,) = speaker.reads()
    assert "please write" in answer
    spoken = Message.objects.get(direction="in")
    assert spoken.download is not None
    assert spoken.download.is_here


@pytest.fixture
def answered(speaker):
    """The speaker is answered by a person."""
    conversation = services.conversation_with(speaker.phone.user_id, application=speaker.application)
    ticket = services.take_conversation(conversation, factories.make_operator(speaker.application))
    speaker.reads()
    return ticket


def test_what_is_spoken_to_a_person_is_written_down_and_not_answered(speaker, answered):
    errand = listened(speaker.says("怎么请假"))
    assert (errand.kind, errand.status) == ("transcript", "done")
    assert speaker.reads() == []
    line = answered.lines.get()
    assert (line.message.content.kind, line.message.content.text) == ("voice", "怎么请假")


def test_it_is_not_answered_after_the_person_has_left_either(speaker, answered):
    errand = speaker.says("怎么请假")
    services.hand_back(answered)
    speaker.reads()
    listened(errand)
    assert speaker.reads() == []


def test_what_the_platform_heard_is_kept_for_a_person(speaker, answered):
    assert speaker.receives("none", Recognition="怎么请假") is None
    assert answered.lines.get().message.content.text == "怎么请假"
    assert speaker.reads() == []


def test_silence_is_said_to_be_silence(speaker):
    errand = listened(speaker.says(""))
    assert errand.reason == "empty"
    assert "any words" in speaker.reads()[0]


@pytest.mark.parametrize("trouble", ["expired", "broken"])
def test_a_recording_that_does_not_come_is_asked_for_again(speaker, trouble, tmp_path):
    data = write_amr(tmp_path / "a.amr", beeped("hi"), RATE).read_bytes()
    errand = speaker.sends(data if trouble == "expired" else b"#!AMR\n" + b"\x3c" * 20)
    if trouble == "expired":
        speaker.phone.emulator.api("POST", "clock", json={"advance": 3 * 86400 + 60})
    assert listened(errand).reason == "refused"
    assert "send it again" in speaker.reads()[0]


def test_a_child_that_hangs_ends_in_words(speaker, settings):
    settings.AVATARS = {**settings.AVATARS, "RECOGNITION_TIMEOUT": 1.0}
    errand = speaker.says("hang")
    Errand.objects.filter(pk=errand.pk).update(deadline_at=timezone.now() + timedelta(seconds=2))
    assert listened(errand).reason == "late"
    assert "could not listen" in speaker.reads()[0]


def test_a_recording_is_listened_to_once_though_its_worker_is_woken_twice(speaker):
    errand = listened(speaker.says("怎么请假"))
    listened(errand)
    assert len(speaker.reads()) == 2


def test_a_flows_question_does_not_delay_a_voice_message(speaker):
    conversation = services.conversation_with(speaker.phone.user_id, application=speaker.application)
    worker.ask(conversation, "chat", "x", cid="c1")
    assert listened(speaker.says("怎么请假")).status == "done"


@pytest.fixture
def code():
    """Registers code handlers, and forgets them."""
    with router.temporary():
        yield bot


def handled() -> Callback:
    """What was heard waits as a callback of its own; a worker takes it."""
    callback = Callback.objects.get(kind="spoken", status="queued")
    processor.handle(callback.pk)
    callback.refresh_from_db()
    return callback


def test_a_code_handler_of_texts_hears_what_was_spoken(speaker, code):
    seen = []

    @code.on_message("text")
    async def answer(message) -> str:
        seen.append((message.content, message.kind, message.spoken, message.from_user_id))
        return "from code"

    errand = listened(speaker.says("怎么请假"))
    assert errand.status == "done"
    callback = handled()
    assert seen == [("怎么请假", "text", True, speaker.phone.user_id)]
    heard, answered = speaker.reads()
    assert ("“怎么请假”" in heard, answered) == (True, "from code")
    assert (callback.status, callback.cid) == ("done", errand.cid)
    spoken, *said = Message.objects.order_by("created_at", "pk")
    assert (spoken.content.kind, spoken.content.text) == ("voice", "怎么请假")
    assert [message.content.text for message in said][1:] == ["from code"]
    assert Message.objects.filter(direction="in").count() == 1


def test_what_no_code_handler_answers_is_answered_as_before(speaker, code):
    code.on_message("text")(lambda message: None)
    listened(speaker.says("怎么请假"))
    assert handled().status == "done"
    assert speaker.reads()[-1] == "请在审批里申请。"
    assert Message.objects.filter(direction="in").count() == 1


def test_a_code_handler_of_everything_gets_the_voice_and_not_its_words(speaker, code):
    kinds = []
    code.on_message("*")(lambda message: kinds.append(message.kind))
    listened(speaker.says("怎么请假"))
    assert not Callback.objects.filter(kind="spoken").exists()
    assert speaker.reads()[-1] == "请在审批里申请。"


def test_what_the_platform_heard_reaches_code_too(speaker, code):
    code.on_message("text")(lambda message: f"code: {message.content}")
    speaker.receives("none", Recognition="<![CDATA[a < b & “c”]]>")
    handled()
    assert speaker.reads() == ["code: a < b & “c”"]


def test_a_spoken_call_for_help_is_kept_in_its_case_only(speaker):
    listened(speaker.says("我不想活了"))
    (answer,) = speaker.reads()
    assert "12356" in answer
    assert CareCase.objects.get().said == "我不想活了"
    assert not Message.objects.filter(direction="in").exists()
    download = Download.objects.get()
    assert (download.path, download.reason) == ("", "forgotten")


def test_what_the_platform_heard_may_be_a_call_for_help(speaker):
    assert speaker.receives("none", Recognition="有人受伤了") is None
    (answer,) = speaker.reads()
    assert "120" in answer
    assert CareCase.objects.get().said == "有人受伤了"


def test_what_is_said_to_a_person_is_told_to_the_group_too(speaker, answered):
    listened(speaker.says("我不想活了"))
    assert speaker.reads() == []
    assert CareCase.objects.get().subject.key == "self_harm"
