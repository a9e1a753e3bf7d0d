"""Small layouts, to the pixel."""

import pytest

from conversations.flows.graph.positions import place
from conversations.flows.graph.ranks import Box, Link, arrange

Pixels = dict[str, tuple[float, float]]


def boxes(*keys: str) -> list[Box]:
    return [Box(key=key, width=100, height=50) for key in keys]


def links(*ways: str, main: bool = True, **size: float) -> list[Link]:
    """Arrows like "ab", from a to b."""
    return [Link(source=way[0], target=way[1], main=main, **size) for way in ways]


@pytest.mark.parametrize(
    ("keys", "ways", "layers"),
    [
        ("a", [], [["a"]]),
        ("abc", ["ab", "bc"], [["a"], [""], ["b"], [""], ["c"]]),
        ("abc", ["ab", "ac"], [["a"], ["", ""], ["b", "c"]]),
        ("abcd", ["ab", "ac", "bd", "cd"], [["a"], ["", ""], ["b", "c"], ["", ""], ["d"]]),
        ("abc", ["ab"], [["a", "c"], [""], ["b"]]),
        ("bac", ["ab"], [["c", "a"], [""], ["b"]]),
        ("abcd", ["ac", "bd", "ad", "bc"], [["a", "b"], ["", "", "", ""], ["c", "d"]]),
        ("a", ["aa"], [["a", ""]]),
        ("ab", ["ab", "ba"], [["a", ""], ["", ""], ["b", ""]]),
        ("abc", ["ab", "bc", "ac"], [["a"], ["", ""], ["b", ""], ["", ""], ["c"]]),
    ],
)
def test_boxes_stand_in_the_layer_of_their_longest_way(keys, ways, layers):
    layered = arrange(boxes(*keys), links(*ways))
    assert [[layered.items[index].box for index in layer] for layer in layered.layers] == layers


@pytest.mark.parametrize(
    ("keys", "ways", "size", "places"),
    [
        ("abc", ["ab", "bc"], (100, 222), {"a": (0, 0), "b": (0, 86), "c": (0, 172)}),
        ("abc", ["ab", "ac"], (232, 145), {"a": (0, 0), "b": (0, 95), "c": (132, 95)}),
        ("abc", ["ab"], (232, 136), {"a": (0, 0), "b": (0, 86), "c": (132, 0)}),
        ("a", ["aa"], (114, 104), {"a": (0, 27)}),
        ("ab", ["ab", "ba"], (114, 190), {"a": (0, 27), "b": (0, 113)}),
        ("abc", ["ab", "bc", "ac"], (114, 240), {"a": (0, 0), "b": (0, 95), "c": (0, 190)}),
        (
            "abcdef",
            ["ae", "af", "ad", "bd", "be", "cf", "cd", "ca"],
            (378, 249),
            {"a": (146, 95), "b": (219, 0), "c": (0, 0), "d": (146, 199), "e": (278, 199), "f": (14, 199)},
        ),
        (
            "abcdefg",
            ["ad", "be", "cf", "ag", "gd", "fb"],
            (296, 326),
            {
                **{"a": (0, 0), "b": (196, 190), "c": (196, 0), "d": (0, 190)},
                **{"e": (196, 276), "f": (196, 95), "g": (64, 95)},
            },
        ),
    ],
)
def test_boxes_stand_here_to_the_pixel(keys: str, ways: list[str], size: tuple[float, float], places: Pixels):
    drawing = place(arrange(boxes(*keys), links(*ways)), tuple(links(*ways)))
    assert (drawing.width, drawing.height) == size
    assert drawing.boxes == places


@pytest.mark.parametrize(
    ("keys", "ways", "points", "label"),
    [
        ("ab", ["ab"], [(50, 50), (50, 86)], (50, 68)),
        ("a", ["aa"], [(50, 77), (50, 90.5), (114, 90.5), (114, 13.5), (50, 13.5), (50, 27)], (114, 52)),
        (
            "ab",
            ["ab", "ba"],
            [(50, 163), (50, 176.5), (114, 176.5), (114, 13.5), (50, 13.5), (50, 27)],
            (114, 138),
        ),
        (
            "abcd",
            ["ac", "bd", "ad", "bc"],
            [(182, 50), (182, 72.5), (102, 72.5), (102, 99.5), (50, 99.5), (50, 113)],
            (102, 86),
        ),
    ],
)
def test_a_line_leads_along_these_points(keys, ways, points, label):
    route = place(arrange(boxes(*keys), links(*ways)), tuple(links(*ways))).routes[-1]
    assert list(route.points) == points
    assert route.label == label


def test_a_label_makes_room_for_itself():
    ways = [*links("ab", width=60, height=30), *links("ba", main=False, width=80, height=20)]
    drawing = place(arrange(boxes(*"ab"), ways), tuple(ways))
    assert (drawing.width, drawing.height) == (194, 220)
    assert drawing.boxes == {"a": (0, 27), "b": (0, 143)}
    assert [route.label for route in drawing.routes] == [(50, 110), (154, 168)]


def test_a_flow_with_ways_of_lesser_weight_lies_here_to_the_pixel():
    ways = [
        *links("fb", width=60, height=20),
        *links("dc", main=False, width=60, height=20),
        *links("ab", height=20),
        *links("db", width=60, height=20),
        *links("fd", main=False, width=60, height=20),
        *links("ad", height=20),
    ]
    drawing = place(arrange(boxes(*"abcdef"), ways), tuple(ways))
    assert (drawing.width, drawing.height) == (408, 298)
    assert drawing.boxes == {
        **{"a": (44, 0), "b": (308, 248), "c": (0, 248)},
        **{"d": (164.2, 124), "e": (176, 0), "f": (308, 0)},
    }
    assert [route.points[1:-1] for route in drawing.routes] == [
        ((358, 63.5), (358, 63.5), (358, 234.5), (358, 234.5)),
        ((214.2, 187.5), (50, 187.5)),
        ((94, 63.5), (94, 63.5), (94, 234.5), (358, 234.5)),
        ((214.2, 187.5), (214.2, 187.5), (214.2, 234.5), (358, 234.5)),
        ((358, 63.5), (284, 63.5), (284, 110.5), (214.2, 110.5)),
        ((94, 63.5), (214.2, 63.5), (214.2, 110.5), (214.2, 110.5)),
    ]
    assert [route.label for route in drawing.routes] == [
        *((358, 87), (50, 211), (94, 87)),
        *((214.2, 211), (284, 87), (214.2, 87)),
    ]
