"""Example flows, each in Chinese and English: a video step by step, and onboarding.

`openuser.demo.demo_seed` creates them as rows; after that, people edit them like any other flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings

from conversations import services
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import ending_kind, new_node
from conversations.machine.values import Machine
from conversations.machine.words import FlowWords, NodeWords
from conversations.models import Flow
from core.text.slot_values import Choice, Slot, SlotType

REMIND, EXPIRE = 10, 60  # minutes


@dataclass(frozen=True, kw_only=True)
class ExampleFlow:
    """A flow with its triggers."""

    machine: Machine
    description: str
    triggers: str
    command: str
    menu_key: str = ""


def example_flows() -> tuple[ExampleFlow, ...]:
    """All example flows."""
    most = settings.AVATARS["MAX_CHARACTERS"]
    return (
        ExampleFlow(
            machine=_in_both(
                _video("制作视频", "zh-hans", VIDEO_ZH, most), _video("Create a video", "en", VIDEO_EN, most)
            ),
            description="把一段文字做成数字人视频",
            triggers="制作视频\n做视频\n生成视频\ncreate video\ncreate a video\nmake a video\n/create",
            command="/制作",
            menu_key="CREATE_VIDEO",
        ),
        ExampleFlow(
            machine=_in_both(
                _onboarding("入职引导", "zh-hans", ONBOARDING_ZH), _onboarding("Onboarding", "en", ONBOARDING_EN)
            ),
            description="认识新同事：称呼、入职日期、部门，还有一段欢迎视频",
            triggers="入职引导\n我要入职\n新员工入职\nonboarding\nmy first day\nI am new here\n/onboarding",
            command="/入职",
        ),
    )


def seed_flows() -> None:
    """Create and publish the example flows if there are no flows yet."""
    if Flow.objects.exists():
        return
    for example in example_flows():
        services.add_flow(
            example.machine,
            description=example.description,
            triggers=example.triggers,
            command=example.command,
            menu_key=example.menu_key,
        )


def _in_both(own: Machine, other: Machine) -> Machine:
    """A flow that speaks a second language too: that of another one with the same steps."""
    nodes = (
        replace(node, translations=(_words(translated, other.language),))
        for node, translated in zip(own.nodes, other.nodes, strict=True)
    )
    return replace(own, nodes=tuple(nodes), translations=(FlowWords(language=other.language, name=other.name),))


def _words(node: Node, language: str) -> NodeWords:
    slot = node.slot or Slot(name="")
    return NodeWords(
        language=language,
        text=node.text,
        reminder=node.own_texts().get("reminder", ""),
        retry_text=slot.retry_text,
        choices=slot.choices,
    )


def _video(name: str, language: str, texts: Mapping[str, str], most: int) -> Machine:
    text = Slot(name="text", maximum=most, retry_text=texts["text_retry"] % most)
    quality = Slot(
        name="quality",
        type=SlotType.CHOICE,
        retry_text=texts["quality_retry"],
        choices=(
            Choice(value="lipsync", label=texts["basic"], words=(texts["basic_too"],)),
            Choice(value="enhanced_lipsync", label=texts["enhanced"], words=(texts["enhanced_too"],)),
            Choice(value="enhanced_talking_head", label=texts["high"], words=(texts["high_too"],)),
        ),
    )
    nodes = (
        _ask("ask_text", texts, text, _always("ask_quality"), text=texts["ask_text"] % most),
        _ask("ask_quality", texts, quality, _always("make_video")),
        new_node(
            "video",
            key="make_video",
            name=texts["make_video_name"],
            text="{{text}}",
            mode="{{quality}}",
            edges=(_always("done"),),
        ),
        _end("done", texts),
        _end("gave_up", texts),
    )
    return Machine(name=name, language=language, start="ask_text", nodes=nodes)


def _onboarding(name: str, language: str, texts: Mapping[str, str]) -> Machine:
    person = Slot(name="name", maximum=30, retry_text=texts["ask_name_retry"])
    start = Slot(name="start_date", type=SlotType.DATE, retry_text=texts["ask_start_retry"])
    department = Slot(
        name="department",
        type=SlotType.CHOICE,
        retry_text=texts["ask_department_retry"],
        choices=tuple(
            Choice(value=value, label=texts[value], words=(texts[f"{value}_too"],))
            for value in ("product", "sales", "people", "finance")
        ),
    )
    video = Slot(name="wants_video", type=SlotType.YES_NO, retry_text=texts["ask_video_retry"])
    nodes = (
        _ask("ask_name", texts, person, _always("ask_start")),
        _ask("ask_start", texts, start, _always("ask_department")),
        _ask("ask_department", texts, department, _always("ask_video")),
        _ask("ask_video", texts, video, _if("wants_video", "yes", "welcome"), _always("done")),
        new_node(
            "video",
            key="welcome",
            name=texts["welcome_name"],
            text=texts["welcome"],
            edges=(_always("done"),),
        ),
        _end("done", texts),
        _end("gave_up", texts),
    )
    return Machine(name=name, language=language, start="ask_name", nodes=nodes)


def _ask(key: str, texts: Mapping[str, str], slot: Slot, *edges: Edge, text: str = "") -> Node:
    """A question with one reminder; after its retries, the flow gives up politely."""
    return new_node(
        "ask",
        key=key,
        name=texts[f"{key}_name"],
        text=text or texts[key],
        slot=slot,
        edges=(*edges, Edge(to="gave_up", on=On.RETRIES)),
        remind_after=REMIND,
        reminder=texts["reminder"],
        expire_after=EXPIRE,
    )


def _end(key: str, texts: Mapping[str, str]) -> Node:
    return ending_kind()(key=key, name=texts[f"{key}_name"], text=texts[key])


def _always(to: str) -> Edge:
    return Edge(to=to)


def _if(slot: str, value: str, to: str) -> Edge:
    return Edge(to=to, guard=Guard(slot=slot, operator=Operator.IS, value=value))


VIDEO_ZH = {
    "ask_text_name": "视频文字",
    "ask_text": "好的！请把视频里要说的话发给我，最多 %d 个字。",
    "text_retry": "这段话有点长，视频里最多能说 %d 个字。请精简一下再发给我；不想做了就回复“取消”。",
    "ask_quality_name": "选择画质",
    "ask_quality": "请选择视频质量：",
    "quality_retry": "我没看懂。请点一个按钮，或者回复 1、2、3：",
    "basic": "基础",
    "basic_too": "普通",
    "enhanced": "增强",
    "enhanced_too": "更好",
    "high": "高清",
    "high_too": "最好",
    "make_video_name": "生成视频",
    "done_name": "结束",
    "done": "这次就到这里。想再做一个视频，随时回复“制作视频”。",
    "gave_up_name": "下次再做",
    "gave_up": "没关系，我们先停在这里。",
    "reminder": "还在吗？回答上面的问题，我们就可以继续；不想做了就回复“取消”。",
}
VIDEO_EN = {
    "ask_text_name": "Text of the video",
    "ask_text": "Great! Please send me the text for your video, up to %d characters.",
    "text_retry": "That is a little long: a video can have %d characters. Please send a shorter text, or “cancel”.",
    "ask_quality_name": "Choose the quality",
    "ask_quality": "Choose video quality:",
    "quality_retry": "I did not get that. Please tap a button, or send 1, 2 or 3:",
    "basic": "Basic",
    "basic_too": "simple",
    "enhanced": "Enhanced",
    "enhanced_too": "better",
    "high": "High Quality",
    "high_too": "high",
    "make_video_name": "Make the video",
    "done_name": "End",
    "done": "That is all for now. For another one, send “create video” any time.",
    "gave_up_name": "Another time",
    "gave_up": "No problem, let us stop here.",
    "reminder": "Are you still there? Answer the question above and we go on, or send “cancel” to leave.",
}
ONBOARDING_ZH = {
    "ask_name_name": "称呼",
    "ask_name": "欢迎加入！我是你的数字人助手，先花一分钟认识一下。\n请问怎么称呼你？",
    "ask_name_retry": "名字有点长，请用 30 个字以内告诉我怎么称呼你。",
    "ask_start_name": "入职日期",
    "ask_start": "{{name}}，很高兴认识你！你哪一天入职？\n可以写“明天”“12月1日”，也可以写“2026-12-01”。",
    "ask_start_retry": "我没看懂这个日期。请写成“12月1日”或“2026-12-01”这样的格式。",
    "ask_department_name": "所在部门",
    "ask_department": "你加入的是哪个部门？",
    "ask_department_retry": "请点一个按钮，或者回复 1 到 4：",
    "product": "产品研发",
    "product_too": "研发",
    "sales": "市场销售",
    "sales_too": "销售",
    "people": "人事行政",
    "people_too": "人事",
    "finance": "财务法务",
    "finance_too": "财务",
    "ask_video_name": "欢迎视频？",
    "ask_video": "要不要看一段专门说给你听的欢迎视频？",
    "ask_video_retry": "请回复“要”或“不要”：",
    "welcome_name": "欢迎视频",
    "welcome": "{{name}}，你好！欢迎加入{{department.label}}团队。第一天不用紧张，遇到问题随时问我。期待和你一起工作！",
    "done_name": "结束",
    "done": "都记下了：{{name}}，{{start_date}} 入职，{{department.label}}。\n有任何问题，随时来问我！",
    "gave_up_name": "下次再聊",
    "gave_up": "没关系，我们先停在这里。",
    "reminder": "还在吗？回答上面的问题，我们就可以继续；想晚点再说就回复“取消”。",
}
ONBOARDING_EN = {
    "ask_name_name": "Name",
    "ask_name": "Welcome aboard! I am your digital human assistant. Let us take a minute to get to know each other.\n"
    "What may I call you?",
    "ask_name_retry": "That is a long name. Please tell me in up to 30 characters what to call you.",
    "ask_start_name": "First day",
    "ask_start": "Nice to meet you, {{name}}! When is your first day?\nWrite “tomorrow”, or a date like 2026-12-01.",
    "ask_start_retry": "I could not read that date. Please write it like 2026-12-01.",
    "ask_department_name": "Department",
    "ask_department": "Which department are you joining?",
    "ask_department_retry": "Please tap a button, or send a number from 1 to 4:",
    "product": "Product",
    "product_too": "engineering",
    "sales": "Sales",
    "sales_too": "marketing",
    "people": "People",
    "people_too": "HR",
    "finance": "Finance",
    "finance_too": "legal",
    "ask_video_name": "Video of welcome?",
    "ask_video": "Would you like to see a video of welcome, made for you?",
    "ask_video_retry": "Please answer yes or no:",
    "welcome_name": "Video of welcome",
    "welcome": "Hello {{name}}, and welcome to {{department.label}}! No need to be nervous on your first day: "
    "ask me whenever something is unclear. We look forward to working with you!",
    "done_name": "End",
    "done": "I have noted it: {{name}}, {{department.label}}, first day {{start_date}}.\nAsk me anything, any time!",
    "gave_up_name": "Another time",
    "gave_up": "No problem, let us stop here.",
    "reminder": "Are you still there? Answer the question above and we go on, or send “cancel” for later.",
}
