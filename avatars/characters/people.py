"""Who the two characters are: their colours and their proportions, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from avatars.characters.curves import Pair
from avatars.characters.painter import Colour, colour


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
    """The proportions of one face, in units; lines are those of the half with positive x."""

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
    neck: Sequence[Pair]
    shoulders: Sequence[Pair]


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
        iris=colour("#6b3f22"),
        lash=colour("#2a1714"),
        brow=colour("#4a2f27"),
        hair=colour("#2a1b18"),
        hair_light=colour("#8a5a43"),
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
            (102, 128),
            (77, 164),
            (47, 190),
            (21, 202),
            (0, 204),
        ),
        upper_lid=((32, 4), (39, -6.5), (50, -14), (62.5, -15.5), (76, -10.5), (87, -3.5)),
        lower_lid=((32, 4), (41, 8.2), (52, 11.2), (64, 11.4), (76, 7), (87, -3.5)),
        iris=(58.5, -2, 14.4),
        brow=((25, -41), (44, -46.5), (66, -50.5), (84, -49), (102, -40)),
        brow_width=7.5,
        lashes=1.0,
        nose=(76, 23, 0.8),
        upper_lip=((0, 121), (8.5, 118), (19, 120), (32, 122.6), (45.5, 124.8)),
        lower_lip=((0, 149.5), (12, 148.6), (25, 143.4), (37, 134.5), (45.5, 124.8)),
        seam=((0, 131.5), (9, 130.8), (20, 131.2), (33, 129.2), (45.5, 124.8)),
        blush=0.30,
        neck=((50, 110), (49, 195), (52, 232), (68, 256), (130, 280), (200, 300)),
        shoulders=((54, 232), (84, 266), (160, 294), (232, 322), (276, 362), (298, 450), (312, 620)),
    ),
    seed=11,
)

RAN = Person(
    palette=Palette(
        skin=(colour("#925138"), colour("#c98a66"), colour("#e8b892"), colour("#fadcc0")),
        blush=colour("#d97f66"),
        lips=colour("#bd6f62"),
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
            (131, 48),
            (127, 92),
            (117, 136),
            (96, 171),
            (64, 200),
            (30, 215),
            (0, 217),
        ),
        upper_lid=((32.5, 3.5), (40, -5.5), (51, -12), (63, -13), (76, -9), (87, -2.5)),
        lower_lid=((32.5, 3.5), (41, 7.2), (52, 10), (64, 10.2), (76, 6.2), (87, -2.5)),
        iris=(58.5, -1.4, 13.4),
        brow=((23, -36), (43, -43), (66, -47), (86, -44.5), (104, -33)),
        brow_width=11,
        lashes=0.35,
        nose=(79, 27, 1.1),
        upper_lip=((0, 127.5), (9, 125), (21, 126.8), (35, 129.2), (48, 130.5)),
        lower_lip=((0, 153), (12, 152.4), (26, 148.6), (39, 140.5), (48, 130.5)),
        seam=((0, 137), (9, 136.4), (21, 136.8), (35, 135), (48, 130.5)),
        blush=0.16,
        neck=((80, 120), (80, 210), (84, 240), (104, 262), (160, 285), (230, 305)),
        shoulders=((84, 220), (124, 250), (220, 284), (312, 322), (352, 372), (372, 460), (380, 620)),
    ),
    seed=23,
)
