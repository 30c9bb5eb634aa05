"""Re-encoded copies look alike, other images and plain ones do not, crops are known to be missed."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from amparo.casefile.likeness import bits_apart, likeness_from_text, likeness_of, look_alike
from amparo.errors import BadInput


def picture(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return Image.open(io.BytesIO(held.getvalue()))


COPIES = {
    "jpeg 30": lambda image: jpeg(image, 30),
    "half": lambda image: image.resize((200, 150)),
    "tiny": lambda image: image.resize((60, 45)),
    "stretched": lambda image: image.resize((500, 300)),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "gray": lambda image: image.convert("L"),
    "alpha": lambda image: image.convert("RGBA"),
}


@pytest.mark.parametrize("how", COPIES)
def test_copies_look_alike(how: str) -> None:
    for seed in range(20):
        image = picture(seed)
        copy = likeness_of(pixels(COPIES[how](image)))
        assert look_alike(likeness_of(pixels(image)), copy), seed


def test_others_do_not() -> None:
    hashes = [likeness_of(pixels(picture(seed))) for seed in range(60)]
    wrong = sum(look_alike(one, other) for one, other in combinations(hashes, 2))
    assert wrong == 0


def test_crops_are_missed_as_the_page_says() -> None:
    image = picture(1)
    cropped = image.crop((120, 90, 400, 300))
    assert not look_alike(likeness_of(pixels(image)), likeness_of(pixels(cropped)))


def test_plain_images_are_never_alike() -> None:
    white = likeness_of(np.full((50, 50), 255, dtype=np.uint8))
    assert white.plain and not look_alike(white, white)


def test_kept_as_text() -> None:
    found = likeness_of(pixels(picture(3)))
    assert likeness_from_text(found.as_text()) == found
    assert bits_apart(found, found) == (0, 0)
    for text in ("", "x" * 33, "0" * 33):
        with pytest.raises(BadInput):
            likeness_from_text(text)


@pytest.mark.parametrize("shape", [(0, 5), (5,), (2, 2, 2, 2)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput):
        likeness_of(np.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (3, 2, 4), (700, 5)])
def test_any_size_has_hashes(shape: tuple[int, ...]) -> None:
    found = likeness_of(np.arange(np.prod(shape), dtype=np.float64).reshape(shape))
    assert 0 <= found.dhash < 2**64 and 0 <= found.phash < 2**64
