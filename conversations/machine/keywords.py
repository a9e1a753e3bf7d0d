"""Keywords that work anywhere in a conversation: cancel, back, restart, help, continue."""

from conversations.machine.values import Act
from core.text.slot_values import fold_text
from core.text.traditional import simplified

KEYWORDS: dict[Act, tuple[str, ...]] = {
    Act.CANCEL: ("取消", "退出", "结束", "不做了", "cancel", "quit", "exit", "stop"),
    Act.BACK: ("返回", "上一步", "后退", "back", "go back"),
    Act.RESTART: ("重来", "重新开始", "从头开始", "restart", "start over"),
    Act.HELP: ("帮助", "help", "?"),
    Act.RESUME: ("继续", "接着来", "continue", "resume", "go on"),
}
COMMANDS = (  # of every application
    *("/help", "/帮助", "/video", "/视频", "/status", "/状态", "/cancel", "/取消"),
    *("/human", "/人工", "/language", "/语言", "/preferences", "/settings", "/设置"),
)
ACTS = {phrase: act for act, phrases in KEYWORDS.items() for phrase in phrases}


def act_for(text: str) -> Act | None:
    """The act that a whole message is a keyword for, with or without a slash; None for other messages."""
    return ACTS.get(simplified(fold_text(text)).removeprefix("/").removeprefix("／"))
