"""Pictures from anywhere become small JPEGs that hold nothing but what is seen, or a reason why not."""

from __future__ import annotations

import asyncio
import os
import struct
import time
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageDraw, features

from aggregator.ingest import thumbnails
from aggregator.ingest.images import EncodingPool
from aggregator.ingest.thumbnails import LARGE, MOST_PIXELS, SMALL, encode
from aggregator.model import EncodedImage, EncodedPicture, PictureFailure

RED, GREEN, BLUE = (200, 30, 40), (20, 160, 60), (30, 60, 190)
GPS = {1: "N", 2: (43.0, 15.0, 0.0), 3: "E", 4: (76.0, 54.0, 0.0)}


def drawn(width: int = 900, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Red to the left, green to the right: which side is which shows after any turning."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=GREEN)
    return image.convert(mode)


def as_bytes(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def encoded(body: bytes) -> EncodedPicture:
    outcome = encode(body)
    assert isinstance(outcome, EncodedPicture), outcome
    return outcome


def refused(body: bytes) -> str:
    outcome = encode(body)
    assert isinstance(outcome, PictureFailure)
    assert outcome.final
    return outcome.reason


def opened(image: EncodedImage) -> Image.Image:
    found = Image.open(BytesIO(image.content))
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (image.width, image.height))
    return found


def sides(image: EncodedImage) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = opened(image)
    y = image.height // 2
    return found.getpixel((image.width // 8, y)), found.getpixel((image.width * 7 // 8, y))  # type: ignore[return-value]


def near(one: tuple[int, ...], other: tuple[int, ...], tolerance: int = 14) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def assert_as_drawn(image: EncodedImage, left: tuple[int, ...] = RED, right: tuple[int, ...] = GREEN) -> None:
    found = sides(image)
    assert near(found[0], left), found
    assert near(found[1], right), found


# --------------------------------------------------------------------------------------------- what is taken


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_each_kind_that_is_taken_becomes_jpeg_in_two_sizes(kind: str) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this build of Pillow reads no AVIF")
    picture = encoded(as_bytes(drawn(2400, 1600), kind))
    assert (picture.small.width, picture.small.height) == (640, 427)
    assert (picture.large.width, picture.large.height) == (1280, 853)
    assert_as_drawn(picture.small)
    assert_as_drawn(picture.large)


def test_a_small_picture_is_not_enlarged_and_both_sizes_may_be_the_same() -> None:
    picture = encoded(as_bytes(drawn(300, 200), "PNG"))
    assert (picture.small.width, picture.small.height) == (300, 200)
    assert (picture.large.width, picture.large.height) == (300, 200)


def test_a_tall_picture_is_bounded_by_its_height() -> None:
    picture = encoded(as_bytes(drawn(800, 2000)))
    assert (picture.large.width, picture.large.height) == (512, LARGE)
    assert (picture.small.width, picture.small.height) == (256, SMALL)


def test_equal_pictures_become_equal_bytes() -> None:
    body = as_bytes(drawn(), "PNG")
    assert encode(body) == encode(body)


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (200, 200), BLUE) for _ in range(4)]
    body = as_bytes(drawn(200, 200), "GIF", save_all=True, append_images=frames)
    assert_as_drawn(encoded(body).small)


def test_transparency_is_laid_on_white() -> None:
    image = drawn(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 450, 600))
    assert_as_drawn(encoded(as_bytes(image, "PNG")).small, left=(255, 255, 255))
    assert_as_drawn(encoded(as_bytes(image, "WEBP", lossless=True)).small, left=(255, 255, 255))


def test_a_palette_with_a_transparent_colour_and_grey_with_alpha_are_laid_on_white_too() -> None:
    palette = drawn().quantize(8)
    body = as_bytes(palette, "PNG", transparency=palette.getpixel((10, 10)))
    assert_as_drawn(encoded(body).small, left=(255, 255, 255))
    grey = Image.new("LA", (300, 200), (90, 0))
    grey.paste((90, 255), (150, 0, 300, 200))
    assert_as_drawn(encoded(as_bytes(grey, "PNG")).small, left=(255, 255, 255), right=(90, 90, 90))


def test_print_colours_become_screen_colours() -> None:
    assert_as_drawn(encoded(as_bytes(drawn(mode="CMYK"))).large, left=RED, right=GREEN)


def test_sixteen_bits_of_grey_keep_their_tones() -> None:
    row = struct.pack("<300H", *[16_384] * 150, *[49_152] * 150)
    image = Image.frombytes("I;16", (300, 200), row * 200)
    assert_as_drawn(encoded(as_bytes(image, "PNG")).small, left=(64, 64, 64), right=(192, 192, 192))


