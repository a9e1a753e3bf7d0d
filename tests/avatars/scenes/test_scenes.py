"""Scripts with marks, places in a frame, and when a slide is pointed to."""

from itertools import product

import numpy as np
import pytest
from PIL import Image

from avatars.exceptions import MediaError
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene
from avatars.scenes import layouts, marks, pointers
from avatars.scenes.composition import SceneComposition
from avatars.scenes.spec import Deck, Layout, Pointing, SceneSpec
from avatars.speech.base import Token

SIZES = [(1280, 720), (720, 1280), (720, 720)]


@pytest.mark.parametrize(
    ("script", "text", "points"),
    [
        ("看这里。", "看这里。", ()),
        ("看[point 1]这里。", "看这里。", ((1, 1),)),
        ("【指2】看这里，[指 1]还有这里。", "看这里，还有这里。", ((0, 2), (4, 1))),
        ("  Look [Point 1] here.\n", "Look here.", ((4, 1),)),
        ("Look at [point 1]this, [point 2] that.", "Look at this, that.", ((8, 1), (13, 2))),
        ("[1] 不是标记 [point x]", "[1] 不是标记 [point x]", ()),
    ],
)
def test_marks_are_taken_out_and_keep_their_place(script, text, points):
    assert marks.read(script) == marks.Marked(text=text, points=points)


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("A：你好。\nB：好！", [(0, "你好。\n"), (1, "好！")]),
        ("你好。\n乙: [point 1]好！\n甲：再见。", [(0, "你好。\n"), (1, "[point 1]好！\n"), (0, "再见。")]),
        ("b: Hello. A: no line.", [(1, "Hello. A: no line.")]),
        ("A：\nB：好！", [(1, "好！")]),
        ("", []),
    ],
)
def test_lines_of_a_dialogue_have_speakers(script, lines):
    assert marks.lines(script) == lines


@pytest.mark.parametrize(("layout", "size", "captions", "both"), product(Layout, SIZES, (False, True), (False, True)))
def test_everything_lies_within_the_frame(layout, size, captions, both):
    place = layouts.places(layout, size, captions=captions, both=both)
    for box in filter(None, (place.human, place.partner, place.slide)):
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= size[0]
        assert box.y + box.height <= size[1]
    assert not place.human.width % 2
    assert not place.human.height % 2
    assert (place.slide is not None) == layout.has_slide
    if layout in (Layout.HUMAN_LEFT, Layout.HUMAN_RIGHT, Layout.DIALOGUE_SLIDE):
        assert place.slide
        assert place.slide.within(place.human) is None
    assert (place.partner is not None) == layout.has_two
    if place.partner is not None:
        assert place.partner.within(place.human) is None
        assert place.slide is None or place.slide.within(place.partner) is None


def tokens(*starts):
    return [Token(offset=number, length=1, start=start, end=start + 0.2) for number, start in enumerate(starts)]


def test_a_point_shows_with_its_word_until_the_next():
    marked = [Pointing(offset=12, x=10, y=20), Pointing(offset=10, x=30, y=40)]
    found = pointers.moments(marked, tokens(1.0, 1.2, 2.0, 2.2), begin=10, length=3.0)
    assert [(moment.x, moment.start, moment.end) for moment in found] == [
        (30, pytest.approx(0.75), pytest.approx(1.75)),
        (10, pytest.approx(1.75), 3.0),
    ]
    assert pointers.moments([], tokens(1.0), begin=0, length=2.0) == ()


@pytest.mark.parametrize(("layout", "sign"), [(Layout.HUMAN_LEFT, 1), (Layout.HUMAN_RIGHT, -1), (Layout.CORNER, 0)])
def test_the_human_turns_to_the_side_of_the_slide(layout, sign):
    found = pointers.moments([Pointing(offset=0, x=5, y=5)], tokens(1.0), begin=0, length=3.0)
    assert [np.sign(look.yaw) for look in pointers.looks(found, layout)] == ([sign] if sign else [])


def staging(slide, *, layout=Layout.HUMAN_RIGHT, **words):
    deck = Deck(scenes=(SceneSpec(begin=0, layout=layout, slide=slide, **words),))
    return SceneComposition(deck, 0, Scene(captions=Captions.OFF), (640, 360))


def test_slide_pointer_and_lower_third_are_drawn_when_they_are_due(tmp_path):
    slide = tmp_path / "slide.png"
    Image.new("RGB", (160, 90), (0, 160, 0)).save(slide)
    scene = staging(slide, name="王芳", role="HR")
    human = np.full((scene.place.human.height, scene.place.human.width, 3), 200, np.uint8)
    found = pointers.moments([Pointing(offset=0, x=50, y=50)], tokens(1.0), begin=0, length=4.0)
    drawn = scene.frames([iter([human] * 40)], found, fps=10, count=40, before=None)
    frames = [frame.copy() for frame in drawn]
    box = scene.canvas.slide
    assert box is not None
    plain = frames[0][box.place]
    assert tuple(plain[box.height // 2, box.width // 2]) == (0, 160, 0)
    assert [bool((frame[box.place] != plain).any()) for frame in (frames[5], frames[15])] == [False, True]
    plate = scene.covered(found)[-1]
    assert isinstance(plate, Box)
    assert [bool((frame[plate.place] != frames[0][plate.place]).any()) for frame in (frames[2], frames[20])] == [
        False,
        True,
    ]
    assert (frames[0][5, scene.place.human.x + 5] == 200).all()


def test_the_corner_shows_a_round_picture_over_the_slide(tmp_path):
    slide = tmp_path / "slide.png"
    Image.new("RGB", (160, 90), (0, 0, 160)).save(slide)
    scene = staging(slide, layout=Layout.CORNER)
    box = scene.place.human
    frame = scene.with_humans([np.full((box.height, box.width, 3), 90, np.uint8)])
    assert (frame[box.y + box.height // 2, box.x + box.width // 2] == 90).all()
    assert (frame[box.y, box.x] != 90).any()


def test_a_slide_that_cannot_be_read_is_named(tmp_path):
    broken = tmp_path / "slide.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(MediaError) as caught:
        staging(broken)
    assert (caught.value.code, caught.value.field) == ("slide_broken", "slide")
