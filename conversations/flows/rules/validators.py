"""Whether the validators that the questions of a flow name are registered."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.machine.values import Machine
from conversations.validators import registered


def problems(machine: Machine) -> Iterator[Problem]:
    """An error for each question whose validator no code registers."""
    for node in machine.nodes:
        if node.validator and node.validator not in registered:
            words = _("No code registers the validator “%s”. Choose another one, or install the app that has it.")
            yield Problem(code="unknown_validator", state=node.name, words=words % node.validator)
