"""The catalog: cheap to list, strict about what applies, content hashes that mean it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS, DataCard, Dataset, ImageData
from genstudio.data.catalog import cards, fetch, open_data


def test_the_default_comes_first_and_all_seven_are_there() -> None:
    names = [card.name for card in cards()]
    assert names[0] == DataSpec().name
    assert set(names) >= {
        "digits",
        "mnist",
        "binarized-mnist",
        "fashion-mnist",
        "kmnist",
        "shapes",
        "folder",
    }


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.name)
def test_a_card_says_what_a_person_must_know(card: DataCard) -> None:
    assert card.title
    assert card.summary.endswith(".")
    assert card.source
    assert card.licence
    assert card.labels == card.native.labels
    assert bool(card.bytes_to_download) == card.downloadable
    assert not card.splits or set(card.splits) == set(SPLITS)
    assert set(card.fields) <= set(DataSpec.model_fields)


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from genstudio.data.catalog import cards; cards();"
        "heavy = {'sklearn', 'PIL', 'pooch', 'requests', 'torch', 'numba', 'PySide6'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UserError) as caught:
        open_data(DataSpec(name="imagenet"))
    assert "imagenet" in caught.value.title
    assert all(card.name in caught.value.advice for card in cards())
    with pytest.raises(UserError, match="imagenet"):
        next(fetch(DataSpec(name="imagenet")))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"name": "binarized-mnist", "levels": 16}, "2 levels"),
        ({"name": "binarized-mnist", "size": 14}, "28×28"),
        ({"name": "mnist", "colour": True}, "grey"),
        ({"name": "digits", "folder": "/"}, "folder"),
        ({"name": "digits", "size": 16}, "8×8 and cannot be enlarged to 16×16"),
        ({"name": "shapes", "size": 65}, "64×64"),
        ({"name": "shapes", "size": 7}, "7×7"),
        ({"name": "folder"}, "needs a folder"),
        ({"name": "folder", "folder": "/no/such/folder"}, "no folder"),
    ],
)
def test_what_does_not_apply_is_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        open_data(DataSpec(**spec))
    assert words in caught.value.title
    assert caught.value.advice


def test_what_is_so_anyway_may_be_said() -> None:
    said = open_data(DataSpec(name="binarized-mnist", levels=2, size=28))
    assert said.space == open_data(DataSpec(name="binarized-mnist")).space


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(UserError, match="training"):
        open_data(DataSpec()).split("training")  # type: ignore[arg-type]


def test_two_datasets_of_one_name_are_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="digits"):
        type("Other", (Dataset,), {"name": "digits"})


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_what_is_embedded_fetches_in_one_step(name: str) -> None:
    (share,) = fetch(DataSpec(name=name))
    assert share.done == share.total


def _hash(**spec: Any) -> str:
    return open_data(DataSpec(**spec)).content_hash


def test_the_hash_depends_on_the_form_and_on_nothing_else() -> None:
    same = [_hash(), _hash(levels=256), _hash(size=8)]
    other = [_hash(levels=2), _hash(levels=4), _hash(size=4), _hash(name="shapes", size=8)]
    assert len(set(same)) == 1
    assert len({same[0], *other}) == 5


def test_the_hash_depends_on_symbols_and_labels(
    tiny_mnist: dict[str, bytes], place: Callable[[str, bytes], Path]
) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}", content)
    spec = DataSpec(name="mnist")
    data = open_data(spec)
    images, labels = data.split("train").symbols, data.split("train").labels
    flipped_image, flipped_label = images.copy(), labels.copy()
    flipped_image[0, 0, 0] ^= 1
    flipped_label[0] ^= 1
    hashes = {
        ImageData(spec, data.space, lambda _, pair=pair: pair).content_hash
        for pair in [(images, labels), (flipped_image, labels), (images, flipped_label)]
    }
    assert len(hashes) == 3
    assert data.content_hash in hashes
    assert np.array_equal(open_data(spec).split("train").symbols, images)
