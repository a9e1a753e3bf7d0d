"""Differences between two versions of a flow, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from django.utils.translation import gettext as _

from conversations.flows.translations import second_file
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.machine.words import NodeWords


@dataclass(frozen=True, kw_only=True)
class Change:
    """The change of a state or of the flow: `sort` is "added", "removed" or "changed"; `parts` names the parts that
    differ.
    """

    sort: str
    name: str
    parts: tuple[str, ...] = ()


def diff(before: Machine, after: Machine) -> list[Change]:
    """The changes of the flow itself, and the states that were added, removed or changed, in the later one's order."""
    old, new = {node.key: node for node in before.nodes}, {node.key: node for node in after.nodes}
    itself = tuple(_parts_of_flow(before, after))
    changes = [Change(sort="changed", name=_("The flow itself"), parts=itself)] if itself else []
    changes += [Change(sort="added", name=node.name) for key, node in new.items() if key not in old]
    changes += [Change(sort="removed", name=node.name) for key, node in old.items() if key not in new]
    both = [(old[key], node) for key, node in new.items() if key in old and old[key] != node]
    return changes + [Change(sort="changed", name=node.name, parts=tuple(_parts(was, node))) for was, node in both]


def _parts_of_flow(was: Machine, now: Machine) -> Iterable[str]:
    """Texts in a language that is new or gone are not named beside the language."""
    if was.name != now.name:
        yield _("name")
    if was.language != now.language:
        yield _("language")
    if was.start != now.start:
        yield _("first step")
    if was.expire_after != now.expire_after:
        yield _("ends after")
    if was.expire_text != now.expire_text:
        yield _("text at that end")
    if was.languages[1:] != now.languages[1:]:
        yield _("also in")
    elif was.translations != now.translations:
        yield _("texts in other languages")


def _parts(was: Node, now: Node) -> Iterable[str]:
    if was.kind != now.kind:
        yield _("what it does")
    parts = {one.name: one for node in (was, now) for one in fields(node) if "words" in one.metadata}
    for name, part in parts.items():
        if getattr(was, name, part.default) != getattr(now, name, part.default):
            yield _(part.metadata["words"])
    if _texts(was) != _texts(now):
        yield _("texts in other languages")
    if second_file(was) != second_file(now):
        yield _("file in the other language")


def _texts(node: Node) -> list[NodeWords]:
    texts = (replace(words, file="") for words in node.translations)
    return [words for words in texts if words != NodeWords(language=words.language)]
