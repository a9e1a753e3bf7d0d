"""Facts of the member that the texts of a flow show, like {{member.city}}, and their values as texts."""

from collections.abc import Iterator, Mapping

from conversations.machine.formulas.values import Context, stored
from conversations.machine.values import Machine, remembered
from core.text.placeholders import MEMBER, placeholder_names


def facts_in(*texts: str) -> Iterator[str]:
    """The facts that texts show, as formulas name them: `member.city`."""
    return (name for text in texts for name in placeholder_names(text) if name.startswith(MEMBER))


@remembered
def facts_shown(machine: Machine) -> frozenset[str]:
    """The facts that a flow shows or sends, without `member.`."""
    texts = (text for node in machine.nodes for text in (*node.shown_texts, *node.sent_texts))
    return frozenset(name.removeprefix(MEMBER) for name in facts_in(*texts, machine.expire_text))


def fact_values(context: Context) -> Mapping[str, str]:
    """The facts of the member, by the names of placeholders."""
    return {f"{MEMBER}{name}": stored(value) for name, value in context.member.items()}
