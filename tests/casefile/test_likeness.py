"""Re-encoded copies look alike, other images and plain ones do not, crops are known to be missed."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from amparo.casefile.likeness import (
    Likeness,
    bits_apart,
    likeness_from_text,
    look_alike,
    pairs_alike,
)
from amparo.errors import BadInput
from amparo.intake.readers import likeness


def picture(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def hashed(image: Image.Image) -> Likeness:
    return likeness_from_text(likeness.likeness_of(image))


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
        copy = hashed(COPIES[how](image))
        assert look_alike(hashed(image), copy), seed


def test_others_do_not() -> None:
    hashes = [hashed(picture(seed)) for seed in range(60)]
    wrong = sum(look_alike(one, other) for one, other in combinations(hashes, 2))
    assert wrong == 0


def test_crops_are_missed_as_the_page_says() -> None:
    image = picture(1)
    cropped = image.crop((120, 90, 400, 300))
    assert not look_alike(hashed(image), hashed(cropped))


def test_plain_images_are_never_alike() -> None:
    white = hashed(Image.new("RGB", (50, 50), "white"))
    assert white.plain and not look_alike(white, white)


def test_kept_as_text() -> None:
    found = hashed(picture(3))
    assert likeness_from_text(found.as_text()) == found
    assert bits_apart(found, found) == (0, 0)
    for text in ("", "x" * 33, "0" * 33):
        with pytest.raises(BadInput):
            likeness_from_text(text)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (700, 5), (3000, 2000)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_any_size_and_mode_has_hashes(size: tuple[int, int], mode: str) -> None:
    assert len(likeness.likeness_of(Image.new(mode, size))) == 33


def test_transparent_pictures_are_seen_on_white() -> None:
    image = picture(4).convert("RGBA")
    image.putalpha(Image.new("L", image.size, 255))
    assert hashed(image) == hashed(picture(4))
    nothing = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    assert hashed(nothing).plain


def test_a_turn_in_the_metadata_is_a_turn_of_the_picture() -> None:
    """A telephone notes the turn, a messenger turns the pixels: still the same picture."""
    image = picture(5)
    exif = Image.Exif()
    exif[0x0112] = 6
    held = io.BytesIO()
    image.save(held, "JPEG", quality=90, exif=exif)
    noted = Image.open(io.BytesIO(held.getvalue()))
    turned = jpeg(image.transpose(Image.Transpose.ROTATE_270), 60)
    assert look_alike(hashed(noted), hashed(turned))
    assert not look_alike(hashed(image), hashed(turned))


def test_pairs_are_those_that_look_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amparo.casefile.likeness.BLOCK", 7)
    held = [hashed(picture(seed)) for seed in range(12)]
    held += [hashed(jpeg(picture(seed), 20)) for seed in range(4)] + [Likeness(0, 0, True)] * 2
    wanted = {(i, j) for i, j in combinations(range(len(held)), 2) if look_alike(held[i], held[j])}
    assert set(pairs_alike(held)) == wanted and len(wanted) == 4
    assert list(pairs_alike([])) == []
