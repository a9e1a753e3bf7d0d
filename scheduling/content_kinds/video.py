"""A talking video."""

from scheduling.content_kinds.content_kind import Closing, ContentKind, gettext_noop
from scheduling.content_kinds.content_kind_registry import register


@register
class VideoKind(ContentKind):
    """Spoken words, a video template or a presentation; its script is checked where videos are made."""

    name, label, order = "video", gettext_noop("video of a digital human"), 60
    fields = ("text", "literal", "template", "presentation", "values", "defaults", "digital_human", "mode")
    spoken = ("text",)
    closing = Closing.IN_TEXT
    has_sources = True
    is_made = True
    personal_batch = 20
