"""Texts of small talk."""

from django.utils.translation import gettext as _


def greeting() -> str:
    return _("Hello! What would you like to know?")


def presence() -> str:
    return _("Yes, I am here. What can I do for you?")


def morning() -> str:
    return _("Good morning! What can I do for you?")


def evening() -> str:
    return _("Hello, good to hear from you! What can I do for you?")


def feeling() -> str:
    return _("I am well, thank you! And I am ready for your questions.")


def thanks() -> str:
    return _("You are welcome! Write to me any time.")


def agreed() -> str:
    return _("All right. Write to me whenever you need something.")


def goodbye() -> str:
    return _("Goodbye! Write to me any time.")


def identity() -> str:
    return _("I am the digital human assistant of your company. I answer questions about work and make videos.")


def machine() -> str:
    return _("I am a digital human, not a person. If you want to reach a person, send “human”.")


def praise() -> str:
    return _("Thank you, I am glad to hear that!")


def complaint() -> str:
    return _("I am sorry that this did not help. Please ask in other words, or send “human” to reach a person.")


def abilities() -> str:
    return _("I answer questions about work, such as leave, pay or the office. Send /help to see everything.")


def apology() -> str:
    return _("No need to be sorry! What can I do for you?")


def anger() -> str:
    return _("I understand that this is annoying. Tell me what went wrong, or send “human” to reach a person.")


def boredom() -> str:
    return _("I am not much of an entertainer, but I make videos: send “/video” and the words that I should say.")


def dismissal() -> str:
    return _("All right, let us leave it. I am here whenever you need something.")


def birthday() -> str:
    return _("Happy birthday! I wish you all the best for the new year of your life.")


def outside() -> str:
    return _(
        "I cannot help with that: I know nothing of the weather or the news. Ask me about work, such as leave or pay."
    )


def foreign() -> str:
    return _("I only speak Chinese and English. Please write in one of them, or send “human” to reach a person.")


def fragment() -> str:
    return _("I am here. Write what you would like to know, or send /help to see what I can do.")


def beyond() -> str:
    return _("I cannot help with that: I only know about work here, such as leave, pay or the office.")


def testing() -> str:
    return _("Received, all is working. Ask me something about work, or send /help to see what I can do.")


def about_me() -> str:
    return _("I am a digital human: I have no age, family, feelings or salary. But you can ask me about work.")


def repeat() -> str:
    return _("I read each message by itself. Please write your whole question, or send “human” to reach a person.")


def newcomer() -> str:
    return _("Welcome to the company! Ask me whatever is unclear at the start, such as leave, pay or the office.")


def tired() -> str:
    return _("That sounds like a long day. Take a rest when you can. I am here whenever you need something.")


def wishes() -> str:
    return _("Thank you, and all the best to you too!")


def errand() -> str:
    return _("I cannot do that for you. I answer questions about work and make videos; send “human” to reach a person.")


def others() -> str:
    return _("I tell nothing about other people. If you need it for your work, please ask a colleague of HR.")


def manipulation() -> str:
    return _("I keep to my job: I answer questions about work and make videos. What would you like to know?")


def feedback() -> str:
    return _("Thank you for telling me. If an answer was wrong, ask in other words, or send “human” to reach a person.")


def person(contact: str = "") -> str:
    """How to reach a person; `contact` is the text of the desk."""
    if contact:
        return _("I cannot pass you on myself, but you reach a person here:\n%s") % contact
    return _("I cannot pass you on to a person myself. Please write to HR or to your manager in WeChat Work.")


def chosen_language() -> str:
    return _("All right, I speak English with you from now on. Send “/language” to change that.")


def language_usage() -> str:
    return _(
        "I answer in the language that you write. To choose one, send “/language English” or “/language 中文”; "
        "“/language auto” follows you again."
    )


def language_follows() -> str:
    return _("All right, I answer in the language that you write.")
