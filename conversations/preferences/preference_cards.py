"""The settings as cards: one with buttons that shows how they are, and one with a box for each topic.

The keys of buttons name the new value, not a change of it, so a tap on an old card sets the value on its button.
"""

from django.utils import translation

from conversations.delivery import messages
from conversations.delivery.card_names import named
from conversations.models import Conversation, Desk, PreferenceChange, Topic
from conversations.preferences import page_links
from conversations.preferences.preference_changes import change_preferences
from conversations.preferences.preference_choices import Choices, choices_of, offered_topics
from conversations.wording import preference_texts as texts
from conversations.wording import small_talk_texts
from wecom.contents import Button, ButtonCard, Checkbox, Choice, Row, Submit, VoteCard
from wecom.messages import CardEvent, Event

TASK = "preferences-"
TEXT, LANGUAGE, TOPICS = "text:", "language:", "topics"
QUESTION, NONE = "topics", "none"
MOST_BOXES = 19  # and one for none of them
CHAT = PreferenceChange.Origin.CHAT
OTHER = {"zh-hans": "en", "en": "zh-hans"}


def show(conversation: Conversation, *, cid: str) -> None:
    """Send a member their settings: as a card, or as numbered text where the desk sends no cards."""
    desk = Desk.objects.of(conversation.application)
    if desk is not None and not desk.progress_cards:
        messages.say(conversation, listed(conversation), cid=cid)
    else:
        messages.say_content(conversation, named(settings_card(conversation), TASK, cid=cid), cid=cid)


def is_card(task_id: str) -> bool:
    """Whether this task ID is one of these cards."""
    return task_id.startswith(TASK)


def press(conversation: Conversation, event: Event, *, cid: str) -> str:
    """Do the act of a button, confirm it, and show it on the card. Returns the label of the act."""
    key = event.event_key
    if key == TOPICS:
        messages.say_content(conversation, named(topics_card(conversation), TASK, cid=cid), cid=cid)
        _replace(conversation, event)
        return texts.button_topics()
    if key.startswith(f"{TOPICS}:"):
        return _choose_topics(conversation, event, cid=cid)
    if key.startswith(TEXT):
        as_text = key.removeprefix(TEXT) == "1"
        confirmation = choose_text(conversation, as_text=as_text, cid=cid)
    elif key.startswith(LANGUAGE):
        confirmation = choose_language(conversation, key.removeprefix(LANGUAGE), cid=cid)
    else:
        confirmation = texts.unchanged()
    _replace(conversation, event)
    return confirmation


def choose_text(conversation: Conversation, *, as_text: bool, cid: str) -> str:
    """Send a member text instead of videos, or videos again, and say so."""
    change_preferences(conversation.member, prefers_text=as_text, origin=CHAT)
    confirmation = texts.as_text() if as_text else texts.as_videos()
    messages.say(conversation, confirmation, cid=cid)
    return confirmation


def choose_language(conversation: Conversation, language: str, *, cid: str) -> str:
    """Speak with a member in a language from now on, and say so in it."""
    change_preferences(conversation.member, language=language if language in OTHER else "", origin=CHAT)
    conversation.refresh_from_db(fields=["chosen_language", "language"])
    with translation.override(conversation.language):
        chosen = small_talk_texts.chosen_language if conversation.chosen_language else small_talk_texts.language_follows
        messages.say(conversation, confirmation := chosen(), cid=cid)
    return confirmation


def choose_number(conversation: Conversation, number: int, *, cid: str) -> None:
    """Change the choice with a number in the text: videos, language, or a topic."""
    topics, choices = offered_topics(), choices_of(conversation.member)
    if number == 1:
        choose_text(conversation, as_text=not choices.prefers_text, cid=cid)
    elif number == 2:
        choose_language(conversation, OTHER.get(conversation.language, "zh-hans"), cid=cid)
    elif 2 < number <= len(topics) + 2:
        _mute(conversation, choices.muted ^ {topics[number - 3].pk}, cid=cid)
    else:
        messages.say(conversation, texts.no_such_number(), cid=cid)


