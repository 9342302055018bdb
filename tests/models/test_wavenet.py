"""WaveNet beyond the contracts: how far it hears, and that it is the network of the paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label, Sequence
from genstudio.kernels.base import Drawing
from genstudio.models.store import build, families
from genstudio.models.wavenet import WaveNet

LABELS = (Label(name="digit", classes=("0", "1", "2")), Label(name="speaker", classes=("a", "b")))
SMALL = {"channels": 5, "layers": 3, "cycles": 2, "skip": 7, "head": 6}


def made(length: int = 40, labels: tuple[Label, ...] = (), **settings: Any) -> WaveNet:
    """A network with weights far from where they start."""
    space = Sequence(length=length, levels=8, rate=8000, labels=labels)
    config = families()["wavenet"].Config.checked(SMALL | settings)
    model = build("wavenet", space, config)
    assert isinstance(model, WaveNet)
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.4 * torch.randn(parameter.shape, generator=rng))
    return model.requires_grad_(False)


@pytest.mark.parametrize(
    ("layers", "cycles", "samples"), [(1, 1, 3), (3, 1, 9), (3, 2, 16), (4, 3, 47)]
)
def test_the_receptive_field_is_what_moves_a_conditional(
    layers: int, cycles: int, samples: int
) -> None:
    """Σ of the dilations and two: counted, and seen by changing each sample."""
    model = made(layers=layers, cycles=cycles, length=64)
    assert model.receptive_field == samples
    assert model.receptive_milliseconds == samples / 8
    x = torch.zeros(1, 64, 1, dtype=torch.long)
    batch = x.repeat(64, 1, 1)
    batch[torch.arange(64), torch.arange(64)] = 7
    double = model.double()
    moved = (double.logits(batch) - double.logits(x)).abs()[..., 0].amax(dim=1) > 0  # (from, to)
    for step in range(64):
        np.testing.assert_array_equal(moved[step].numpy(), model.influences(step))


def test_the_default_dilations_are_those_of_the_paper_in_cycles() -> None:
    model = made(layers=10, cycles=2)
    expected = [2**k for k in range(10)] * 2
    assert [layer.dilation for layer in model.gated_layers] == expected
    assert model.receptive_field == 2 + 2 * 1023


def test_the_network_is_that_of_the_paper_one_number_at_a_time() -> None:
    """Equations 2 and 3 and figure 4, in loops, from the same weights."""
    model = made(length=12, labels=LABELS, conditional=True)
    x = torch.randint(0, 8, (1, 12, 1), generator=torch.Generator().manual_seed(2))
    y = torch.tensor([[2, 1]])
    v = x[0, :, 0].double().numpy() * 2 / 7 - 1
    w = {name: value.double().numpy() for name, value in model.state_dict().items()}

    def at(signal: list[np.ndarray], t: int, like: np.ndarray) -> np.ndarray:
        return signal[t] if t >= 0 else np.zeros_like(like)

    signal = []
    for t in range(12):
        older, newer = (v[t - k] if t >= k else 0.0 for k in (2, 1))
        signal.append(w["first.weight"][:, 0] @ np.array([older, newer]) + w["first.bias"])
    gated: list[list[np.ndarray]] = []
    for index, layer in enumerate(model.gated_layers):
        name = f"stack.{index}."
        told = w[name + "told.tables.0.weight"][2] + w[name + "told.tables.1.weight"][1]
        out, zs = [], []
        for t in range(12):
            before = at(signal, t - layer.dilation, signal[0])
            gates = w[name + "gates.weight"]
            a = gates[..., 0] @ before + gates[..., 1] @ signal[t] + w[name + "gates.bias"] + told
            z = np.tanh(a[:5]) / (1 + np.exp(-a[5:]))
            zs.append(z)
            if index + 1 < len(model.gated_layers):
                residual = w[name + "residual.weight"][..., 0] @ z + w[name + "residual.bias"]
                out.append(signal[t] + residual)
        gated.append(zs)
        signal = out
    for t in range(12):
        everything = np.concatenate([zs[t] for zs in gated])
        s = np.maximum(w["skip.weight"][..., 0] @ everything + w["skip.bias"], 0)
        h = np.maximum(w["hidden.weight"][..., 0] @ s + w["hidden.bias"], 0)
        expected = w["last.weight"][..., 0] @ h + w["last.bias"]
        found = model.logits(x, y)[0, :, t, 0].numpy()
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_every_label_is_heard() -> None:
    model = made(labels=LABELS, conditional=True)
    x = torch.zeros(1, 40, 1, dtype=torch.long)
    scores = {
        (digit, speaker): float(model.log_prob(x, torch.tensor([[digit, speaker]])))
        for digit in range(3)
        for speaker in range(2)
    }
    assert len({round(score, 4) for score in scores.values()}) == 6


def test_a_long_sound_is_drawn_as_the_naive_way_draws_it() -> None:
    """Rings go round several times; asked for in pieces of odd lengths, after a prefix."""
    model = made(length=150)
    rng = np.random.default_rng(3)
    symbols = rng.integers(0, 8, (2, 150)).astype(np.uint8)
    given = np.zeros((2, 150), np.bool_)
    given[:, :37] = True
    u = rng.random((2, 150))
    x = torch.zeros(2, 150, 1, dtype=torch.long)
    x[:, :37, 0] = torch.from_numpy(symbols[:, :37].astype(np.int64))
    drawn = {}
    for way in (Way.NAIVE, Way.CACHED, Way.COMPILED):
        drawing = Drawing(symbols.copy(), given, u, DrawControls())
        sampler = model.sampler(x, None, way)
        parts = [sampler.skip(drawing, 37)]
        for first, last in ((37, 38), (38, 61), (61, 150)):
            parts.append(sampler.draw(drawing, first, last))
        drawn[way] = drawing.symbols, np.concatenate(parts, axis=1)
    for way in (Way.CACHED, Way.COMPILED):
        np.testing.assert_array_equal(drawn[way][0], drawn[Way.NAIVE][0])
        np.testing.assert_allclose(drawn[way][1], drawn[Way.NAIVE][1], atol=1e-5)


def test_the_products_of_a_sound_are_counted() -> None:
    model = made(length=10)
    kernel = model.kernel(torch.zeros(1, 10, 1, dtype=torch.long), None)
    assert kernel is not None
    # first 2·5; gates 6·10·10; residuals 5·5·5; skip 7·30; head 6·7; last 8·6.
    assert kernel.multiply_adds == 10 * (10 + 600 + 125 + 210 + 42 + 48)


def test_images_are_refused() -> None:
    with pytest.raises(UserError, match="WaveNet cannot learn data of the kind “grid”"):
        build("wavenet", Grid(height=2, width=2, levels=4), families()["wavenet"].Config())
