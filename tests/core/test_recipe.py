"""Recipes of inpainting: image and mask come back whole, and damage is said plainly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.core.errors import UserError
from genstudio.core.recipe import Packed, Recipe
from genstudio.core.uniforms import generator


def _recipe() -> Recipe:
    rng = generator(4)
    return Recipe(
        kind="inpaint",
        run="pixelcnn-digits",
        method="gibbs",
        settings={"sweeps": 20, "scan": "random"},
        count=16,
        seed=9,
        labels=[[3]],
        picture=Packed.of(rng.integers(0, 16, (5, 4, 3)).astype(np.uint8)),
        mask=Packed.of(rng.random((5, 4, 3)) < 0.5),
    )


@given(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]), st.integers(2, 256),
    st.integers(0, 2**32),
)  # fmt: skip
def test_symbols_of_any_number_of_levels_come_back(
    height: int, width: int, channels: int, levels: int, seed: int
) -> None:
    symbols = generator(seed).integers(0, levels, (height, width, channels)).astype(np.uint8)
    packed = Packed.of(symbols)
    np.testing.assert_array_equal(packed.array(), symbols)
    assert packed.bits <= max(1, (levels - 1).bit_length())


def test_a_mask_of_mnist_takes_ninety_eight_bytes() -> None:
    packed = Packed.of(np.ones((28, 28, 1), np.bool_))
    assert packed.bits == 1
    assert len(packed.data) == 132  # of base64, for 784 / 8 bytes


def test_bits_are_written_in_reading_order() -> None:
    packed = Packed(shape=(1, 4, 1), bits=2, data="Gw==")  # 0x1b = 00 01 10 11
    assert packed.array().reshape(-1).tolist() == [0, 1, 2, 3]
    assert Packed.of(np.array([[[0], [1], [2], [3]]], np.uint8)) == packed


def test_a_recipe_comes_back_from_its_text_with_image_and_mask() -> None:
    recipe = _recipe()
    again = Recipe.from_text(recipe.text())
    assert again == recipe
    rng = generator(4)
    np.testing.assert_array_equal(again.image(), rng.integers(0, 16, (5, 4, 3)))
    np.testing.assert_array_equal(again.known(), rng.random((5, 4, 3)) < 0.5)
    assert again.known().dtype == np.bool_


@pytest.mark.parametrize("kind", ["sample", "complete"])
def test_recipes_from_before_are_still_read(kind: str) -> None:
    text = (
        f'{{"format_version":1,"kind":"{kind}","run":"tiny","title":"Tiny","family":"pixelcnn",'
        '"weights":"ab","count":4,"seed":7,"first":0,"controls":{"temperature":0.5,"top_k":0},'
        '"labels":[],"edits":[{"sample":0,"step":5,"symbol":1}]}'
    )
    recipe = Recipe.from_text(text)
    assert (recipe.kind, recipe.count, recipe.seed) == (kind, 4, 7)
    with pytest.raises(UserError, match="holds no picture"):
        recipe.image()
    with pytest.raises(UserError, match="holds no picture"):
        recipe.known()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", ""),
        ("picture", None),
        ("mask", None),
        ("picture", {"shape": [5, 4, 3], "bits": 4, "data": "AAAA"}),
        ("picture", {"shape": [5, 4, 3], "bits": 4, "data": "no base64!"}),
        ("picture", {"shape": [5, 4, 3], "bits": 9, "data": ""}),
        ("picture", {"shape": [5, 4, 0], "bits": 4, "data": ""}),
        ("picture", {"shape": [10**9, 10**9, 3], "bits": 8, "data": ""}),
        ("picture", {"shape": [5, 4], "bits": 4, "data": ""}),
        ("picture", {"shape": [1, 1, 1], "bits": 8, "data": "AA=="}),
        ("mask", {"shape": [5, 4, 3], "bits": 2, "data": "AAAAAAAAAAAAAAAAAAAA"}),
        ("kind", "magic"),
    ],
)
def test_a_damaged_recipe_is_a_users_error(field: str, value: Any) -> None:
    document = json.loads(_recipe().text())
    document[field] = value
    with pytest.raises(UserError, match="cannot be read"):
        Recipe.from_text(json.dumps(document))
