"""Notices on counted days whose public holidays are not published yet."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


def promised(reply: str, year: int | None) -> str:
    """To a member: a promise, with the note that it rests on unknown days; `year` is None where all are known."""
    if year is None:
        return reply
    note = _("The public holidays of %(year)d are not announced yet, so it may be later.") % {"year": year}
    return f"{reply}\n{note}"


def counted(years: Sequence[int]) -> str:
    """To an administrator of flows and office hours, with the remedy; empty if all years are known."""
    text = _(
        "The public holidays of %(years)s are not known yet: Monday to Friday count as working days there, holidays or "
        "not. Paste the State Council's notice under Working days and holidays, or import it with manage.py "
        "working_days or over REST."
    )
    return text % {"years": ", ".join(map(str, years))} if years else ""
