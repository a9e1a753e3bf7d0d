"""Texts about the choices of members, on the card and in the chat, and about what is stored of them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wecom.contents import columns

VALUE = 60  # columns of a row of a card

LANGUAGES = {"zh-hans": "中文", "en": "English"}


def card_title() -> str:
    return _("Your message settings")


def card_text() -> str:
    return _("Important notices and replies always come.")


def label_videos() -> str:
    return _("Videos")


def label_language() -> str:
    return _("Language")


def label_muted() -> str:
    return pgettext("topics", "Muted")


def videos_value(*, as_text: bool) -> str:
    return _("their words, as text") if as_text else _("as videos")


def language_value(language: str) -> str:
    return LANGUAGES.get(language) or _("the one that you write")


def muted_value(names: Sequence[str]) -> str:
    """The muted topics by name; their number if the names are too long for a row."""
    if not names:
        return pgettext("topics", "none")
    listed = pgettext("between the items of a list", ", ").join(names)
    return listed if columns(listed) <= VALUE else topics(len(names))


def topics(count: int) -> str:
    return ngettext("%d topic", "%d topics", count) % count


def button_as_text() -> str:
    return _("Text, no videos")


def button_as_videos() -> str:
    return _("Videos again")


def button_topics() -> str:
    return _("Choose topics")


def button_page() -> str:
    return _("All settings")


def topics_title() -> str:
    return _("Which topics?")


def topics_text() -> str:
    return _("Tick what you want to get. Important notices always come.")


def choice_none() -> str:
    return _("None of these")


def button_save() -> str:
    return _("Save")


def saved() -> str:
    return _("Saved")


def as_text() -> str:
    return _("All right, instead of videos I send you their words. Send “videos please” to get videos again.")


def as_videos() -> str:
    return _("All right, I send you videos again.")


def muted(names: Sequence[str]) -> str:
    """The topics that a member does not get from now on."""
    if not names:
        return _("All right, you get messages about all topics.")
    listed = pgettext("between the items of a list", ", ").join(names)
    return _("All right, no messages about: %s. Important notices still come. Send “settings” to change that.") % listed


def tick_something() -> str:
    return _("Tick at least one topic, or “None of these”.")


def unchanged() -> str:
    return _("Your settings are as they were.")


def no_such_number() -> str:
    return _("There is no such number in the list.")


def listed(rows: Sequence[tuple[str, str]], page: str = "") -> str:
    """The settings as numbered text, for phones without cards; each row has its name and its value."""
    line = _("%(number)d. %(name)s: %(value)s")
    lines = [line % {"number": at, "name": name, "value": value} for at, (name, value) in enumerate(rows, start=1)]
    text = [card_title(), *lines, _("To change one, send “/preferences” and its number: /preferences 1")]
    return "\n".join([*text, *([_("All settings: %s") % page] if page else [])])


def topic_state(*, is_muted: bool) -> str:
    return pgettext("topics", "muted") if is_muted else pgettext("topics", "on")


def asked_as_video() -> str:
    """To a member who prefers text and asks for a video."""
    return _("It comes as a video, because you asked for it. Everything else still comes as text.")


def deletion_asked() -> str:
    return _("Nothing is deleted by a message, so that it never happens by mistake.")


def messages_kept(days: int) -> str:
    """`days` of retention; 0 is forever."""
    return _("I keep what you write to me and what I answer %s.") % _period(days)


def answers_kept(days: int) -> str:
    """`days` of retention; 0 is forever."""
    return _("I keep your answers to the questions of a flow, such as a request for leave, %s.") % _period(days)


def readers() -> str:
    return _(
        "It is read by the colleagues who answer you when you ask for a person, and by those to whom your company has "
        "given the right to read conversations."
    )


def services() -> str:
    return _("Your questions also go to an outside service that your company has set up, such as a language model.")


def rights() -> str:
    return _("To get a copy of it, or to have it deleted, ask the people of your company.")


def _period(days: int) -> str:
    return ngettext("for %d day", "for %d days", days) % days if days > 0 else _("without a limit of time")
