"""Suggestions when no source has an answer: the nearest questions as taps, then examples and people."""

import itertools
from datetime import datetime

from django.utils import timezone

from conversations.delivery import answer_offers, messages
from conversations.delivery.card_names import named
from conversations.delivery.causes import Cause, because
from conversations.handoff import handoff_requests
from conversations.knowledge import answer_retrieval, unanswered_questions
from conversations.knowledge.answer_index import Entry
from conversations.models import Answer, Conversation, Desk
from conversations.providers.small_talk import is_foreign, talk_in
from conversations.replies import answers, commands
from conversations.replies.chat_commands import human
from conversations.wording import chat_texts, small_talk_texts
from core.text.slot_values import numbered_labels, parse_ordinal
from wecom.contents import Button, ButtonCard
from wecom.exceptions import ContentError

KEY, TASK = "answer:", "answers-"
EXAMPLES = 5


def offer(conversation: Conversation, text: str, *, cid: str, now: datetime) -> None:
    """Suggest the nearest questions; without any, or after another miss, examples and how to reach a person.

    Small talk in words of one's own asks nothing, and is answered as such.
    A question without a near one is collected for administrators, and the member may be told later.
    """
    nearest = answer_retrieval.find(text, language=conversation.language, member=conversation.member)
    matches = nearest.suggestions or answer_retrieval.sounding_like(text, member=conversation.member)
    near = [match.entry for match in matches]
    if commands.answer_sensed(conversation, text, cid=cid, only_sure=bool(near)):
        return
    with because(Cause.SUGGESTIONS, near=[entry.pk for entry in near], misses=conversation.misses):
        _offer(conversation, text, near, cid=cid, now=now)


def _offer(conversation: Conversation, text: str, near: list[Entry], *, cid: str, now: datetime) -> None:
    again = conversation.misses > 0
    conversation.note_reply(found=False, suggested=[entry.pk for entry in near])
    if near:
        _suggest(conversation, near, cid=cid)
        if again and not handoff_requests.offer_person(conversation, cid=cid):
            messages.say(conversation, human.people(conversation), cid=cid)
        return
    if again and handoff_requests.offer_person(conversation, cid=cid):
        unanswered_questions.record(conversation, text, cid=cid, at=now)  # one offer at a time
        return
    first = small_talk_texts.foreign() if is_foreign(text) else chat_texts.not_understood()
    parts = [chat_texts.still_not_understood(), human.people(conversation)] if again else [first]
    if known := _examples(conversation.language):
        parts.append(chat_texts.examples(known))
    messages.say(conversation, "\n".join(parts), cid=cid)
    answer_offers.note_unanswered(conversation, text, cid=cid, at=now)


def answer_chosen(conversation: Conversation, text: str, *, cid: str) -> bool:
    """Answer the suggested question that a number means; False if the text means none."""
    number = parse_ordinal(text)
    if not 0 < number <= len(conversation.suggested):
        return False
    return press(conversation, f"{KEY}{conversation.suggested[number - 1]}", cid=cid) is not None


def is_card(task_id: str) -> bool:
    """Whether this task ID is one of a card with suggestions."""
    return task_id.startswith(TASK)


def press(conversation: Conversation, key: str, *, cid: str) -> str | None:
    """Answer the question behind a button of the card: the question; None if the table has it no more."""
    number = key.removeprefix(KEY)
    answer = Answer.objects.filter(pk=number, enabled=True).first() if number.isdecimal() else None
    if answer is None or not answer_retrieval.is_for(answer.pk, conversation.member):
        return None
    conversation.note_reply(found=True)
    with because(Cause.ANSWER, answer=answer.pk, how="chosen"):
        answers.send(conversation, answer, cid=cid)
    return answer.question


def _examples(language: str) -> list[str]:
    """The first questions of the table that are more than small talk."""
    today = timezone.localdate()
    rows = (row for row in Answer.objects.filter(enabled=True, departments=None, tags=None) if row.is_valid_on(today))
    questions = (row.question for row in rows if row.shown_language in ("", language) and talk_in(row.question) is None)
    return list(itertools.islice(questions, EXAMPLES))


def _suggest(conversation: Conversation, near: list[Entry], *, cid: str) -> None:
    desk = Desk.objects.of(conversation.application)
    card = _card(near) if desk is None or desk.progress_cards else None
    if card is not None:
        messages.say_content(conversation, named(card, TASK, cid=cid), cid=cid)
        return
    lines = [chat_texts.did_you_ask(), *numbered_labels(entry.question for entry in near)]
    messages.say(conversation, "\n".join(lines), cid=cid)


def _card(near: list[Entry]) -> ButtonCard | None:
    """The questions on buttons; where one is too long for that, numbers on buttons below the questions."""
    labels = numbered_labels(entry.question for entry in near)
    for text, shown in (("", labels), ("\n".join(labels), [str(number) for number in range(1, len(labels) + 1)])):
        try:
            buttons = [Button(key=f"{KEY}{row.pk}", text=label) for row, label in zip(near, shown, strict=True)]
            return ButtonCard(title=chat_texts.did_you_ask(), text=text, buttons=tuple(buttons))
        except ContentError:
            continue
    return None
