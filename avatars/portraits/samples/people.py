"""The two characters: their colours and their proportions, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from avatars.portraits.samples.curves import Pair
from avatars.portraits.samples.painter import Colour, colour


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one character and of the room behind."""

    skin: tuple[Colour, Colour, Colour, Colour]  # from the deepest shadow to the light
    blush: Colour
    lips: Colour
    seam: Colour
    iris: Colour
    lash: Colour
    brow: Colour
    hair: Colour
    hair_light: Colour
    jacket: Colour
    shirt: Colour
    wall: tuple[Colour, Colour]  # from the window's side to the far side
    accent: Colour


@dataclass(frozen=True, kw_only=True)
class Build:
    """The proportions of one face, in units; lines are of the half with positive x."""

    face: Sequence[Pair]
    upper_lid: Sequence[Pair]  # from the inner corner to the outer
    lower_lid: Sequence[Pair]
    iris: tuple[float, float, float]  # x, y, radius
    brow: Sequence[Pair]
    brow_width: float
    lashes: float  # how made up the eyes are, 0..1
    nose: tuple[float, float, float]  # y of the tip, half width of the wings, strength of the bridge
    upper_lip: Sequence[Pair]  # from the middle to the corner
    lower_lip: Sequence[Pair]
    seam: Sequence[Pair]
    blush: float
    stubble: float  # the shadow of a shaved beard, 0..1
    neck: Sequence[Pair]
    shoulders: Sequence[Pair]
    broader: float = 0.0  # by how much elbows are further out, of half a body


@dataclass(frozen=True, kw_only=True)
class Person:
    """One character."""

    palette: Palette
    build: Build
    seed: int  # where the strands of hair fall


XIAO = Person(
    palette=Palette(
        skin=(colour("#a85f4a"), colour("#d99a7b"), colour("#f3c8aa"), colour("#ffe6d2")),
        blush=colour("#ee8f80"),
        lips=colour("#cf5f61"),
        seam=colour("#6d2229"),
        iris=colour("#5a3722"),
        lash=colour("#2a1714"),
        brow=colour("#4a2f27"),
        hair=colour("#2a1b18"),
        hair_light=colour("#a8714f"),
        jacket=colour("#37566b"),
        shirt=colour("#fbf4ea"),
        wall=(colour("#fbeedb"), colour("#c9a688")),
        accent=colour("#7f9a83"),
    ),
    build=Build(
        face=(
            (0, -150),
            (60, -142),
            (104, -104),
            (124, -50),
            (128, 0),
            (126, 42),
            (118, 86),
            (99, 128),
            (72, 164),
            (43, 190),
            (21, 202),
            (0, 204),
        ),
        upper_lid=((29.5, 4.5), (37.5, -6.8), (49, -14.8), (62, -16.5), (76, -10.4), (87.5, -4)),
        lower_lid=((29.5, 4.5), (39.5, 8.6), (51.5, 11.8), (64, 12), (76.5, 5.2), (87.5, -4)),
        iris=(58, -2.2, 15.2),
        brow=((23, -42), (43, -47), (66, -50.5), (85, -49), (103, -41)),
        brow_width=7.5,
        lashes=1.0,
        nose=(76, 22, 0.6),
        upper_lip=((0, 121), (8.5, 118), (19, 120), (32, 121.9), (45.5, 123.6)),
        lower_lip=((0, 149.5), (12, 148.6), (25, 143.4), (37, 133.5), (45.5, 123.6)),
        seam=((0, 131.5), (9, 130.8), (20, 131.2), (33, 128.5), (45.5, 123.6)),
        blush=0.30,
        stubble=0.0,
        neck=((50, 110), (49, 195), (52, 232), (64, 256), (106, 288), (140, 340)),
        shoulders=((54, 232), (84, 266), (160, 294), (232, 322), (276, 362), (298, 450), (312, 620)),
    ),
    seed=11,
)

RAN = Person(
    palette=Palette(
        skin=(colour("#925138"), colour("#c98a66"), colour("#e8b892"), colour("#fadcc0")),
        blush=colour("#d97f66"),
        lips=colour("#c5786a"),
        seam=colour("#5f2722"),
        iris=colour("#553117"),
        lash=colour("#241512"),
        brow=colour("#2a1d1a"),
        hair=colour("#1d1716"),
        hair_light=colour("#6b5448"),
        jacket=colour("#3b414f"),
        shirt=colour("#e9f0f7"),
        wall=(colour("#eef0e8"), colour("#93a29c")),
        accent=colour("#c98d5a"),
    ),
    build=Build(
        face=(
            (0, -150),
            (64, -142),
            (110, -104),
            (129, -50),
            (132, 0),
            (130, 48),
            (124.5, 92),
            (113, 136),
            (92, 170),
            (61, 199),
            (30, 215),
            (0, 217),
        ),
        upper_lid=((31, 4), (39, -5.5), (50, -12.6), (63, -13.8), (76, -8.8), (87, -2.8)),
        lower_lid=((31, 4), (40, 7.6), (51.5, 10.6), (64, 10.8), (76.5, 5.2), (87, -2.8)),
        iris=(58.3, -1.4, 14.2),
        brow=((23, -36), (43, -43), (66, -47), (86, -44.5), (104, -33)),
        brow_width=11,
        lashes=0.2,
        nose=(79, 26, 0.9),
        upper_lip=((0, 127.5), (9, 125), (21, 126.8), (35, 128.8), (48, 129.6)),
        lower_lip=((0, 152), (12, 151.4), (26, 147.4), (39, 139.2), (48, 129.6)),
        seam=((0, 137), (9, 136.4), (21, 136.8), (35, 134.6), (48, 129.6)),
        blush=0.16,
        stubble=0.34,
        neck=((76, 120), (76, 205), (82, 238), (100, 262), (130, 292), (160, 340)),
        shoulders=((84, 220), (124, 250), (220, 284), (312, 322), (352, 372), (372, 460), (380, 620)),
    ),
    seed=23,
)

QING = replace(
    XIAO,
    palette=replace(
        XIAO.palette,
        jacket=colour("#74404f"),
        hair=colour("#1e1718"),
        hair_light=colour("#7c5a4d"),
        accent=colour("#8a8f6e"),
    ),
    build=replace(
        XIAO.build,
        shoulders=(
            *XIAO.build.shoulders[:5],
            (293, 450),
            (303, 540),
            (303, 620),
            (292, 682),
            (266, 716),
            (236, 722),
            (214, 730),
            (212, 770),
            (226, 850),
        ),
    ),
)
MING = replace(
    RAN,
    palette=replace(RAN.palette, jacket=colour("#2f4a60"), shirt=colour("#f6f2ea")),
    build=replace(
        RAN.build,
        broader=58.0,
        shoulders=(
            *RAN.build.shoulders[:4],
            (350, 364),
            (366, 450),
            (372, 540),
            (368, 620),
            (354, 690),
            (326, 722),
            (292, 728),
            (266, 738),
            (258, 780),
            (262, 850),
        ),
    ),
)
"""Two more, who look like the first in other clothes, to below the waist and with bent arms."""
