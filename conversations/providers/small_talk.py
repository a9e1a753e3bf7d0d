"""Small talk: greetings, thanks, goodbyes and the like, in the member's language. The table of answers comes first."""

import re
import unicodedata
from collections.abc import Callable

from conversations.delivery.causes import Cause, described
from conversations.knowledge import answer_retrieval
from conversations.machine.commands import AS_TEXT, AS_VIDEO, HELP, HUMAN, LANGUAGE, PREFERENCES, Command
from conversations.providers.base import FoundReply, ReplyProvider
from conversations.providers.small_talk_phrases import PHRASES, Talk
from conversations.wording import small_talk_texts as texts
from core.text.traditional import simplified
from wecom.models import Member

TALK = {phrase: talk for talk, phrases in PHRASES.items() for phrase in phrases.split("|")}
LEADING = re.compile(r"^(?:你好|您好|请问|请|hello|hi|hey|please)[\s,，!！]+(?=.)")
TRAILING = re.compile(r"(?:[\s啊呀哦噢呢吧啦哈嘛哟呗~～,，!！?？.。…]|please|lin xiao|林晓)+$")
ECHO = re.compile(r"(.)\1{1,}")
MEANT: dict[Talk, tuple[Command, str]] = {  # the command that is run, before flows, and what follows its name
    Talk.ABILITIES: (HELP, ""),
    Talk.PERSON: (HUMAN, ""),
    Talk.CHINESE: (LANGUAGE, "中文"),
    Talk.ENGLISH: (LANGUAGE, "english"),
    Talk.SETTINGS: (PREFERENCES, ""),
    Talk.TEXT_ONLY: (PREFERENCES, AS_TEXT),
    Talk.VIDEOS: (PREFERENCES, AS_VIDEO),
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


def talk_in(text: str) -> Talk | None:
    """The kind of small talk that a whole message is; None for others."""
    folded = simplified(unicodedata.normalize("NFKC", text)).casefold().replace("’", "'").strip()
    bare = TRAILING.sub("", folded)
    forms = (folded, bare, LEADING.sub("", bare), TRAILING.sub("", LEADING.sub("", folded)), ECHO.sub(r"\1", bare))
    plain = (re.sub(r"[\s,，]+", " ", form).strip() for form in forms)
    return next((TALK[form] for form in plain if form in TALK), None)
