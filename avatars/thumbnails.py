"""Small pictures of digital humans, and the sign that replaces a removed picture."""

from django.utils.html import format_html
from django.utils.translation import gettext

from avatars import services
from avatars.models import DigitalHuman


def portrait_thumb(human: DigitalHuman) -> str:
    """A portrait, or a sign that it is gone: withdrawing a consent removes the picture."""
    if services.missing_portraits([human]):
        return format_html(
            '<span class="ou-thumb ou-thumb-gone" role="img" title="{0}" aria-label="{0}">'
            '<span class="material-symbols-outlined" aria-hidden="true">no_photography</span></span>',
            gettext("picture removed"),
        )
    return format_html('<img class="ou-thumb" src="{}" alt="{}">', human.portrait.url, human.name)
