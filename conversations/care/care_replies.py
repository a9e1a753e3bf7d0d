"""The replies of the care route: warm words and hotlines where it is sure, an offer where it is only suspected."""

from datetime import datetime

from conversations.care import care_cases, care_texts, detection
from conversations.care.detection import Level, Noticed
from conversations.delivery import messages
from conversations.models import CareCase, CareSubject, Conversation, Session
from conversations.tickets import office_hours


def noticed_for_sure(text: str) -> Noticed | None:
    """The sensitive subject that a text is surely about."""
    noticed = detection.notice(text) if text else None
    return noticed if noticed is not None and noticed.level == Level.SURE else None


def answer(conversation: Conversation, noticed: Noticed, text: str, *, cid: str, now: datetime) -> None:
    """Answer a message that is surely about a sensitive subject, open a case and tell its group.

    The conversation is locked. A flow keeps its place. Neither the message nor the answer becomes a `Message`.
    """
    case = care_cases.record(conversation, noticed, text, now=now)
    is_told = care_cases.tell_group(case, now=now)
    parts = [_words(case.subject, conversation.language), _who_knows(case, is_told, now)]
    if Session.objects.active_in(conversation) is not None:
        parts.append(care_texts.flow_waits())
    messages.say_privately(conversation, "\n\n".join(parts), cid=cid)


def inform(conversation: Conversation, noticed: Noticed, text: str, *, now: datetime) -> None:
    """While a person answers the member: the group of the subject is told, and the bot stays silent."""
    care_cases.tell_group(care_cases.record(conversation, noticed, text, now=now), now=now)


def offer(conversation: Conversation, text: str, *, cid: str) -> None:
    """After the answer to a message that may be about a sensitive subject: an offer and its hotlines; else nothing."""
    noticed = detection.notice(text)
    if noticed is None or noticed.level != Level.SUSPECTED:
        return
    subject = CareSubject.objects.select_related("group").get(pk=noticed.subject)
    name = subject.name_in(conversation.language)
    has_group = subject.group is not None and subject.group.enabled
    words = care_texts.offer(name) if has_group else care_texts.offer_hotlines(name)
    messages.say_privately(conversation, _with_hotlines(words, subject, conversation.language), cid=cid)


def _words(subject: CareSubject, language: str) -> str:
    text = subject.answer if language.startswith("zh") else subject.answer_en
    return _with_hotlines(text, subject, language)


def _with_hotlines(text: str, subject: CareSubject, language: str) -> str:
    lines = subject.hotlines if language.startswith("zh") else subject.hotlines_en
    return f"{text}\n\n{care_texts.call()}\n{lines}" if lines.strip() else text


def _who_knows(case: CareCase, is_told: bool, now: datetime) -> str:
    if case.group is None or not is_told:
        return care_texts.kept_private()
    is_open = office_hours.is_open(case.group, now)
    return care_texts.told(case.group.name) if is_open else care_texts.told_later(case.group.name)
