"""Texts of the care route that all sensitive subjects share. They promise nothing that a person must keep."""

from django.utils.translation import gettext as _


def call() -> str:
    """Before the hotlines."""
    return _("You can call:")


def told(group: str) -> str:
    """A group was told, within its office hours."""
    text = _("I have told the colleagues of “%s” in confidence. Only those who look after it can read what you wrote.")
    return text % group


def told_later(group: str) -> str:
    """A group was told outside its office hours."""
    text = _(
        "I have told the colleagues of “%s” in confidence. They may not be there at this hour: if it is urgent, please "
        "do not wait for them, and call. Only those who look after it can read what you wrote."
    )
    return text % group


def kept_private() -> str:
    """No group is told."""
    return _("I have not told anyone. If you want someone in the company to know, please tell a person you trust.")


def flow_waits() -> str:
    """The member was in the middle of a flow."""
    return _("What you had begun here stays as it is. You can go on whenever you like, or not.")


def offer(subject: str) -> str:
    """After an ordinary answer, where a sensitive subject is only suspected. The words to write are in the table."""
    text = _(
        "If something about this weighs on you (%s), you need not face it alone. Write “Please have someone contact "
        "me”, and I tell the colleagues who look after it in confidence."
    )
    return text % subject


def offer_hotlines(subject: str) -> str:
    """As `offer`, where no group is named."""
    return _("If something about this weighs on you (%s), you need not face it alone.") % subject


def alert(number: int, subject: str, member: str, user_id: str) -> str:
    """To an operator of the group: without the words of the member."""
    text = _(
        "In confidence: a colleague may need you now.\n"
        "%(member)s (%(user_id)s) wrote about: %(subject)s.\n"
        "The words stand only in the admin, under “Care cases”, no. %(number)d. Please talk to them yourself, and do "
        "not forward this."
    )
    return text % {"number": number, "subject": subject, "member": member, "user_id": user_id}


def unconfirmed(count: int) -> str:
    """For administrators: hotlines that the company has not confirmed."""
    text = _(
        "The texts and hotlines of %d sensitive subjects are proposals. Confirm or replace them before the desk goes "
        "live."
    )
    return text % count
