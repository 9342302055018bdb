"""Weights on disk: what was written, or one sentence; and nothing read can execute."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.models.made import MADE, MADEConfig
from genstudio.models.store import (
    build,
    family,
    load_model,
    load_tensors,
    save_model,
    save_tensors,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_model(
        tmp_path / "m.safetensors", MADE(Grid(height=2, width=2, levels=2), MADEConfig(hidden=3))
    )
    return tmp_path / "m.safetensors"


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cut=st.one_of(st.just(1.0), st.floats(0, 0.999)),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), min_size=1, max_size=3),
)
def test_truncated_or_flipped_weights_are_never_loaded(
    path: Path, cut: float, flips: list[tuple[float, int]]
) -> None:
    original = path.read_bytes()
    broken = bytearray(original[: int(len(original) * cut)])
    for where, bit in flips:
        if broken:
            broken[int(where * (len(broken) - 1))] ^= 1 << bit
    if bytes(broken) == original:
        return
    other = path.with_name("broken.safetensors")
    other.write_bytes(broken)
    try:
        # A flip inside the metadata's own words may leave the weights whole: then they are right.
        again = load_model(other)
    except UserError as error:
        assert str(error)
    else:
        for ours, theirs in zip(again.parameters(), load_model(path).parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_a_pickle_is_refused_unread(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (Path(tmp_path / "executed"),))  # type: ignore[return-value]  # any call will do

    (tmp_path / "m.safetensors").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UserError, match="damaged"):
        load_model(tmp_path / "m.safetensors")
    assert not (tmp_path / "executed").exists()


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        load_model(tmp_path / "m.safetensors")


def test_weights_that_do_not_fit_their_settings_are_named(path: Path) -> None:
    tensors, metadata = load_tensors(path)
    metadata.pop("sha256")
    tensors["out.bias"] = torch.zeros(3)
    save_tensors(path, tensors, metadata)
    with pytest.raises(UserError, match=r"do not fit its settings \(see “out.bias”\)"):
        load_model(path)


def test_tensors_that_are_no_model_are_one_sentence(tmp_path: Path) -> None:
    save_tensors(tmp_path / "x.safetensors", {"a": torch.zeros(1)}, {})
    with pytest.raises(UserError, match="does not say what model it is"):
        load_model(tmp_path / "x.safetensors")


def test_an_unknown_family_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"Known: .*made.*pixelcnn"):
        family("pixelgan")


def test_first_weights_depend_on_the_seed_alone_and_touch_no_global_state() -> None:
    space, config = Grid(height=3, width=3, levels=2), MADEConfig(hidden=4)
    before = torch.get_rng_state()
    one, same, other = (build("made", space, config, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    pairs = list(zip(one.parameters(), same.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs)
    assert not all(torch.equal(a, c) for a, _, c in pairs)
