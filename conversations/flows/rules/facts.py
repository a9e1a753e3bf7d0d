"""Problems of the facts of members that texts of a flow show, like {{member.city}}. Reads values, not rows."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.flows.rules.formulas import ALIKE, known_facts
from conversations.machine.shown_facts import facts_in
from conversations.machine.values import Machine
from core.text.placeholders import MEMBER, needed_names

ALWAYS_KNOWN = (f"{MEMBER}user_id",)


def problems(machine: Machine, own_facts: Collection[str] = ()) -> Iterator[Problem]:
    """All problems; `own_facts` are the keys of the company's own facts."""
    known = known_facts(own_facts)
    for node in machine.nodes:
        yield from _problems(node.name, node.shown_texts, known)
        yield from _unknown(node.name, node.sent_texts, known)
    yield from _problems("", (machine.expire_text,), known)


def _problems(state: str, texts: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    yield from _unknown(state, texts, known)
    needed = dict.fromkeys(name for text in texts for name in needed_names(text) if name.startswith(MEMBER))
    for name in needed:
        if name in known and name not in ALWAYS_KNOWN:
            words = _("“%(name)s” may be empty for some members. Say what stands there then: {{%(name)s|…}}.")
            yield Problem(code="fact_may_be_empty", state=state, words=words % {"name": name}, is_error=False)


def _unknown(state: str, texts: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(facts_in(*texts)):
        if name not in known:
            words = _("No member has “%s”.") % name
            near = get_close_matches(name, known, n=1, cutoff=ALIKE)
            advice = _("Did you mean “%(instead)s”?") % {"instead": near[0]} if near else _("Use one like member.city.")
            yield Problem(code="unknown_fact", state=state, words=f"{words} {advice}")
