"""`/language`: the language of the member."""

from conversations.delivery.messages import say
from conversations.machine.commands import LANGUAGE
from conversations.models import Conversation
from conversations.preferences import preference_cards
from conversations.replies.chat_commands.registry import ACTS
from conversations.wording import small_talk_texts

LANGUAGES = {
    **{"中文": "zh-hans", "汉语": "zh-hans", "chinese": "zh-hans", "zh": "zh-hans"},
    **{"英文": "en", "英语": "en", "english": "en", "en": "en", "auto": "", "自动": ""},
}


@ACTS.of(LANGUAGE)
def choose(conversation: Conversation, args: str, cid: str) -> None:
    """Choose the language; without a known name, say how."""
    name = args.casefold()
    if name not in LANGUAGES:
        say(conversation, small_talk_texts.language_usage(), cid=cid)
        return
    preference_cards.choose_language(conversation, LANGUAGES[name], cid=cid)
