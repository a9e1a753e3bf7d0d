"""The check of a portrait: one of two faces is chosen in it, and each remark is marked."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.support.forms import Forms
from tests.support.paths import PHOTOGRAPH
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same person twice, the second looking the other way: 1024 × 600."""
    with Image.open(PHOTOGRAPH) as photograph:
        both = Image.new("RGB", (2 * photograph.width, photograph.height))
        both.paste(photograph, (0, 0))
        both.paste(photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (photograph.width, 0))
    path = tmp_path_factory.mktemp("pair") / "pair.jpg"
    both.save(path, quality=92)
    return path


def test_of_two_people_one_is_chosen_in_the_picture(desk: Page, stack: Stack, pair: Path, picture):
    forms = Forms(desk, stack.url)
    forms.open("avatars/digitalhuman/add/")
    place = desk.locator("[data-portrait]")
    faces = desk.locator(".ou-faces button")
    forms.fill(name="右边的人", portrait=pair)
    desk.locator("select[name=voice]").select_option(index=1)
    expect(faces).to_have_count(2)
    expect(place).to_have_attribute("data-state", "bad")
    expect(place.get_by_role("status")).not_to_be_empty()
    picture(desk, "two-faces")
    faces.nth(1).press("Enter")
    expect(place).to_have_attribute("data-state", "good")
    expect(faces.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(faces.nth(1)).to_be_focused()
    expect(faces.nth(0)).to_have_attribute("aria-pressed", "false")
    assert desk.locator("input[name=face]").input_value() == "1"
    left_of_the_cut = place.locator("rect.ou-cut").evaluate("cut => cut.x.baseVal.value")
    assert left_of_the_cut >= 400  # of 1024: who stands on the right
    picture(desk, "chosen")
    forms.save(stay=True)
    desk.locator("[data-look]").click()
    expect(place).to_have_attribute("data-state", "good")
    expect(desk.locator(".ou-faces > *")).to_have_count(1)
    assert place.locator("img").evaluate("image => image.naturalWidth") < 800


@pytest.mark.thorough
def test_another_picture_forgets_the_choice(desk: Page, stack: Stack, pair: Path):
    forms = Forms(desk, stack.url)
    forms.open("avatars/digitalhuman/add/")
    forms.fill(portrait=pair)
    desk.locator(".ou-faces button").first.click()
    expect(desk.locator("[data-portrait]")).to_have_attribute("data-state", "good")
    forms.fill(portrait=PHOTOGRAPH)
    expect(desk.locator(".ou-faces > *")).to_have_count(1)
    assert desk.locator("input[name=face]").input_value() == ""


@pytest.fixture(scope="module")
def poor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small face in half-light; the picture lies on its side."""
    with Image.open(PHOTOGRAPH) as photograph:
        small = photograph.resize((256, 300)).point([round(0.35 * value) for value in range(256)] * 3)
    path = tmp_path_factory.mktemp("poor") / "poor.png"
    small.rotate(90, expand=True).save(path)
    return path


def test_each_remark_is_marked_in_the_upright_picture(desk: Page, stack: Stack, poor: Path, picture):
    forms = Forms(desk, stack.url)
    forms.open("avatars/digitalhuman/add/")
    place = desk.locator("[data-portrait]")
    forms.fill(name="暗处的人", portrait=poor)
    expect(place).to_have_attribute("data-state", "good")
    expect(place.locator(".ou-remarks li")).to_have_count(3)
    expect(place.locator(".ou-mark")).to_have_count(1)
    expect(place.locator(".ou-mark")).to_have_attribute("data-number", "2, 3")
    assert place.locator("img").evaluate("image => [image.naturalWidth, image.naturalHeight]") == [256, 300]
    face = place.locator(".ou-faces > *").bounding_box()
    mark = place.locator(".ou-mark").bounding_box()
    assert face
    assert mark
    assert mark["x"] <= face["x"] < face["x"] + face["width"] <= mark["x"] + mark["width"]
    picture(desk, "remarks")
