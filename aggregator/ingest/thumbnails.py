"""A picture from anywhere, encoded anew in two sizes: nothing of its file goes on but what is seen.

JPEG, because every mail program shows it. The orientation that EXIF gives is applied, the colour profile
converted to sRGB, transparency laid on white; of an animation the first frame is taken. No size is larger
than the original.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from aggregator.model import EncodedImage, EncodedPicture, PictureFailure

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MOST_PIXELS = 50_000_000
"""By the header, before anything is decoded. Few cameras have more."""
LEAST_SIDE = 100
"""Pixels; what is smaller is an icon, an avatar, or counts readers."""
SMALL, LARGE = 640, 1280
"""Longest side in pixels: twice as many as lists and leads have on most screens."""
QUALITY = {SMALL: 76, LARGE: 80}
_WHITE = (255, 255, 255)
_SRGB = ImageCms.createProfile("sRGB")


def encode(body: bytes) -> EncodedPicture | PictureFailure:
    """Both sizes of a picture, or why it has none. Takes time and memory: meant for a worker process."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata, which is dropped anyway
            return _encode(body)
    except MemoryError:
        raise
    except Exception as error:  # its decoders raise many things at what is damaged
        said = " ".join(str(error).split())[:200]
        return PictureFailure(
            f"it cannot be decoded ({type(error).__name__}: {said}); {len(body)} bytes", final=True
        )


def _encode(body: bytes) -> EncodedPicture | PictureFailure:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image: Image.Image = Image.open(BytesIO(body), formats=FORMATS)
    except UnidentifiedImageError:
        start = body[:40].decode("ascii", "replace")
        return PictureFailure(f"it is no picture of a kind that is taken; it begins {start!r}", final=True)
    width, height = image.size
    if width * height > MOST_PIXELS:
        return PictureFailure(f"{width} x {height} pixels are more than {MOST_PIXELS:,}", final=True)
    if min(width, height) < LEAST_SIDE:
        return PictureFailure(f"{width} x {height} pixels are too few to illustrate anything", final=True)
    seen = _as_seen(image)
    return EncodedPicture(_jpeg(seen, SMALL), _jpeg(seen, LARGE))


def _as_seen(image: Image.Image) -> Image.Image:
    """As a browser shows it, in sRGB without transparency, and no larger than the large size."""
    image.draft("RGB", (LARGE, LARGE))  # JPEG alone: decodes an eighth of the pixels where that is enough
    profile = image.info.get("icc_profile")
    image = _resizable(image)
    image.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    image = _upright(image)
    return _in_srgb(_opaque(image), profile)


def _resizable(image: Image.Image) -> Image.Image:
    """With channels of eight bits that can be averaged: no palette, no bitmap."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if "transparency" in image.info or image.mode == "LA":
        return image.convert("RGBA")
    image.load()
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF says nothing of orientation
        return image


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    opaque = Image.new("RGB", image.size, _WHITE)
    opaque.paste(image, mask=image.getchannel("A"))
    return opaque


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, given, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # damaged, or made for other channels: browsers ignore it too
        if converted is not None:
            return converted
    return image.convert("RGB")


def _jpeg(seen: Image.Image, longest: int) -> EncodedImage:
    # Pasted into a new image, which has no metadata that the encoder could take along.
    sized = seen.copy()
    sized.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", sized.size)
    bare.paste(sized)
    encoded = BytesIO()
    bare.save(encoded, "JPEG", quality=QUALITY[longest], optimize=True, progressive=True)
    return EncodedImage(encoded.getvalue(), *bare.size)
