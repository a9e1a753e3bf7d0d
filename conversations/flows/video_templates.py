"""Video templates and presentations in flows: checks of the values that a state gives, a preview of the script."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from avatars import services as avatars
from avatars.models import Presentation, RenderTemplate
from avatars.services import VideoSource
from conversations.flows.problems import Problem
from conversations.machine.effects import MakeVideo
from conversations.machine.values import Machine
from core.text.slot_values import is_blank

SPEAKERS = ("digital_human__voice", "partner__voice", "translation_voice", "translation_partner_voice")


def problems(machine: Machine) -> Iterator[Problem]:
    """Problems with the templates and presentations of a flow and the values for their variables."""
    videos = [(node.name, node.video) for node in machine.nodes if node.video is not None]
    templates = _templates(video.template for _name, video in videos)
    presentations = _presentations(video.presentation for _name, video in videos)
    for name, video in videos:
        if video.presentation is not None:
            yield from _problems(machine, name, video, presentations.get(video.presentation))
        elif video.template is not None:
            yield from _problems(machine, name, video, templates.get(video.template))
        elif video.values:
            words = _("It gives values to variables, and names neither a video template nor a presentation.")
            yield Problem(code="no_template", state=name, words=words)


def names_source(effect: MakeVideo) -> bool:
    """Whether a video is of a template or a presentation."""
    return effect.template is not None or effect.presentation is not None


def source_for(effect: MakeVideo) -> VideoSource | None:
    """The template or presentation of a video; None if it was deleted."""
    if effect.presentation is not None:
        return _presentations([effect.presentation]).get(effect.presentation)
    return _templates([effect.template]).get(effect.template or 0)


def script_for(source: VideoSource, effect: MakeVideo, machine: Machine, *, language: str) -> avatars.PersonalScript:
    """The script of a video for a member of this language, with the answers in it."""
    return avatars.personalise(source, effect.values, facts=effect.slots, slots=machine.slots, language=language)


def preview(machine: Machine, effect: MakeVideo) -> str:
    """The script of a video, without rendering it."""
    source = source_for(effect)
    return effect.text if source is None else script_for(source, effect, machine, language=machine.language).text


def _templates(used: Iterable[int | None]) -> Mapping[int, RenderTemplate]:
    return RenderTemplate.objects.prefetch_related("variables").in_bulk([pk for pk in used if pk])


def _presentations(used: Iterable[int | None]) -> Mapping[int, Presentation]:
    rows = Presentation.objects.select_related(*SPEAKERS).prefetch_related("scenes", "variables")
    return rows.in_bulk([pk for pk in used if pk])


def _problems(machine: Machine, step: str, video: MakeVideo, source: VideoSource | None) -> Iterator[Problem]:
    if source is None:
        words = _("Its video template or presentation is not there any more. Choose another one.")
        yield Problem(code="template_gone", state=step, words=words)
        return
    if not is_blank(video.text):
        words = _("Its text is not used: “%s” has a script of its own.") % source
        yield Problem(code="text_unused", state=step, words=words, is_error=False)
    if video.digital_human is not None and video.digital_human != source.digital_human_id:
        words = _("“%s” says who speaks. Leave the digital human empty.") % source
        yield Problem(code="digital_human_unused", state=step, words=words, is_error=False)
    for fault in avatars.source_faults(source):
        words = _("“%(source)s”: %(fault)s") % {"source": source, "fault": fault}
        yield Problem(code=f"presentation_{fault.code}"[:40], state=step, words=words)
    for fault in avatars.personal_faults(source, video.values, machine.slots):
        words = _("“%(source)s”: %(fault)s") % {"source": source, "fault": fault}
        # The rule on all texts of a state reports slots that no state fills.
        if fault.code not in ("bad_placeholder", "unknown_slot"):
            yield Problem(code=f"value_{fault.code}"[:40], state=step, words=words)
