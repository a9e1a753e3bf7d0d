"""Video templates in flows: checks of the values that a state gives, and a preview of the script."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.models import RenderTemplate
from conversations.flows.lint import Problem
from conversations.machine.values import Machine, MakeVideo, Node, NodeKind
from core.text.slot_values import is_blank


def problems(machine: Machine) -> Iterator[Problem]:
    """Problems with the video templates of a flow and the values for their variables."""
    used = {node.template for node in machine.nodes if node.template}
    rows = RenderTemplate.objects.prefetch_related("variables").in_bulk(used)
    for node in machine.nodes:
        if node.kind == NodeKind.VIDEO and node.template is not None:
            yield from _problems(machine, node, rows.get(node.template))
        elif node.values:
            words = _("It gives values to the variables of a video template, and names no template.")
            yield Problem(code="no_template", state=node.name, words=words)


def template_for(effect: MakeVideo) -> RenderTemplate | None:
    """The template of a video; None if it was deleted."""
    if effect.template is None:
        return None
    return RenderTemplate.objects.prefetch_related("variables").filter(pk=effect.template).first()


def preview(machine: Machine, effect: MakeVideo) -> str:
    """The script of a video, without rendering it."""
    template = template_for(effect)
    if template is None:
        return effect.text
    return avatars.personalise(template, effect.values, facts=effect.slots, slots=machine.slots).text


def _problems(machine: Machine, node: Node, template: RenderTemplate | None) -> Iterator[Problem]:
    if template is None:
        words = _("Its video template is not there any more. Choose another one.")
        yield Problem(code="template_gone", state=node.name, words=words)
        return
    if not is_blank(node.text):
        words = _("Its text is not used: the template “%s” has a script of its own.") % template
        yield Problem(code="text_unused", state=node.name, words=words, is_error=False)
    if node.digital_human is not None and node.digital_human != template.digital_human_id:
        words = _("The template “%s” says who speaks. Leave the digital human empty.") % template
        yield Problem(code="digital_human_unused", state=node.name, words=words, is_error=False)
    for fault in avatars.personal_faults(template, dict(node.values), machine.slots):
        words = _("Template “%(template)s”: %(fault)s") % {"template": template, "fault": fault}
        # The rule on all texts of a state reports slots that no state fills.
        if fault.code not in ("bad_placeholder", "unknown_slot"):
            yield Problem(code=f"value_{fault.code}"[:40], state=node.name, words=words)
