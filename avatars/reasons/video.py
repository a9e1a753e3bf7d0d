"""The flaws of portrait videos that cannot be used, and remarks about others, in the reader's language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KEEPS_BACKGROUND = _("A portrait video keeps its own background. Remove the colour and the picture.")
UNUSABLE = {
    "not_a_video": _("This is no video that can be read. Upload an MP4, MOV or WebM video."),
    "video_too_large": _("The video is too large. Use one of at most 500 MB."),
    "video_too_short": _("The video is too short. Use one of at least 20 seconds."),
    "video_too_long": _("The video is too long. Use one of at most 2 minutes."),
    "too_small": _("The video is too small. Use one of at least 360 pixels a side."),
    "no_face": _("No face was found. Use a video in which the face looks at the camera and is well lit."),
    "face_lost": _("The face is not seen. It must be in the picture all the time."),
    "several_faces": _("Several faces are seen. Use a video of one person."),
    "face_too_small": _("The face is too small. Film it from nearer."),
    "face_cut_off": _("The edge of the picture cuts the face. Leave room around the head."),
    "turned": _("The face is turned away. Look at the camera."),
    "tilted": _("The head is tilted too far. Hold it upright."),
    "cut": _("The video is cut, or the face jumps. Use one piece that was filmed without a break."),
    "mouth_covered": _("Something covers the mouth. Keep hands and microphones away from it."),
    "eyes_covered": _("Something covers the eyes, or they stay shut. Take off sunglasses."),
    "too_dark": _("The face is too dark. Film it with more light."),
    "too_bright": _("The face is too bright: parts of it are white. Film it with less light."),
    "blurred": _("The face is blurred. Film it in focus, with more light."),
}
REMARKS = {
    "others_behind": _("There are smaller faces in the background."),
    "face_at_edge": _("The edge of the picture cuts the head. Leave room around it."),
    "dark": _("The face is dark. More light looks better."),
    "bright": _("The face is very bright. Less light looks better."),
    "side_shadow": _("One side of the face is in shadow. Light from the front looks better."),
    "soft": _("The face is somewhat blurred. A sharper video looks better."),
    "face_small": _("The face is small. A video from nearer looks better."),
}


def known(code: str) -> bool:
    """Whether there are words for this code here."""
    return code in UNUSABLE or code in REMARKS


def words(code: str) -> str:
    """The finding in words, or the code itself where there are none."""
    return str(UNUSABLE.get(code) or REMARKS.get(code) or code)


def told(code: str, begin: float, end: float) -> str:
    """The finding with its time: “0:12–0:15: The face is turned away.”"""
    if end - begin < 1.0:
        return gettext("%(begin)s: %(words)s") % {"begin": clock(begin), "words": words(code)}
    return gettext("%(begin)s–%(end)s: %(words)s") % {"begin": clock(begin), "end": clock(end), "words": words(code)}


def clock(seconds: float) -> str:
    """A time as minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
