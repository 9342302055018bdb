"""A WaveNet draws and goes on with sounds of any length, in each way the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import MAX_LENGTH, Grid, Label, Sequence
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.engine.jobs.lengthened import lengthened
from genstudio.models.store import build, families
from genstudio.models.wavenet import WaveNet

LEARNED = 40
SPACE = Sequence(
    length=LEARNED, levels=8, rate=8000, labels=(Label(name="digit", classes=("0", "1", "2")),)
)
SETTINGS = {"channels": 5, "layers": 3, "cycles": 2, "skip": 7, "head": 6, "conditional": True}


@pytest.fixture
def model() -> WaveNet:
    """Far from where its weights start."""
    made = build("wavenet", SPACE, families()["wavenet"].Config.checked(SETTINGS))
    assert isinstance(made, WaveNet)
    rng = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.4 * torch.randn(parameter.shape, generator=rng))
    return made.requires_grad_(False)


def completed(
    model: WaveNet, prime: NDArray[np.uint8], length: int, way: Way
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Symbols (2, length) and their conditionals (2, length, K) of two sounds."""
    x = torch.zeros(2, length, 1, dtype=torch.long)
    x[:, : len(prime), 0] = torch.from_numpy(prime)
    known = torch.zeros(2, length, 1, dtype=torch.bool)
    known[:, : len(prime)] = True
    chunks = list(
        model.complete_steps(
            x,
            known,
            uniforms(5, 2, length),
            DrawControls(temperature=0.8, top_k=5),
            torch.tensor([[2], [0]]),
            way,
        )
    )
    assert all(a.first + a.symbols.shape[1] == b.first for a, b in pairwise(chunks))
    whole = TraceChunk.joined(chunks)
    np.testing.assert_array_equal(whole.given, known[..., 0].numpy())
    return whole.symbols, whole.probabilities


@pytest.mark.parametrize("length", [1, 7, LEARNED, 333])
@pytest.mark.parametrize("given", [0, 1, 6, 70])
def test_the_fast_ways_draw_what_the_naive_way_draws(
    model: WaveNet, length: int, given: int
) -> None:
    prime = np.random.default_rng(1).integers(0, 8, given).astype(np.uint8)
    total = given + length
    longer = lengthened(model, total)
    symbols, p = completed(longer, prime, total, Way.NAIVE)
    for way in (Way.CACHED, Way.COMPILED, Way.FASTEST):
        drawn, q = completed(longer, prime, total, way)
        np.testing.assert_array_equal(drawn, symbols)
        np.testing.assert_allclose(q, p, atol=1e-5)
    np.testing.assert_array_equal(symbols[:, :given], np.stack([prime, prime]))


def test_its_conditionals_are_those_of_the_model_as_it_learned(model: WaveNet) -> None:
    """Where both are long enough, and beyond: a window of the learned length at the end of it.

    The receptive field is 16, so the last 24 of 40 conditionals of the window see no beginning.
    """
    longer = lengthened(model, 100)
    symbols, p = completed(longer, np.empty(0, np.uint8), 100, Way.FASTEST)
    y = torch.tensor([[2], [0]])
    for window, since in ((slice(LEARNED), 0), (slice(60, 100), model.receptive_field)):
        x = torch.from_numpy(symbols[:, window, None]).long()
        own = torch.softmax(model.logits(x, y)[..., 0], dim=1).transpose(1, 2).numpy()
        np.testing.assert_allclose(p[:, window][:, since:], own[:, since:], atol=1e-5)


def test_the_weights_are_the_same_and_the_model_is_left_as_it_was(model: WaveNet) -> None:
    before = torch.get_rng_state()
    longer = lengthened(model, 100)
    assert longer.space == SPACE.model_copy(update={"length": 100})
    assert model.space == SPACE
    assert len(longer.order) == 100
    pairs = zip(model.parameters(), longer.parameters(), strict=True)
    assert all(a.data_ptr() == b.data_ptr() for a, b in pairs)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("length", [None, LEARNED])
def test_its_own_length_is_itself(model: WaveNet, length: int | None) -> None:
    assert lengthened(model, length) is model


@pytest.mark.parametrize("length", [0, -1, MAX_LENGTH + 1])
def test_no_length_and_too_much_of_it_are_refused(model: WaveNet, length: int) -> None:
    with pytest.raises(UserError, match=r"A sound of .* s cannot be drawn") as caught:
        lengthened(model, length)
    assert "longest 131.1 s" in caught.value.advice  # 2²⁰ samples at 8 kHz


def test_images_have_no_length() -> None:
    grid = Grid(height=3, width=3, levels=2)
    made = build("made", grid, families()["made"].Config())
    with pytest.raises(UserError, match="MADE draws images here, which last no time"):
        lengthened(made, 9)


def test_a_long_beginning_is_gone_past_in_pieces(model: WaveNet) -> None:
    """Between them a person may cancel; together they say what one full pass does."""
    prime = np.random.default_rng(2).integers(0, 8, 60_000).astype(np.uint8)
    longer = lengthened(model, 60_010)
    x = torch.zeros(1, 60_010, 1, dtype=torch.long)
    x[0, :60_000, 0] = torch.from_numpy(prime)
    known = torch.zeros(x.shape, dtype=torch.bool)
    known[:, :60_000] = True
    y = torch.tensor([[1]])
    chunks = list(longer.complete_steps(x, known, uniforms(0, 1, 60_010), DrawControls(), y))
    assert chunks[0].symbols.shape[1] < 60_000
    whole = TraceChunk.joined(chunks)
    drawn = torch.from_numpy(whole.symbols[..., None]).long()
    p = torch.softmax(longer.logits(drawn, y)[..., 0], dim=1).transpose(1, 2)
    np.testing.assert_allclose(whole.probabilities, p.numpy(), atol=1e-5)
