"""The pictures of the sample world."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from aggregator.demo import landscapes
from aggregator.demo.world import outlets


@pytest.mark.parametrize("scene", landscapes.SKIES)
def test_a_scene_is_drawn_the_same_for_the_same_name_and_otherwise_for_another(scene: str) -> None:
    drawn = landscapes.jpeg(scene, "naryn")
    landscapes.jpeg.cache_clear()
    assert landscapes.jpeg(scene, "naryn") == drawn
    assert landscapes.jpeg(scene, "pamir") != drawn
    image = Image.open(BytesIO(drawn))
    assert (image.format, image.size) == ("JPEG", (landscapes.WIDTH, landscapes.HEIGHT))


def test_every_picture_of_the_world_is_of_a_scene_that_can_be_drawn() -> None:
    scenes = {item.image for outlet in outlets() for item in outlet.items if item.image}
    assert scenes == set(landscapes.SKIES)