def listed(conversation: Conversation) -> str:
    """The settings as numbered text."""
    choices = choices_of(conversation.member)
    topics = [(topic.shown, texts.topic_state(is_muted=topic.pk in choices.muted)) for topic in offered_topics()]
    return texts.listed([*_first_rows(choices), *topics], page=page_links.address(conversation.member))


def settings_card(conversation: Conversation) -> ButtonCard:
    """The settings as they are, with a button for each that can be another way."""
    choices, topics = choices_of(conversation.member), offered_topics()
    shown = [Row(name=name, value=value) for name, value in _first_rows(choices)]
    if topics:
        names = [topic.shown for topic in topics if topic.pk in choices.muted]
        shown.append(Row(name=texts.label_muted(), value=texts.muted_value(names)))
    other = OTHER.get(conversation.language, "zh-hans")
    as_text = texts.button_as_videos() if choices.prefers_text else texts.button_as_text()
    buttons = [
        Button(key=f"{TEXT}{int(not choices.prefers_text)}", text=as_text),
        Button(key=f"{LANGUAGE}{other}", text=texts.LANGUAGES[other]),
    ]
    if topics:
        buttons.append(Button(key=TOPICS, text=texts.button_topics()))
    page = page_links.address(conversation.member)
    if page:
        buttons.append(Button(url=page, text=texts.button_page(), style=2))
    return ButtonCard(
        title=texts.card_title(),
        text=texts.card_text(),
        rows=tuple(shown),
        buttons=tuple(buttons),
    )


def topics_card(conversation: Conversation) -> VoteCard:
    """A box for each topic, ticked for those that the member gets."""
    muted = choices_of(conversation.member).muted
    topics = offered_topics()[:MOST_BOXES]
    boxes = [Choice(id=str(topic.pk), text=topic.shown, chosen=topic.pk not in muted) for topic in topics]
    # A phone may refuse to send a card on which nothing is ticked.
    boxes.append(Choice(id=NONE, text=texts.choice_none()))
    # The key carries what was shown, so that a topic that is made later is not taken for one that was not ticked.
    shown = ",".join(str(topic.pk) for topic in topics)
    return VoteCard(
        title=texts.topics_title(),
        description=texts.topics_text(),
        checkbox=Checkbox(key=QUESTION, choices=tuple(boxes), several=True),
        submit=Submit(text=texts.button_save(), key=f"{TOPICS}:{shown}"),
    )


def _first_rows(choices: Choices) -> list[tuple[str, str]]:
    return [
        (texts.label_videos(), texts.videos_value(as_text=choices.prefers_text)),
        (texts.label_language(), texts.language_value(choices.language)),
    ]


def _choose_topics(conversation: Conversation, event: Event, *, cid: str) -> str:
    ticked = _ticked(event)
    if not ticked:
        messages.say(conversation, texts.tick_something(), cid=cid)
        _replace(conversation, event, topics=True)
        return texts.tick_something()
    shown = {int(key) for key in event.event_key.partition(":")[2].split(",") if key.isdecimal()}
    wanted = set() if NONE in ticked else {int(key) for key in ticked if key.isdecimal()}
    muted = (choices_of(conversation.member).muted - shown) | (shown - wanted)
    known = set(Topic.objects.offered().values_list("pk", flat=True))
    confirmation = _mute(conversation, muted & known, cid=cid)
    if event.response_code:
        messages.update_card(conversation.application, conversation.member, event.response_code, texts.saved())
    return confirmation


def _mute(conversation: Conversation, muted: "set[int] | frozenset[int]", *, cid: str) -> str:
    change_preferences(conversation.member, muted=muted, origin=CHAT)
    confirmation = texts.muted([topic.shown for topic in offered_topics() if topic.pk in muted])
    messages.say(conversation, confirmation, cid=cid)
    return confirmation


def _ticked(event: Event) -> set[str]:
    chosen = event.choices if isinstance(event, CardEvent) else ()
    return {option for choice in chosen if choice.question_key == QUESTION for option in choice.option_ids}


def _replace(conversation: Conversation, event: Event, *, topics: bool = False) -> None:
    """Show the settings as they are now in place of the card that was pressed."""
    if not event.response_code:
        return
    with translation.override(conversation.language):
        card = topics_card(conversation) if topics else settings_card(conversation)
        messages.update_card(conversation.application, conversation.member, event.response_code, "", card=card)