def test_black_and_white_are_read_as_grey() -> None:
    assert encoded(as_bytes(drawn(mode="1"), "PNG")).small.width == 640


def test_a_colour_profile_is_converted_and_not_taken_along() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    body = as_bytes(drawn(), icc_profile=profile)
    assert_as_drawn(encoded(body).small)  # made for other channels: ignored, as browsers do
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = encoded(as_bytes(drawn(), icc_profile=srgb))
    assert_as_drawn(picture.small)
    assert "icc_profile" not in opened(picture.small).info


def test_a_damaged_profile_is_ignored() -> None:
    assert_as_drawn(encoded(as_bytes(drawn(), "PNG", icc_profile=b"\0" * 200)).small)


# ------------------------------------------------------------------------------------------------- metadata


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Where the witness lives"
    exif[0x8825] = GPS
    return as_bytes(drawn(), exif=exif, comment=b"taken by Aigerim")


def test_place_author_and_comment_do_not_go_on() -> None:
    body = with_exif(1)
    assert b"witness" in body
    picture = encoded(body)
    for image in (picture.small, picture.large):
        found = opened(image)
        assert dict(found.getexif()) == {}
        assert set(found.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert b"witness" not in image.content
        assert b"Aigerim" not in image.content


def test_a_picture_taken_upside_down_is_shown_upright() -> None:
    assert_as_drawn(encoded(with_exif(3)).small, left=GREEN, right=RED)
    turned = encoded(with_exif(6))
    assert (turned.small.width, turned.small.height) == (427, 640)


def test_damaged_exif_is_ignored() -> None:
    body = as_bytes(drawn(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x99")
    assert_as_drawn(encoded(body).small)


# -------------------------------------------------------------------------------------------------- refusals


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = zlib.compress(b"\0" * 1_000_000)
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (8_000, 7_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    began = time.monotonic()
    assert "pixel" in refused(png_header(width, height))
    assert time.monotonic() - began < 1
    assert width * height > MOST_PIXELS


def test_a_picture_that_ends_too_early_is_refused() -> None:
    body = as_bytes(drawn())
    assert "truncated" in refused(body[: len(body) // 2])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='600'><script>alert(1)</script></svg>",
        b"<!doctype html><title>Not found</title>",
        b"BM" + b"\0" * 400,
        b"GIF89a" + b"\xff" * 200,
        b"\xff\xd8\xff\xe0" + b"\0" * 300,
        as_bytes(drawn(200, 200), "BMP"),
        as_bytes(drawn(200, 200), "TIFF"),
        as_bytes(drawn(200, 200), "PPM"),
    ],
    ids=["nothing", "svg", "html", "bmp-head", "gif-head", "jpeg-head", "bmp", "tiff", "ppm"],
)
def test_what_is_no_picture_of_a_kind_that_is_taken_is_refused(body: bytes) -> None:
    assert "picture" in refused(body) or "decoded" in refused(body)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (96, 96), (900, 60)])
def test_icons_and_counters_illustrate_nothing(width: int, height: int) -> None:
    assert "too few" in refused(as_bytes(drawn(width, height), "PNG"))


def test_too_little_memory_is_not_taken_for_a_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(image: Image.Image) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr(thumbnails, "_as_seen", exhausted)
    with pytest.raises(MemoryError):
        encode(as_bytes(drawn()))


# ------------------------------------------------------------------------------------------------- the worker


def misbehaving(body: bytes) -> EncodedPicture | PictureFailure:
    """Stands for a decoder: the body says what happens to it."""
    if body == b"stall":
        time.sleep(60)
    if body == b"die":
        os._exit(11)
    if body == b"eat":
        return PictureFailure(str(len(bytearray(2_000_000_000))), final=True)
    return PictureFailure(str(os.getpid()), final=True)


async def test_a_picture_that_ruins_its_worker_fails_alone() -> None:
    async with EncodingPool(
        misbehaving, time_limit=timedelta(seconds=1), memory_limit=1_000_000_000
    ) as encode_in_worker:
        for body, words in (
            (b"stall", "more than 1 s"),
            (b"die", "ended the worker"),
            (b"eat", "MemoryError"),
        ):
            failure = await encode_in_worker(body)
            assert isinstance(failure, PictureFailure)
            assert failure.final
            assert words in failure.reason
        elsewhere = await encode_in_worker(b"fine")
        assert isinstance(elsewhere, PictureFailure)
        assert elsewhere.reason != str(os.getpid())


async def test_pictures_are_encoded_in_another_process() -> None:
    async with EncodingPool() as encode_in_worker:
        body = as_bytes(drawn())
        pictures = await asyncio.gather(encode_in_worker(body), encode_in_worker(b"<html>"))
    assert isinstance(pictures[0], EncodedPicture)
    assert isinstance(pictures[1], PictureFailure)
