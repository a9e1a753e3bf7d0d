"""Flows from those that come with OpenUser: drafts, complete but for facts that only the company knows."""

from itertools import count

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.exceptions import FlowError
from conversations.files.ready import READY, flow_of
from conversations.models import Flow
from conversations.services.files.imports import import_file
from conversations.services.files.outcomes import Imported
from core.interchange import yaml_text
from core.interchange.ready_files import ready_of
from core.text.slot_values import fold_text


@transaction.atomic
def start_from_ready(key: str, *, language: str, by: AbstractBaseUser | None = None) -> Imported:
    """A draft of one of them, in this language and the other one; a second one gets a number, and starts with the words
    that no other flow has."""
    known = ready_of(READY, key)
    flow = flow_of(key, language) if known else None
    if flow is None:
        remedy = _("There are: %(known)s.") % {"known": ", ".join(ready.key for ready in READY)}
        raise FlowError(_("There is no such flow."), code="ready_unknown", field="key", remedy=remedy)
    others = [trigger for other in Flow.objects.all() for trigger in (*other.trigger_words, *other.commands)]
    taken = set(map(fold_text, others))
    triggers = [line for line in str(flow["triggers"]).splitlines() if fold_text(line) not in taken]
    document = {"version": 1, "flows": [{**flow, "name": _free_name(flow["name"]), "triggers": "\n".join(triggers)}]}
    (imported,) = import_file(yaml_text.dump(document).encode(), by=by)
    return imported


def _free_name(title: str) -> str:
    taken = set(Flow.objects.filter(name__startswith=title).values_list("name", flat=True))
    names = (title if number == 1 else f"{title} {number}" for number in count(1))
    return next(name for name in names if name not in taken)
