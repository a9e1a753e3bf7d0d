"""Where the parts of a scene lie in a video of a given size."""

from dataclasses import dataclass

from avatars.framing.boxes import Box
from avatars.framing.scene import even
from avatars.scenes.spec import Layout

SHORT = 720
"""The shorter side, in pixels: slides must be readable, whatever the mode."""
USUAL = 16 / 9
WIDE = 1.2
# As shares of the shorter side.
MARGIN, UNDER_MARK, BUBBLE = 0.05, 0.135, 0.3
# As shares of the width or the height.
BESIDE, BESIDE_NARROW, SLIDE_ENDS = 0.34, 0.4, 0.38
ABOVE_CAPTIONS = 0.74


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the human is, in a circle if `is_round`; where a slide may be; where the lower third begins: its lower left
    corner, and how wide it may be."""

    human: Box
    is_round: bool = False
    slide: Box | None = None
    lower_third: Box


def size_of(aspect: float | None) -> tuple[int, int]:
    """The sides of a video of scenes, in pixels; without a format it is wide."""
    aspect = aspect or USUAL
    return (round(SHORT * aspect / 2) * 2, SHORT) if aspect >= 1 else (SHORT, round(SHORT / aspect / 2) * 2)


def places(layout: Layout, size: tuple[int, int], *, captions: bool) -> Places:
    """The places of a layout in frames of (width, height), above the `captions` if there are any."""
    width, height = size
    margin = even(MARGIN * min(size))
    floor = even(ABOVE_CAPTIONS * height) if captions else height - margin
    if layout is Layout.HUMAN:
        human = Box(x=0, y=0, width=width, height=height)
        return Places(human=human, lower_third=_plate(margin, floor, round(0.6 * width)))
    if layout is Layout.CORNER:
        side, top = even(BUBBLE * min(size)), even(UNDER_MARK * min(size))
        human = Box(x=width - margin - side, y=floor - side, width=side, height=side)
        slide = Box(x=margin, y=top, width=width - 2 * margin, height=floor - top)
        plate = _plate(margin, floor, human.x - 2 * margin)
        return Places(human=human, is_round=True, slide=slide, lower_third=plate)
    return _beside(layout, size, margin=margin, floor=floor)


def _beside(layout: Layout, size: tuple[int, int], *, margin: int, floor: int) -> Places:
    width, height = size
    under_mark, is_right = even(UNDER_MARK * min(size)), layout is Layout.HUMAN_RIGHT
    if width < height:
        top = even(SLIDE_ENDS * height)
        human = Box(x=0, y=top, width=width, height=height - top)
        slide = Box(x=margin, y=under_mark, width=width - 2 * margin, height=top - under_mark)
    else:
        across = even((BESIDE if width > WIDE * height else BESIDE_NARROW) * width)
        top = margin if is_right else under_mark
        human = Box(x=width - across if is_right else 0, y=0, width=across, height=height)
        left = margin if is_right else across + margin // 2
        slide = Box(x=left, y=top, width=width - across - margin - margin // 2, height=floor - top)
    plate = _plate(human.x + margin // 2, floor, human.width - margin)
    return Places(human=human, slide=slide, lower_third=plate)


def _plate(left: int, bottom: int, width: int) -> Box:
    return Box(x=left, y=bottom, width=width, height=0)
