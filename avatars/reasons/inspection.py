"""The flaws that the last check of a video can find (avatars/inspection), and the remedy for each.

Each code is one flaw; the requester of the video reads these words, in their language.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

AGAIN = _("Make it again. If it stops once more, the log of the render worker says why.")
ENGINE = _("Make it again, or choose another render engine for the digital human.")
VOICE = _("Make it again, or choose another voice for the digital human.")
SHORTER = _("Make the text shorter, or send it in parts.")
DISK = _("Make it again. If it happens often, check the disk and the memory of the machine.")


class Flaw(NamedTuple):
    """A flaw of a video, and the remedy."""

    words: Any
    advice: Any


FLAWS = {
    "black": Flaw(_("its picture was black"), ENGINE),
    "frozen": Flaw(_("its picture stood still while there was speech"), ENGINE),
    "lips_in_silence": Flaw(_("its lips moved during silence"), ENGINE),
    "frame_shape": Flaw(_("the engine gave pictures of another size"), ENGINE),
    "frame_count": Flaw(_("pictures were missing in it"), ENGINE),
    "silent": Flaw(_("its sound was missing, or broke off"), VOICE),
    "clipped": Flaw(_("its sound was distorted"), VOICE),
    "sound_differs": Flaw(_("its sound differed from the speech"), VOICE),
    "drift": Flaw(_("its sound and its lips were not together"), AGAIN),
    "late_start": Flaw(_("its picture or its sound began late"), AGAIN),
    "lengths_differ": Flaw(_("its picture and its sound were not of one length"), AGAIN),
    "duration": Flaw(_("it was shorter or longer than the speech"), AGAIN),
    "undecodable": Flaw(_("its file was damaged"), DISK),
    "mp4_broken": Flaw(_("its file was cut short"), DISK),
    "no_picture": Flaw(_("its poster was damaged"), DISK),
    "no_file": Flaw(_("there was no file"), DISK),
    "video_codec": Flaw(_("its picture was in a form that telephones do not play"), AGAIN),
    "audio_codec": Flaw(_("its sound was in a form that telephones do not play"), AGAIN),
    "video_size": Flaw(_("its picture had the wrong size"), AGAIN),
    "frame_rate": Flaw(_("it had too many or too few pictures a second"), AGAIN),
    "unlabelled": Flaw(_("it lacked the AI label, without which no video may go out"), AGAIN),
}
