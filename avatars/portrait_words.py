"""The flaws of pictures that cannot be portraits, and remarks about others, in plain English, for use without Django.

`avatars.reasons.portrait` has the same in the reader's language.
"""


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


UNUSABLE = {
    "not_an_image": _("This is not a picture, or a broken one. Upload a JPEG, PNG or WebP picture."),
    "picture_format": _("Pictures of this kind are not taken. Save it as JPEG, PNG or WebP, and upload that."),
    "too_large": _("The file is too large. Use one of at most 10 MB."),
    "too_many_pixels": _("The picture has too many pixels. Make it smaller: at most 40 million, as 8000 × 5000."),
    "too_small": _("The picture is too small. Use one of at least 200 pixels a side."),
    "face_too_small": _(
        "The face in the picture is too small. Use a picture from nearer, or cut this one to the head."
    ),
    "no_face": _(
        "No face was found. Choose a well lit picture in which the face looks at the camera and nothing covers it."
    ),
    "several_faces": _("The picture shows more than one face. Choose one in it, or upload another picture."),
    "faces_too_close": _("The faces are too close to each other to cut one out. Use a picture of this person alone."),
    "face_unknown": _("There is no such face in this picture. Choose one of the marked faces."),
    "turned": _("The face is turned too far to a side. Choose a picture in which it looks at the camera."),
    "mouth_covered": _(
        "Something covers the mouth: a mask, a hand, a microphone. Choose a picture in which the lips are seen."
    ),
    "mouth_stays_open": _(
        "The mouth is open and cannot be shut, or something is before it. Choose a picture with closed lips."
    ),
    "eyes_covered": _(
        "Something covers the eyes: sunglasses, hair or a hand. Choose a picture in which the eyes are seen."
    ),
    "face_cut_off": _("The edge of the picture cuts the face. Choose a picture in which all of the face is seen."),
    "too_dark": _("The picture is too dark. Brighten it, or choose one in which light falls on the face."),
    "too_bright": _("The picture is too bright: parts of the face are white. Choose a picture with less light."),
    "blurred": _("The face is blurred, or the picture was enlarged. Use the original, or choose a sharper picture."),
}
# Remarks of the portrait check about a portrait that will do, but could be better, or was changed.
REMARKS = {
    "others_behind": _("There are smaller faces in the background; they will not move."),
    "turned_some": _("The face is turned to a side; its lips will move less. One from the front looks better."),
    "tilted": _("The head is tilted; in the video it stays so. Where you do not want that, turn the picture first."),
    "face_at_edge": _("The edge of the picture cuts the head. A picture with room around the head looks better."),
    "dark": _("The face is dark. A picture with more light on the face looks better."),
    "bright": _("The face is very bright: parts of it have lost their colour. A picture with less light looks better."),
    "side_shadow": _("One side of the face is in shadow. Light from the front looks better."),
    "soft": _("The face is somewhat blurred, or the picture was enlarged. A sharper one looks better."),
    "face_small": _("The face is small; the video will look better with a closer picture."),
    "mouth_open": _(
        "The mouth is wide open; where it closes, a seam may show. A picture with closed lips looks better."
    ),
    "perhaps_covered": _("Something may cover part of the face. Where its video looks wrong, choose another picture."),
    "turned_upright": _("The picture was lying on its side or upside down, and was turned upright."),
    "transparent": _("Transparent parts of the picture were filled with a light grey."),
}
