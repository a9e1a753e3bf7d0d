"""The places of a scene's parts in a video of a given size."""

from dataclasses import dataclass, replace

from avatars.framing.boxes import Box
from avatars.framing.scene import LONGEST, even
from avatars.scenes.spec import Layout

SHORT = 720
"""The shorter side, in pixels: slides must be readable, in every mode."""
USUAL = 16 / 9  # width by height of a presentation without a format, as of slides
WIDE = 1.2  # width through height from which a tile and a slide stand side by side
# Of the shorter side: the free edge, the top below the AI mark, and the diameter of a human in a circle.
MARGIN, UNDER_MARK, BUBBLE = 0.05, 0.135, 0.3
# Of the width: the tile of a human beside a slide, and in narrow videos; of the height: the end of a slide above it.
BESIDE, BESIDE_NARROW, SLIDE_ENDS = 0.34, 0.4, 0.38
ABOVE_CAPTIONS, ABOVE_BOTH = 0.74, 0.69  # of the height: where slides end above captions in one language, and in two
ROOMY = 10.0
"""A tile lower than so many margins has a smaller lower third."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """The boxes of the human, in a circle if `is_round`, and its partner; the area of a slide; and for the lower third
    of each its lower left corner and its largest width."""

    human: Box
    partner: Box | None = None
    is_round: bool = False
    slide: Box | None = None
    lower_third: Box
    partner_lower_third: Box | None = None
    lower_third_scale: float = 1.0

    def box_of(self, person: int) -> Box:
        return self.partner if person and self.partner is not None else self.human

    def lower_third_of(self, person: int) -> Box:
        return self.partner_lower_third if person and self.partner_lower_third is not None else self.lower_third


def size_of(aspect: float | None, *, longest: int = LONGEST) -> tuple[int, int]:
    """The even sides of a video of scenes, in pixels, none above `longest`; without a format it is wide."""
    aspect = aspect or USUAL
    short = min(SHORT, longest / max(aspect, 1 / aspect))
    wide, narrow = round(short * max(aspect, 1 / aspect) / 2) * 2, round(short / 2) * 2
    return (wide, narrow) if aspect >= 1 else (narrow, wide)


def places(layout: Layout, size: tuple[int, int], *, captions: bool, both: bool = False) -> Places:
    """The places of a layout in frames of (width, height), above the `captions` if there are any, in `both` languages
    or one."""
    width, height = size
    margin = even(MARGIN * min(size))
    floor = even((ABOVE_BOTH if both else ABOVE_CAPTIONS) * height) if captions else height - margin
    if layout is Layout.HUMAN:
        human = Box(x=0, y=0, width=width, height=height)
        return Places(human=human, lower_third=_plate(margin, floor, round(0.6 * width)))
    if layout is Layout.CORNER:
        side, top = even(BUBBLE * min(size)), even(UNDER_MARK * min(size))
        human = Box(x=width - margin - side, y=floor - side, width=side, height=side)
        slide = Box(x=margin, y=top, width=width - 2 * margin, height=floor - top)
        plate = _plate(margin, floor, human.x - 2 * margin)
        return Places(human=human, is_round=True, slide=slide, lower_third=plate)
    if layout is Layout.DIALOGUE:
        area = Box(x=margin, y=margin, width=width - 2 * margin, height=floor - margin)
        return _pair(area, across=width >= height, margin=margin)
    return _beside(layout, size, margin=margin, floor=floor)


def _beside(layout: Layout, size: tuple[int, int], *, margin: int, floor: int) -> Places:
    width, height = size
    under_mark, is_right = even(UNDER_MARK * min(size)), layout is not Layout.HUMAN_LEFT
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
    if layout is Layout.DIALOGUE_SLIDE:
        above = human.y + margin // 2 if human.y else margin
        left = human.x + margin // 2 if human.x else margin
        area = Box(x=left, y=above, width=width - margin - left, height=floor - above)
        return replace(_pair(area, across=width < height, margin=margin), slide=slide)
    plate = _plate(human.x + margin // 2, floor, human.width - margin)
    return Places(human=human, slide=slide, lower_third=plate)


def _pair(area: Box, *, across: bool, margin: int) -> Places:
    """Two humans in tiles that share an area, side by side if `across`, else one above the other."""
    gap = margin // 2
    wide = even((area.width - gap) / 2 if across else area.width)
    high = even(area.height if across else (area.height - gap) / 2)
    first = Box(x=area.x, y=area.y, width=wide, height=high)
    second = Box(x=area.x + area.width - wide, y=area.y + area.height - high, width=wide, height=high)
    plates = [_plate(box.x + gap, box.y + high - gap, wide - 2 * gap) for box in (first, second)]
    return Places(
        human=first,
        partner=second,
        lower_third=plates[0],
        partner_lower_third=plates[1],
        lower_third_scale=min(1.0, high / (ROOMY * margin)),
    )


def _plate(left: int, bottom: int, width: int) -> Box:
    return Box(x=left, y=bottom, width=width, height=0)
