"""A small flow machine: the guide's conversation that makes a video."""

from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.kinds.video import VideoNode
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType, parse_choices

QUALITY = parse_choices("lipsync = 基础\nenhanced_lipsync = 增强\nenhanced_talking_head = 高清")


def video_machine(**changes: object) -> Machine:
    """Asks for a text, then for a quality; makes the video; ends. Too many wrong answers lead to a human word."""
    nodes = (
        AskNode(
            key="ask_text",
            name="问文本",
            text="请发送视频文本。",
            slot=Slot(name="text", maximum=20),
            edges=(Edge(to="ask_quality"),),
            remind_after=10,
            expire_after=60,
        ),
        AskNode(
            key="ask_quality",
            name="问清晰度",
            text="“{{text}}”要多清晰？",
            slot=Slot(name="quality", type=SlotType.CHOICE, choices=QUALITY, retries=1),
            edges=(
                Edge(to="video", guard=Guard(slot="quality", operator=Operator.IS_NOT, value="lipsync")),
                Edge(to="plain"),
                Edge(to="sorry", on=On.RETRIES),
            ),
        ),
        VideoNode(key="video", name="制作", text="{{text}}", mode="{{quality}}", edges=(Edge(to="bye"),)),
        SayNode(key="plain", name="快速", text="{{quality.label}}很快。", edges=(Edge(to="video"),)),
        SayNode(key="sorry", name="抱歉", text="请找人事。", edges=(Edge(to="bye"),)),
        EndNode(key="bye", name="结束", text="好了。"),
    )
    fields = {"name": "制作视频", "language": "zh-hans", "start": "ask_text", "nodes": nodes} | changes
    return Machine(**fields)  # type: ignore[arg-type]
