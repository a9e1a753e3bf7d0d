"""Messages that are no replies: all of them may be stopped for a company, by an app that we do not know."""

from django.utils.translation import gettext as _

from wecom.exceptions import SendingStopped
from wecom.models import Application
from wecom.signals import push_wanted


def are_stopped(application: Application) -> bool:
    """Whether everything is stopped that is not a reply."""
    return any(stopped for _receiver, stopped in push_wanted.send(Application, application=application))


def refuse_stopped(application: Application) -> None:
    """Raises `SendingStopped` while everything is stopped that is not a reply."""
    if are_stopped(application):
        words = _("Everything that is not a reply is stopped for the whole company.")
        remedy = _("Send it again once sending is allowed on the page of the sending policy.")
        raise SendingStopped(words, code="sending_stopped", remedy=remedy)
