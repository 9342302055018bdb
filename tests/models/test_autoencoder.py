"""Autoencoders: what is known of them in closed form, and what noise does to them."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.models.autoencoder import Autoencoder, activity_divergence
from genstudio.models.denoising_autoencoder import DenoisingAutoencoder
from genstudio.models.store import build, families, load_model, save_model


def made(family: str, space: Grid, **settings: Any) -> Autoencoder:
    model = build(family, space, families()[family].Config.checked(settings))
    assert isinstance(model, Autoencoder)
    return model


def train(model: Autoencoder, x: Tensor, steps: int, rate: float = 1e-2, batch: int = 0) -> None:
    """Adam on all data at once, or on batches in turn; the rate glides to zero."""
    training = Training(length=steps, learning_rate=rate, warmup=0, ema=0.0, clip=0.0)
    learner = model.learner(training, steps)
    for step in range(steps):
        start = step * batch % (len(x) - batch + 1) if batch else 0
        learner.step(x[start : start + batch] if batch else x, None)


def correlated(space: Grid, count: int) -> np.ndarray:
    """Images near a plane of their own: two directions vary much more than the others."""
    rng = generator(7)
    size = space.dimensions
    planes = np.linalg.qr(rng.standard_normal((size, size)))[0]
    widths = np.array([0.2, 0.17, *[0.02] * (size - 2)])
    values = 0.5 + (rng.standard_normal((count, size)) * widths) @ planes.T
    whole = np.clip(np.round(values * (space.levels - 1)), 0, space.levels - 1)
    return whole.astype(np.uint8).reshape(count, *space.shape)


@pytest.mark.parametrize(
    "settings", [{}, {"layers": 1, "hidden": 7, "tied": True}], ids=["one matrix", "deep and tied"]
)
def test_a_linear_one_spans_the_principal_components(settings: dict[str, Any]) -> None:
    from sklearn.decomposition import PCA

    space = Grid(height=3, width=3, levels=256)
    images = correlated(space, 500)
    model = made("autoencoder", space, linear=True, code=2, **({"layers": 0} | settings))
    train(model, torch.from_numpy(images).long(), 4000)
    steps = torch.eye(2)
    with torch.no_grad():
        base = model.outputs(torch.zeros(1, 2))
        directions = (model.outputs(steps) - base).flatten(1).numpy()
    reference = PCA(2, svd_solver="full").fit(images.reshape(len(images), -1) / 255)
    angles = subspace_angles(directions.T, reference.components_.T)
    assert angles.max() <= 1e-2


def test_overcomplete_and_linear_it_reaches_the_identity_and_the_hourglass_does_not() -> None:
    space = Grid(height=3, width=3, levels=256)
    seen, fresh = (
        torch.from_numpy(generator(seed).integers(0, 256, (200, *space.shape))) for seed in (1, 2)
    )
    errors = {}
    for code in (12, 4):
        model = made("autoencoder", space, linear=True, layers=0, code=code)
        train(model, seen, 1500)
        # Of images that it has not seen: it is the identity, not a memory.
        errors[code] = float(model.error(fresh).mean().detach())
    assert errors[12] < 1e-6
    # Five of nine directions are lost, in all of which the data vary alike, by 1/12.
    assert errors[4] == pytest.approx(5 / 9 / 12, rel=0.15)


@pytest.mark.parametrize(
    ("network", "dense"), [("multilayer", 0), ("convolutional", 0), ("convolutional", 2)]
)
def test_tied_weights_are_one_and_the_same_and_are_kept_once(
    network: str, dense: int, tmp_path: Any
) -> None:
    space = Grid(height=5, width=6, channels=3, levels=4)
    settings = {"network": network, "hidden": 9, "channels": 3, "layers": 2, "code": 4}
    settings["dense"] = dense
    free = made("autoencoder", space, **settings)
    tied = made("autoencoder", space, tied=True, **settings)
    weights = sum(weight.numel() for weight in free.encoder.weights())
    assert free.parameter_count - tied.parameter_count == weights
    save_model(tmp_path / "m.safetensors", tied)
    again = load_model(tmp_path / "m.safetensors")
    x = torch.from_numpy(generator(1).integers(0, 4, (3, *space.shape)))
    torch.testing.assert_close(again.reconstruct(x), tied.reconstruct(x))  # type: ignore[operator]
    # ⟨W a, b⟩ = ⟨a, Wᵀ b⟩: without biases and bends the decoder is the adjoint of the encoder.
    linear = made("autoencoder", space, tied=True, linear=True, **settings).double()
    with torch.no_grad():
        for name, parameter in linear.named_parameters():
            if "bias" in name:
                parameter.zero_()
        a = torch.from_numpy(generator(2).standard_normal((1, *space.shape)))
        b = torch.from_numpy(generator(3).standard_normal((1, 4)))
        there, back = (linear.code_of(a) * b).sum(), (linear.outputs(b) * a).sum()
    assert float(there) == pytest.approx(float(back), rel=1e-10)


def test_the_penalties_are_what_their_formulas_say() -> None:
    space = Grid(height=2, width=3, levels=4)
    x = torch.from_numpy(generator(1).integers(0, 4, (10, *space.shape)))
    size = {"hidden": 5, "layers": 1, "code": 3}
    plain = made("autoencoder", space, **size).requires_grad_(False)
    base = float(plain.loss(x)["loss"])
    wanted = plain.rescaled(x)
    found = plain.reconstruct(x) / 3
    assert base == pytest.approx(float((found - wanted).square().flatten(1).sum(1).mean()))
    decayed = made("autoencoder", space, weight_decay=0.5, **size)
    weights = [p for name, p in plain.named_parameters() if p.dim() > 1]
    cost = 0.5 * sum(float(w.square().sum()) for w in weights)
    assert float(decayed.loss(x)["loss"]) == pytest.approx(base + cost)
    sparse = made("autoencoder", space, sparsity="L1", sparsity_weight=2.0, **size)
    cost = 2 * float(plain.encode(x)[0].abs().sum(1).mean())
    assert float(sparse.loss(x)["loss"]) == pytest.approx(base + cost)
    crossed = made("autoencoder", space, objective="cross-entropy", **size)
    bits = -(wanted * found.log() + (1 - wanted) * (1 - found).log())
    assert float(crossed.loss(x)["loss"]) == pytest.approx(float(bits.flatten(1).sum(1).mean()))


def test_the_divergence_of_activities_is_that_of_coins() -> None:
    from scipy.special import rel_entr

    z = torch.from_numpy(generator(1).random((20, 3)))
    mean = z.numpy().mean(axis=0)
    whole = rel_entr(0.05, mean) + rel_entr(0.95, 1 - mean)
    assert float(activity_divergence(z, 0.05)) == pytest.approx(float(whole.sum()))


def test_sparsity_pulls_activities_to_the_target() -> None:
    space = Grid(height=3, width=3, levels=16)
    x = torch.from_numpy(generator(1).integers(0, 16, (200, *space.shape)))
    means = []
    for weight in (0.0, 3.0):
        model = made(
            "autoencoder", space, layers=0, code=12, sparsity="KL", sparsity_weight=weight,
            target=0.1,
        )  # fmt: skip
        train(model, x, 400)
        means.append(model.encode(x)[0].mean(dim=0).detach().numpy())
    assert np.abs(means[1] - 0.1).max() < 0.05
    assert np.abs(means[0] - 0.1).max() > 0.2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"linear": True, "objective": "cross-entropy"}, "has no probabilities"),
        ({"linear": True, "sparsity": "KL"}, "has no codes from 0 to 1"),
    ],
)
def test_settings_that_contradict_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        made("autoencoder", Grid(height=2, width=2, levels=2), **settings)


# --- noise ---


def denoising(space: Grid, **settings: Any) -> DenoisingAutoencoder:
    model = made("denoising-autoencoder", space, **settings)
    assert isinstance(model, DenoisingAutoencoder)
    return model


def test_each_noise_is_what_it_is_called() -> None:
    space = Grid(height=50, width=50, levels=5)
    x = torch.full((4, *space.shape), 2)
    gaussian = (denoising(space, noise="gaussian", strength=0.3).noisy(x) - x) / 4
    assert float(gaussian.mean()) == pytest.approx(0, abs=0.02)
    assert float(gaussian.std()) == pytest.approx(0.3, rel=0.03)
    masked = denoising(space, noise="masking", strength=0.3).noisy(x)
    assert set(masked.unique().tolist()) == {0.0, 2.0}
    assert float((masked == 0).double().mean()) == pytest.approx(0.3, abs=0.02)
    salted = denoising(space, noise="salt-and-pepper", strength=0.3).noisy(x)
    assert set(salted.unique().tolist()) == {0.0, 2.0, 4.0}
    for value in (0, 4):
        assert float((salted == value).double().mean()) == pytest.approx(0.15, abs=0.02)


def test_the_noise_of_an_image_depends_on_seed_and_index_alone() -> None:
    space = Grid(height=3, width=3, levels=5)
    model = denoising(space, noise="gaussian")
    x = torch.from_numpy(generator(1).integers(0, 5, (4, *space.shape)))
    together = model.noisy(x, seed=3)
    torch.testing.assert_close(model.noisy(x[2:3], seed=3, first=2)[0], together[2])
    assert not torch.allclose(model.noisy(x, seed=4), together)


@pytest.mark.parametrize("noise", ["gaussian", "masking", "salt-and-pepper"])
def test_cleaning_beats_leaving_the_noise_on_images_it_has_not_seen(noise: str) -> None:
    data = catalog.open_data(DataSpec(name="digits", levels=16))
    seen = torch.from_numpy(data.split("train").symbols).long()
    held = torch.from_numpy(data.split("test").symbols).long()
    model = denoising(data.space, noise=noise, strength=0.3, hidden=100, layers=1, code=50)
    train(model, seen, 800, rate=3e-3, batch=100)
    noisy = model.noisy(held, seed=9)
    before, after = model.squared(noisy, held), model.squared(model.clean(noisy), held)
    assert float(after.mean().detach()) < 0.6 * float(before.mean())
    torch.testing.assert_close(model.error(held, seed=9), after)


def test_repeated_cleaning_begins_with_noise_and_goes_on_from_what_it_made() -> None:
    space = Grid(height=3, width=3, levels=5)
    model = denoising(space, hidden=10)
    first, second, third = islice(model.from_noise(6, seed=2), 3)
    assert first.shape == (6, *space.shape)
    assert 0 <= float(first.min()) < 0.5
    assert 3.5 < float(first.max()) <= 4
    torch.testing.assert_close(second, model.clean(first))
    torch.testing.assert_close(third, model.clean(second))
    torch.testing.assert_close(next(model.from_noise(2, seed=2)), first[:2])
