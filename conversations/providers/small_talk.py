"""Small talk: greetings, thanks, goodbyes and the like, in the member's language. The table of answers comes first."""

import re
import unicodedata
from collections.abc import Callable

from conversations.delivery.causes import Cause, described
from conversations.knowledge import answer_retrieval
from conversations.machine.commands import (
    AS_TEXT,
    AS_VIDEO,
    ERASURE,
    HELP,
    HUMAN,
    LANGUAGE,
    PREFERENCES,
    PRIVACY,
    VIDEO,
    Command,
)
from conversations.providers.base import FoundReply, ReplyProvider
from conversations.providers.talk.phrases import PHRASES, Talk
from conversations.wording import small_talk_texts as texts
from core.text.traditional import simplified
from wecom.models import Member

TALK = {phrase: talk for talk, phrases in PHRASES.items() for phrase in phrases.split("|")}
LEADING = re.compile(r"^(?:(?:你好|您好|hello|hi|hey|please)[\s,，!！]+|(?:请问|请|麻烦|帮我)[\s,，!！]*)(?=.)")
TRAILING = re.compile(r"(?:[\s啊呀哦噢呢吧啦哈嘛哟呗~～,，!！?？.。…]|please|lin xiao|林晓)+$")
ECHO = re.compile(r"(.)\1{1,}")
FOREIGN_LETTERS = re.compile(  # Greek, Cyrillic, Hebrew, Arabic, of India, Thai, of Indochina, kana, Korean
    "[\u0370-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\uac00-\ud7af]"
)
MOSTLY = 0.3  # share of such letters from which on a text is in another language; Japanese mixes kana with characters
WANTED_VIDEO = re.compile(  # a wish for a video, with the words that it should say
    r"^(?:(?:请|麻烦|帮我|给我|帮忙|我要|我想){0,3}(?:做|录|录制|制作|生成|拍)(?:一个|一段|一条|个|段|条)?视频"
    r"[\s,，]*(?:内容是|(?:里面|让你|你)?(?:说|讲|念)|[:：])"
    r"|(?:please |can you |could you )*(?:make|record|create)(?: me)?(?: a)? video"
    r"(?: (?:that says|which says|saying|with the words)|:))[\s:：,，]*(?P<text>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
MEANT: dict[Talk, tuple[Command, str]] = {  # the command that is run, before flows, and what follows its name
    Talk.ABILITIES: (HELP, ""),
    Talk.PERSON: (HUMAN, ""),
    Talk.CHINESE: (LANGUAGE, "中文"),
    Talk.ENGLISH: (LANGUAGE, "english"),
    Talk.SETTINGS: (PREFERENCES, ""),
    Talk.TEXT_ONLY: (PREFERENCES, AS_TEXT),
    Talk.VIDEOS: (PREFERENCES, AS_VIDEO),
    Talk.PRIVACY: (PRIVACY, ""),
    Talk.ERASURE: (PRIVACY, ERASURE),
}
SENSED: dict[Talk, tuple[Command, str]] = {  # as MEANT, of what is only likely: nothing is changed before a tap
    **MEANT,
    Talk.TEXT_ONLY: (PREFERENCES, ""),
    Talk.VIDEOS: (PREFERENCES, ""),
    Talk.ERASURE: (PRIVACY, ERASURE),
}
SAID: dict[Talk, Callable[[], str]] = {
    Talk.GREETING: texts.greeting,
    Talk.PRESENCE: texts.presence,
    Talk.MORNING: texts.morning,
    Talk.EVENING: texts.evening,
    Talk.FEELING: texts.feeling,
    Talk.THANKS: texts.thanks,
    Talk.AGREED: texts.agreed,
    Talk.GOODBYE: texts.goodbye,
    Talk.IDENTITY: texts.identity,
    Talk.MACHINE: texts.machine,
    Talk.PRAISE: texts.praise,
    Talk.COMPLAINT: texts.complaint,
    Talk.ABILITIES: texts.abilities,
    Talk.PERSON: texts.person,
    Talk.APOLOGY: texts.apology,
    Talk.ANGER: texts.anger,
    Talk.BOREDOM: texts.boredom,
    Talk.DISMISSAL: texts.dismissal,
    Talk.BIRTHDAY: texts.birthday,
    Talk.OUTSIDE: texts.outside,
    Talk.FOREIGN: texts.foreign,
    Talk.FRAGMENT: texts.fragment,
    Talk.BEYOND: texts.beyond,
    Talk.TESTING: texts.testing,
    Talk.ABOUT_ME: texts.about_me,
    Talk.REPEAT: texts.repeat,
    Talk.NEWCOMER: texts.newcomer,
    Talk.TIRED: texts.tired,
    Talk.WISHES: texts.wishes,
    Talk.ERRAND: texts.errand,
    Talk.OTHERS: texts.others,
    Talk.MANIPULATION: texts.manipulation,
    Talk.FEEDBACK: texts.feedback,
}


class SmallTalk(ReplyProvider):
    """Answers small talk that the table of answers does not know in these words."""

    def reply(self, text: str, *, language: str) -> str | None:
        talk = talk_in(text)
        reply = SAID.get(talk) if talk else None
        return reply() if reply and not answer_retrieval.has_exactly(text) else None

    def find_reply(self, member: Member | None, text: str, *, language: str) -> FoundReply | None:
        reply = self.reply(text, language=language)
        return FoundReply(reply=reply, cause=described(Cause.SMALL_TALK, talk=talk_in(text))) if reply else None


def meant_by(text: str) -> tuple[Command, str] | None:
    """The command that a whole message means, and what follows its name; None for others."""
    if wanted := WANTED_VIDEO.match(text.strip()):
        return VIDEO, wanted["text"].strip('“”"「」 ')
    talk = talk_in(text)
    return MEANT.get(talk) if talk else None


def is_foreign(text: str) -> bool:
    """Whether a text is in a script that is neither Chinese nor English."""
    letters = sum(map(str.isalpha, text))
    return bool(letters) and len(FOREIGN_LETTERS.findall(text)) / letters >= MOSTLY


def talk_in(text: str) -> Talk | None:
    """The kind of small talk that a whole message is; None for others."""
    folded = simplified(unicodedata.normalize("NFKC", text)).casefold().replace("’", "'").strip()
    bare = TRAILING.sub("", folded)
    forms = (folded, bare, LEADING.sub("", bare), TRAILING.sub("", LEADING.sub("", folded)), ECHO.sub(r"\1", bare))
    plain = (re.sub(r"[\s,，]+", " ", form).strip() for form in forms)
    talk = next((TALK[form] for form in plain if form in TALK), None)
    return talk or (Talk.FRAGMENT if folded and not any(map(str.isalnum, folded)) else None)
