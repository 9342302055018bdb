"""PCA against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.models.pca import PCA, PCAConfig


def fitted(images: np.ndarray, space: Grid, code: int, batch: int = 100) -> PCA:
    model = PCA(space, PCAConfig(code=code))
    learner = model.learner(Training(), None)
    for start in range(0, len(images), batch):
        learner.step(torch.from_numpy(images[start : start + batch]).long(), None)
    assert learner.kept is model
    return model


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, Grid]:
    data = catalog.open_data(DataSpec(name="digits"))
    return data.split("train").symbols, data.space


def test_it_equals_that_of_scikit_learn(digits: tuple[np.ndarray, Grid]) -> None:
    from sklearn import decomposition

    images, space = digits
    flat = images.reshape(len(images), -1) / 255
    reference = decomposition.PCA(12, svd_solver="full").fit(flat)
    model = fitted(images, space, 12)
    np.testing.assert_allclose(model.mean.numpy(), reference.mean_, atol=1e-6)
    np.testing.assert_allclose(model.variances.numpy(), reference.explained_variance_, rtol=1e-5)
    # A direction is the same both ways.
    signs = np.sign((model.components.numpy() * reference.components_).sum(axis=1))
    np.testing.assert_allclose(
        model.components.numpy() * signs[:, None], reference.components_, atol=1e-4
    )
    x = torch.from_numpy(images[:50]).long()
    codes, none = model.encode(x)
    assert none is None
    np.testing.assert_allclose(codes.numpy() * signs, reference.transform(flat[:50]), atol=1e-4)
    back = reference.inverse_transform(reference.transform(flat[:50])).clip(0, 1) * 255
    np.testing.assert_allclose(model.reconstruct(x).numpy().reshape(50, -1), back, atol=0.05)


def test_the_order_and_size_of_batches_make_no_difference(
    digits: tuple[np.ndarray, Grid],
) -> None:
    images, space = digits
    other = images[generator(0).permutation(len(images))]
    for one, two in zip(
        fitted(images, space, 4).parameters(),
        fitted(other, space, 4, batch=37).parameters(),
        strict=True,
    ):
        torch.testing.assert_close(one, two, rtol=0, atol=1e-6)


def test_what_is_lost_is_the_variance_of_what_is_left_out() -> None:
    space = Grid(height=2, width=3, levels=16)
    # Away from black and white, so that nothing is cut off.
    images = generator(1).integers(6, 10, (400, *space.shape)).astype(np.uint8)
    whole = np.linalg.eigvalsh(np.cov(images.reshape(400, -1).T / 15, ddof=0))[::-1]
    for code in (1, 3, 6):
        lost = fitted(images, space, code).error(torch.from_numpy(images).long()).mean()
        assert float(lost) == pytest.approx(whole[code:].sum() / 6, rel=1e-3, abs=1e-9)


def test_draws_have_the_mean_and_the_variances_of_the_data(
    digits: tuple[np.ndarray, Grid],
) -> None:
    model = fitted(*digits, 5)
    noise = torch.from_numpy(generator(4).standard_normal((20000, 5))).float()
    codes = model.from_prior(noise)
    np.testing.assert_allclose(codes.var(dim=0).numpy(), model.variances.numpy(), rtol=0.05)


@pytest.mark.parametrize(
    ("space", "code", "words"),
    [
        (Grid(height=2, width=2, levels=2), 5, "have 4 principal components, not 5"),
        (Grid(height=65, width=64, levels=2), 5, "covariance of 4,160 values"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(space: Grid, code: int, words: str) -> None:
    with pytest.raises(UserError, match=words):
        PCA(space, PCAConfig(code=code))


def test_a_single_image_is_its_own_mean() -> None:
    space = Grid(height=2, width=2, levels=4)
    image = np.array([0, 1, 2, 3], np.uint8).reshape(1, 2, 2, 1)
    model = fitted(image, space, 2)
    np.testing.assert_allclose(model.reconstruct(torch.from_numpy(image).long()), image, atol=1e-6)
