"""What the latent views compute by themselves: projections, scales, densities, divergences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats
from sklearn.decomposition import PCA

from genstudio.ui.latent.density import density_of
from genstudio.ui.latent.generator_verdict import verdict
from genstudio.ui.latent.manifold import grid_over
from genstudio.ui.latent.map_scale import MapScale
from genstudio.ui.latent.posterior_plot import contours
from genstudio.ui.latent.prior_histograms import aggregated_draws, divergence_from_normal
from genstudio.ui.latent.projection import NEAREST, PLANE, Projection
from tests.ui.latent import survey_of


@pytest.fixture
def codes() -> np.ndarray:
    random = np.random.default_rng(3)
    return random.normal(size=(60, 5)) @ random.normal(size=(5, 5)) + random.normal(size=5)


def test_directions_found_from_the_points_are_the_components_of_pca(codes: np.ndarray) -> None:
    pca = PCA(2).fit(codes)
    projection = Projection.of(codes, pca.transform(codes), "pca")
    assert projection.by == "pca"
    np.testing.assert_allclose(projection.directions, pca.components_, atol=1e-9)


def test_on_the_plane_a_code_is_what_pca_gives_back(codes: np.ndarray) -> None:
    pca = PCA(2).fit(codes)
    projection = Projection.of(codes, pca.transform(codes), "pca")
    place = np.array([0.7, -1.2])
    expected = pca.inverse_transform(place[None])[0]
    np.testing.assert_allclose(projection.code_at(place, PLANE), expected, atol=1e-5)
    np.testing.assert_allclose(projection.place_of(expected), place, atol=1e-9)


def test_as_the_nearest_keeps_what_the_plane_does_not_show(codes: np.ndarray) -> None:
    pca = PCA(2).fit(codes)
    points = pca.transform(codes)
    projection = Projection.of(codes, points, "pca")
    np.testing.assert_allclose(projection.code_at(points[7]), codes[7], atol=1e-5)
    place = points[7] + 1e-6
    code = projection.code_at(place, NEAREST)
    lost = codes[7] - pca.inverse_transform(points[7][None])[0]
    np.testing.assert_allclose(code - pca.inverse_transform(place[None])[0], lost, atol=1e-5)


def test_two_dimensions_are_the_plane_itself() -> None:
    codes = np.random.default_rng(0).normal(size=(30, 2))
    projection = Projection.of(codes, codes, "pca")
    assert projection.by == "plane"
    np.testing.assert_allclose(projection.code_at(np.array([5.0, -6.0])), [5, -6], atol=1e-6)


def test_one_dimension_decodes_along_the_first_axis() -> None:
    codes = np.linspace(-2, 2, 11)[:, None]
    projection = Projection.of(codes, np.column_stack([codes, np.zeros(11)]), "pca")
    np.testing.assert_allclose(projection.code_at(np.array([1.5, 3.0])), [1.5], atol=1e-6)


def test_t_sne_knows_only_the_data(codes: np.ndarray) -> None:
    points = np.random.default_rng(1).normal(size=(60, 2))
    projection = Projection.of(codes, points, "t-sne")
    code = projection.code_at(points[4] + 1e-9)
    np.testing.assert_array_equal(code, codes[4].astype(np.float32))
    np.testing.assert_array_equal(projection.place_of(codes[9] + 1e-9), points[9])


def test_even_probability_is_the_normal_distribution() -> None:
    centre, spread = np.array([0.5, -1.0]), np.array([2.0, 0.3])
    scale = MapScale(True, centre, spread)
    points = np.random.default_rng(0).normal(size=(50, 2))
    expected = stats.norm.cdf(points, centre, spread)
    np.testing.assert_allclose(scale.to_map(points), expected, atol=1e-12)
    grid = grid_over(np.zeros(2), np.ones(2), 20, even=True)
    assert (grid.columns, grid.rows) == (20, 20)
    found = scale.to_plane(grid.centres()).reshape(20, 20, 2)
    shares = (np.arange(20) + 0.5) / 20
    np.testing.assert_allclose(found[3, :, 0], stats.norm.ppf(shares, 0.5, 2.0), atol=1e-9)
    np.testing.assert_allclose(found[:, 3, 1], stats.norm.ppf(shares, -1.0, 0.3), atol=1e-9)


def test_ticks_lie_where_their_numbers_are() -> None:
    for scale in (MapScale(), MapScale(True, np.zeros(2), np.ones(2))):
        ticks = scale.ticks(0, 0.0, 1.0) if scale.even else scale.ticks(0, -3.0, 3.0)
        assert len(ticks) >= 3
        for at, words in ticks:
            value = float(words.replace("−", "-"))
            assert at == pytest.approx(stats.norm.cdf(value) if scale.even else value, abs=1e-9)


def test_tiles_stay_in_their_places_as_the_map_is_moved() -> None:
    low, high = np.array([-1.0, -0.5]), np.array([1.0, 0.5])
    grid = grid_over(low, high, 10)
    moved = grid_over(low + 0.03, high + 0.03, 10)
    assert (grid.high >= high).all() and (grid.low <= low).all()
    side = (grid.high - grid.low) / (grid.columns, grid.rows)
    assert side == pytest.approx([0.1, 0.1])
    steps = (moved.low - grid.low) / side
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)


def test_density_is_near_the_kernel_estimate_and_integrates_to_one() -> None:
    points = np.random.default_rng(5).normal(size=(800, 2)) * [1.0, 3.0]
    found = density_of(points)
    assert found is not None
    cell = (found.high - found.low) / len(found.values)
    assert found.values.sum() * cell.prod() == pytest.approx(1)
    middles = [
        low + (np.arange(128) + 0.5) * size for low, size in zip(found.low, cell, strict=True)
    ]
    across, up = np.meshgrid(*middles)
    # scipy's kernel has the full covariance; these points have next to none between the axes.
    expected = stats.gaussian_kde(points.T)(np.stack([across.ravel(), up.ravel()]))
    error = np.abs(found.values.ravel() - expected).max() / expected.max()
    assert error < 0.06
    assert density_of(points[:2]) is None


def test_divergence_is_the_integral() -> None:
    codes = np.random.default_rng(2).normal(size=(500, 3)) * [1.0, 0.2, 4.0] + [0.0, 1.0, -2.0]
    survey = survey_of(codes)
    found = divergence_from_normal(survey)
    for dimension in range(3):
        q = stats.norm(survey.aggregated_mean[dimension], survey.aggregated_std[dimension])
        expected, _ = integrate.quad(
            lambda z, q=q: q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z)), *q.interval(1 - 1e-14)
        )
        assert found[dimension] == pytest.approx(expected, abs=1e-6)


def test_aggregated_draws_have_the_spread_of_means_and_posteriors_together() -> None:
    codes = np.random.default_rng(2).normal(size=(20000, 2)) * [0.6, 0.0]
    std = np.broadcast_to([0.8, 1.0], codes.shape)
    draws = aggregated_draws(survey_of(codes, std))
    np.testing.assert_allclose(draws.std(axis=0), [1.0, 1.0], atol=0.02)
    alone = aggregated_draws(survey_of(codes))
    np.testing.assert_array_equal(alone, codes.astype(np.float32))


def test_verdict_tells_a_prior_that_fits_from_codes_that_lie_anywhere() -> None:
    random = np.random.default_rng(0)
    near, far = survey_of(random.normal(size=(900, 2))), survey_of(9 * random.normal(size=(900, 2)))
    assert verdict(near, True).startswith("Yes.")
    assert verdict(far, True).startswith("In principle")
    assert verdict(near, False).startswith("Perhaps.")
    assert verdict(far, False).startswith("No,")
    dead = survey_of(np.zeros((10, 2)))
    assert "infinitely far" in verdict(dead, False)


def test_contours_of_a_gaussian_are_its_ellipses() -> None:
    axes = np.stack([np.linspace(-3, 5, 97), np.linspace(-2, 2, 97)])
    mean, std = np.array([1.0, 0.3]), np.array([0.5, 0.2])
    squares = [np.square((axis - m) / s) for axis, m, s in zip(axes, mean, std, strict=True)]
    log_q = -0.5 * (squares[0][:, None] + squares[1][None])
    for sigmas in (1.0, 2.0, 3.0):
        (line,) = contours(log_q, axes, sigmas)
        radii = np.sqrt(np.square((line - mean) / std).sum(axis=1))
        np.testing.assert_allclose(radii, sigmas, rtol=0.03)
        np.testing.assert_allclose(((line - mean) / std).mean(axis=0), 0, atol=0.1)
