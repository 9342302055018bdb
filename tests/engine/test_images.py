"""Pages of the data, and pictures that are fitted to a model."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import UserError
from genstudio.core.messages import Browsed, BrowseImages, FitImage, Fitted, ReadImage
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.engine.client import InlineEngine, run_to_end

DATA = DataSpec(name="digits", levels=2)


def browsed(**wanted: int) -> Browsed:
    found = run_to_end(InlineEngine(), BrowseImages(DATA, **wanted))
    assert isinstance(found, Browsed)
    return found


def test_pages_follow_each_other_through_the_whole_split() -> None:
    test = catalog.open_data(DATA).split("test")
    pages = [browsed(first=first, count=100) for first in range(0, len(test), 100)]
    assert {page.split for page in pages} == {"test"}
    assert {page.total for page in pages} == {len(test)}
    numbers = np.concatenate([page.numbers for page in pages])
    np.testing.assert_array_equal(numbers, np.arange(len(test)))
    np.testing.assert_array_equal(np.concatenate([page.images for page in pages]), test.symbols)
    np.testing.assert_array_equal(np.concatenate([page.labels for page in pages]), test.labels)
    past = browsed(first=len(test))
    assert len(past.numbers) == len(past.images) == 0


def test_a_page_of_a_class_has_its_images_alone() -> None:
    test = catalog.open_data(DATA).split("test")
    page = browsed(first=2, count=3, class_index=7)
    sevens = [number for number, label in enumerate(test.labels[:, 0]) if label == 7]
    assert page.numbers.tolist() == sevens[2:5] and page.total == len(sevens)
    np.testing.assert_array_equal(page.images, test.symbols[sevens[2:5]])
    with pytest.raises(UserError, match="no class 10"):
        browsed(class_index=10)


@pytest.mark.parametrize(("first", "count"), [(-1, 5), (0, 0), (0, 10**6)])
def test_there_are_no_such_pages(first: int, count: int) -> None:
    with pytest.raises(UserError, match="There is no page"):
        browsed(first=first, count=count)


def test_a_picture_is_fitted_and_its_original_kept_small(tmp_path: Path) -> None:
    pixels = np.zeros((400, 800, 3), np.uint8)
    pixels[:, 200:400] = (255, 0, 0)  # the left half of the middle square
    path = tmp_path / "wide.png"
    Image.fromarray(pixels).save(path)
    space = Grid(height=10, width=10, channels=3, levels=2)
    found = run_to_end(InlineEngine(), FitImage(space, path.name, path=path))
    assert isinstance(found, Fitted)
    assert found.image[:, :5, 0].all() and not found.image[:, 5:].any()
    assert not found.image[..., 1:].any()
    assert (found.width, found.height, found.cropped) == (800, 400, True)
    assert found.original.shape == (128, 256, 3), "the whole picture, smaller"
    assert tuple(found.original[64, 100]) == (255, 0, 0)
    read = run_to_end(InlineEngine(), ReadImage(path, space))
    np.testing.assert_array_equal(read, found.image)


def test_content_of_the_right_size_stays_as_it_is() -> None:
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    space = Grid(height=8, width=8, levels=256)
    request = FitImage(space, "the clipboard", content=stream.getvalue())
    found = run_to_end(InlineEngine(), request)
    assert isinstance(found, Fitted) and not found.cropped
    np.testing.assert_array_equal(found.image[..., 0], pixels)


def test_what_is_no_picture_is_called_by_its_name(tmp_path: Path) -> None:
    space = Grid(height=8, width=8, levels=2)
    with pytest.raises(UserError, match="the clipboard"):
        run_to_end(InlineEngine(), FitImage(space, "the clipboard", content=b"no picture"))
    with pytest.raises(UserError, match="There is no file"):
        run_to_end(InlineEngine(), FitImage(space, "gone", path=tmp_path / "gone.png"))
