"""The jobs that look into a latent space, against closed forms and numerical integration."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats

from genstudio.core.errors import UserError
from genstudio.core.latent import Coded, LatentDraws, Posterior, Survey
from genstudio.core.messages import (
    Cancelled,
    Clean,
    Decode,
    DrawCodes,
    Embed,
    EmbedNeighbours,
    Encode,
    Evaluate,
    LookAtPosterior,
    Progress,
    Request,
    Sample,
    SurveyLatent,
)
from genstudio.core.runs import Manifest, Run
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.engine.client import InlineEngine, run_to_end
from genstudio.models.base import GenerativeModel
from genstudio.models.denoising_autoencoder import DenoisingAutoencoder
from genstudio.models.pca import PCA, PCALearner
from genstudio.models.store import build, family, save_model
from genstudio.models.vae import VAE

DATA = DataSpec(levels=2)
SMALL: dict[str, dict[str, Any]] = {
    "vae": {"hidden": 48, "layers": 1, "latent": 2},
    "autoencoder": {"hidden": 48, "layers": 1, "code": 4},
    "denoising-autoencoder": {"hidden": 48, "layers": 1, "code": 8},
    "pca": {"code": 5},
}
FAMILIES = sorted(SMALL)
every_family = pytest.mark.parametrize("name", FAMILIES)


@cache
def learned(name: str, *more: tuple[str, Any]) -> GenerativeModel:
    """A small model that has learned the digits, the same every time."""
    data = catalog.open_data(DATA)
    config = family(name).Config.checked(SMALL[name] | dict(more))
    model = build(name, data.space, config, seed=0)
    steps, rng, split = 300, generator(1), data.split("train")
    training = Training(length=steps, learning_rate=3e-3, warmup=10, ema=0.0)
    learner = model.learner(training, steps)
    model.train()
    if isinstance(learner, PCALearner):
        learner.step(torch.from_numpy(split.symbols), None)
        return learner.kept.eval()
    for _ in range(steps):
        rows = rng.integers(0, len(split), 64)
        x, y = (torch.from_numpy(part[rows]) for part in (split.symbols, split.labels))
        learner.step(x.long(), y if model.conditional else None)
    return model.eval().requires_grad_(False)


def saved(model: GenerativeModel, folder: Path) -> Path:
    manifest = Manifest(
        title="small",
        family=model.family(),
        space=model.space,
        data=DATA,
        data_hash="",
        config=model.config.model_dump(),
        training=Training(),
        device="cpu",
        parameters=model.parameter_count,
    )
    run = Run.create(folder, manifest)
    save_model(run.model_path, model)
    return run.folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("runs")
    return {name: saved(learned(name), folder / name) for name in FAMILIES}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE that is conditioned on the class."""
    folder = tmp_path_factory.mktemp("runs") / "told"
    return saved(learned("vae", ("conditional", True)), folder)


def result(request: Request) -> Any:
    return run_to_end(InlineEngine(), request, lambda payload: None)


def drawn(request: DrawCodes | Sample) -> LatentDraws:
    found: list[LatentDraws] = []

    def hear(payload: Any) -> None:
        if isinstance(payload, LatentDraws):
            found.append(payload)

    ended = run_to_end(InlineEngine(), request, hear)
    return found[0] if found else ended


def images(count: int) -> NDArray[np.uint8]:
    return catalog.open_data(DATA).split("valid").symbols[:count]


# --- the survey ---


@every_family
def test_a_survey_describes_the_codes_of_the_split(runs: dict[str, Path], name: str) -> None:
    found = result(SurveyLatent(runs[name], "test", limit=50))
    assert isinstance(found, Survey)
    split = catalog.open_data(DATA).split("test")
    assert len(found.numbers) == 50
    assert len(set(np.diff(found.numbers))) <= 2, "evenly"
    assert (found.images == split.symbols[found.numbers]).all()
    assert (found.labels == split.labels[found.numbers]).all()
    model = learned(name)
    mean, std = model.encode(torch.from_numpy(found.images).long(), None)  # type: ignore[operator]
    np.testing.assert_allclose(found.codes, mean.detach().numpy(), atol=1e-5)
    assert (found.std is None) == (std is None) == (found.unit == "variance")
    assert not found.collapsed.any()
    assert found.warning == ""


def test_a_vaes_dimensions_carry_their_divergence_and_q_of_z_has_the_moments_of_a_mixture(
    runs: dict[str, Path],
) -> None:
    found = result(SurveyLatent(runs["vae"]))
    assert found.std is not None
    model = learned("vae")
    assert isinstance(model, VAE)
    kl = model.kl_per_dimension(torch.from_numpy(found.images).long()).mean(dim=0)
    np.testing.assert_allclose(found.carries, kl.numpy(), rtol=1e-4)
    rng = np.random.default_rng(0)
    draws = found.codes + found.std * rng.standard_normal((500, *found.codes.shape))
    np.testing.assert_allclose(found.aggregated_mean, draws.mean(axis=(0, 1)), atol=0.02)
    np.testing.assert_allclose(found.aggregated_std, draws.std(axis=(0, 1)), atol=0.02)
    np.testing.assert_allclose(found.posterior_std, np.sqrt((found.std**2).mean(axis=0)), 1e-5)
    np.testing.assert_array_equal(found.prior_std, [1, 1])


def test_the_dimensions_of_pca_carry_what_scikit_learn_says(runs: dict[str, Path]) -> None:
    from sklearn import decomposition

    found = result(SurveyLatent(runs["pca"], "train", limit=10_000))
    x = catalog.open_data(DATA).split("train").symbols.reshape(len(found.numbers), -1)
    reference = decomposition.PCA(5).fit(x.astype(np.float64)).explained_variance_
    np.testing.assert_allclose(found.carries * len(x) / (len(x) - 1), reference, rtol=1e-3)
    np.testing.assert_allclose(found.prior_std, np.sqrt(reference), rtol=1e-3)


def test_collapsed_dimensions_are_found_and_warned_of(tmp_path: Path) -> None:
    """Of a VAE whose encoder is made to say N(0.05, 1) in two dimensions whatever it sees."""
    model = learned("vae", ("latent", 5), ("hidden", 24))
    assert isinstance(model, VAE)
    last = [each for each in model.encoder.modules() if isinstance(each, torch.nn.Linear)][-1]
    with torch.no_grad():
        for dimension in (1, 3):
            for row, value in ((dimension, 0.05), (5 + dimension, 0.0)):
                last.weight[row] = 0
                last.bias[row] = value
    found = result(SurveyLatent(saved(model, tmp_path / "run")))
    assert np.flatnonzero(found.collapsed).tolist() == [1, 3]
    assert found.warning.startswith("2 of 5 dimensions have collapsed: ")
    assert found.carries[1] == pytest.approx(0.05**2 / 2, abs=1e-5)


def test_units_that_are_dead_in_an_autoencoder_are_found(tmp_path: Path) -> None:
    model = learned("autoencoder", ("hidden", 24))
    last = [each for each in model.encoder.modules() if isinstance(each, torch.nn.Linear)][-1]  # type: ignore[union-attr]
    with torch.no_grad():
        last.weight[2] = 0
    found = result(SurveyLatent(saved(model, tmp_path / "run")))
    assert np.flatnonzero(found.collapsed).tolist() == [2]
    assert found.warning == (
        "1 of 4 dimensions has collapsed: every image has the same code there."
    )


# --- encoding and decoding ---


@every_family
def test_encoding_and_decoding_agree_with_the_model(runs: dict[str, Path], name: str) -> None:
    x, model = images(700), learned(name)
    found = result(Encode(runs[name], x))
    assert isinstance(found, Coded)
    mean, _ = model.encode(torch.from_numpy(x).long(), None)  # type: ignore[operator]
    np.testing.assert_allclose(found.codes, mean.detach().numpy(), atol=1e-5)
    back = result(Decode(runs[name], found.codes))
    np.testing.assert_allclose(back, found.expected, atol=1e-5)
    squares = ((found.expected.astype(np.float64) - x) ** 2).reshape(len(x), -1)
    np.testing.assert_allclose(found.error, squares.mean(axis=1))
    assert (found.bound is not None) == (name == "vae")


def test_the_bound_of_an_encoding_is_that_of_an_evaluation(runs: dict[str, Path]) -> None:
    x = images(100)
    found = result(Encode(runs["vae"], x))
    evaluation = result(Evaluate(runs["vae"], "valid", 100))
    assert -found.bound.mean() == pytest.approx(evaluation.nats, abs=1e-4)


def test_what_cannot_be_encoded_or_decoded_is_refused(runs: dict[str, Path], told: Path) -> None:
    vae, x = runs["vae"], images(2)
    codes = np.zeros((3, 2), np.float32)
    for request, sentence in [
        (Encode(vae, x[:, :7]), "7×8"),
        (Encode(vae, x[:0]), "At least one image"),
        (Encode(vae, np.full_like(x, 2)), "beyond the model's 2 levels"),
        (Decode(vae, codes[:, :1]), "have 2 numbers, but these are 1"),
        (Decode(vae, codes[0]), "have 2 numbers"),
        (Decode(vae, codes[:0]), "At least one code"),
        (Decode(vae, codes + np.float32(np.inf)), "not finite"),
        (Decode(vae, codes * np.float32(np.nan)), "not finite"),
        (Decode(vae, codes, np.array([1])), "not trained with classes"),
        (Decode(told, codes), "conditioned on the class, and none is given"),
        (Decode(told, codes, np.array([10])), "no such class"),
        (Encode(told, x), "conditioned on the class, and none is given"),
        (LookAtPosterior(told, x[0]), "conditioned on the class, and none is given"),
        (LookAtPosterior(runs["pca"], x[0]), "no posterior"),
        (LookAtPosterior(vae, x[0], (0, 0)), "two different"),
        (LookAtPosterior(vae, x[0], (0, 2)), "no dimensions 0 and 2"),
        (LookAtPosterior(vae, x[0], (-1, 1)), "no dimensions -1 and 1"),
        (LookAtPosterior(vae, x[0], points=4), "8 to 512"),
        (LookAtPosterior(vae, x[0, :4]), "4×8"),
        (Clean(vae), "not trained to take noise away"),
        (Clean(runs["denoising-autoencoder"], passes=0), "1 to 1,000 passes"),
        (Clean(runs["denoising-autoencoder"], count=0), "At least one image"),
        (DrawCodes(vae, count=0), "At least one image"),
        (DrawCodes(vae, temperature=math.nan), "temperature"),
        (DrawCodes(vae, "mixture", components=5000), "mixture of 5000"),
        (Embed(np.zeros((0, 3), np.float32)), "a row for each code"),
        (EmbedNeighbours(np.zeros((4, 3), np.float32)), "5 to 5,000"),
        (Embed(np.full((9, 3), np.nan, np.float32)), "not finite"),
    ]:  # fmt: skip
        with pytest.raises(UserError, match=sentence):
            result(request)


def test_a_class_changes_what_a_code_decodes_to(told: Path) -> None:
    codes = np.zeros((2, 2), np.float32)
    three, seven = result(Decode(told, codes, np.array([[3], [7]])))
    assert np.abs(three - seven).mean() > 0.05
    np.testing.assert_allclose(result(Decode(told, codes, np.array([7])))[0], seven, atol=1e-6)


# --- drawing ---


@every_family
def test_the_prior_draws_what_a_sample_draws(runs: dict[str, Path], name: str) -> None:
    ours = drawn(DrawCodes(runs[name], "prior", count=6, seed=4, temperature=0.7))
    theirs = drawn(Sample(runs[name], count=6, seed=4, controls={"temperature": 0.7}))
    np.testing.assert_allclose(ours.codes, theirs.codes, rtol=1e-5)
    np.testing.assert_array_equal(ours.images, theirs.images)
    assert ours.prior == theirs.prior


@pytest.mark.parametrize("source", ["normal", "prior", "aggregated", "gaussian", "mixture"])
def test_a_draw_depends_on_seed_and_index_alone(runs: dict[str, Path], source: str) -> None:
    for name in ("vae", "autoencoder"):
        many = drawn(DrawCodes(runs[name], source, count=9, seed=2))  # type: ignore[arg-type]
        few = drawn(DrawCodes(runs[name], source, count=3, seed=2))  # type: ignore[arg-type]
        np.testing.assert_allclose(few.codes, many.codes[:3], rtol=1e-6)
        np.testing.assert_array_equal(few.images, many.images[:3])
        assert many.prior.endswith(".")
        back = result(Decode(runs[name], many.codes))
        np.testing.assert_allclose(back, many.expected, atol=1e-5)


def training_codes(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = torch.from_numpy(catalog.open_data(DATA).split("train").symbols).long()
    mean, std = learned(name).encode(x, None)  # type: ignore[operator]
    found = mean.detach().double().numpy()
    return found, np.zeros_like(found) if std is None else std.double().numpy()


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
def test_the_aggregated_posterior_is_the_mixture_of_those_of_the_data(
    runs: dict[str, Path], name: str
) -> None:
    mean, std = training_codes(name)
    codes = drawn(DrawCodes(runs[name], "aggregated", count=4000)).codes
    for dimension in range(codes.shape[1]):
        m, s = mean[:, dimension], np.maximum(std[:, dimension], 1e-9)

        def below(z: NDArray[np.float64], m: Any = m, s: Any = s) -> NDArray[np.float64]:
            return stats.norm.cdf(z[:, None], m, s).mean(axis=1)

        assert stats.kstest(codes[:, dimension], below).pvalue > 1e-3
    frozen = drawn(DrawCodes(runs[name], "aggregated", count=50, temperature=0.0)).codes
    distance = np.abs(frozen[:, None] - mean[None]).max(axis=2).min(axis=1)
    assert distance.max() < 1e-4, "each is the code of a datum"


def test_the_fitted_normal_has_the_moments_of_the_codes(runs: dict[str, Path]) -> None:
    for name in ("vae", "autoencoder"):
        mean, std = training_codes(name)
        expected = np.cov(mean.T) + np.diag((std**2).mean(axis=0))
        codes = drawn(DrawCodes(runs[name], "gaussian", count=20_000)).codes
        scale = np.sqrt(np.diag(expected))
        np.testing.assert_allclose(codes.mean(axis=0) / scale, mean.mean(axis=0) / scale, atol=0.06)
        np.testing.assert_allclose(
            np.cov(codes.T) / np.outer(scale, scale), expected / np.outer(scale, scale), atol=0.09
        )


def test_a_mixture_is_nearer_to_the_codes_of_an_autoencoder_than_the_prior(
    runs: dict[str, Path],
) -> None:
    """By the likelihood of held-out codes under a density estimate of what is drawn."""
    held_out = result(SurveyLatent(runs["autoencoder"], "test")).codes
    score = {}
    for source in ("normal", "gaussian", "mixture"):
        codes = drawn(DrawCodes(runs["autoencoder"], source, count=4000)).codes  # type: ignore[arg-type]
        score[source] = float(stats.gaussian_kde(codes.T).logpdf(held_out.T).mean())
    assert score["normal"] < score["gaussian"] < score["mixture"]


def test_a_fit_step_by_step_is_the_one_that_scikit_learn_makes_at_once() -> None:
    from sklearn.mixture import GaussianMixture

    from genstudio.engine.codes import Codes, KeptCodes
    from genstudio.engine.sources import fitted

    mean, _ = training_codes("autoencoder")
    steps = fitted(KeptCodes(), Codes(mean.astype(np.float32), None), 4)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found = end.value
            break
    whole = GaussianMixture(4, random_state=0).fit(mean.astype(np.float32).astype(np.float64))
    assert whole.converged_
    np.testing.assert_allclose(found.means_, whole.means_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.covariances_, whole.covariances_, rtol=1e-6, atol=1e-9)


def test_a_fit_is_kept_until_the_weights_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from genstudio.engine import sources

    fits: list[int] = []
    fit = sources._fit

    def counted(z: NDArray[np.float64], components: int) -> Any:
        fits.append(components)
        return (yield from fit(z, components))

    monkeypatch.setattr(sources, "_fit", counted)
    model = learned("autoencoder", ("hidden", 20))
    folder = saved(model, tmp_path / "run")
    first = drawn(DrawCodes(folder, "mixture", components=3, count=4, seed=1))
    drawn(DrawCodes(folder, "mixture", components=3, count=4, seed=2))
    assert fits == [3]
    drawn(DrawCodes(folder, "gaussian", count=4))
    assert fits == [3, 1]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.1)
    save_model(Run.open(folder).model_path, model)
    moved = drawn(DrawCodes(folder, "mixture", components=3, count=4, seed=1))
    assert fits == [3, 1, 3]
    assert not np.allclose(first.codes, moved.codes)


# --- the plane ---


def test_two_dimensions_stay_as_they_are_and_more_are_turned_to_their_main_directions() -> None:
    rng = np.random.default_rng(0)
    flat = rng.standard_normal((30, 2)).astype(np.float32)
    np.testing.assert_array_equal(result(Embed(flat)), flat)
    line = result(Embed(flat[:, :1]))
    np.testing.assert_array_equal(line, np.stack([flat[:, 0], np.zeros(30)], axis=1))
    from sklearn import decomposition

    wide = (rng.standard_normal((80, 6)) * [5, 1, 3, 0.1, 1, 1]).astype(np.float32)
    found, reference = result(Embed(wide)), decomposition.PCA(2).fit_transform(wide)
    np.testing.assert_allclose(np.abs(found), np.abs(reference), atol=1e-4)


def test_t_sne_keeps_groups_together() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(3), 30)
    codes = (rng.standard_normal((90, 10)) + 20 * np.eye(10)[groups]).astype(np.float32)
    found = result(EmbedNeighbours(codes))
    assert found.shape == (90, 2)
    assert found.dtype == np.float32
    distances = np.linalg.norm(found[:, None] - found[None], axis=2) + np.eye(90) * 1e9
    assert (groups[distances.argmin(axis=1)] == groups).all()
    np.testing.assert_array_equal(result(EmbedNeighbours(codes)), found)
    assert np.isfinite(result(EmbedNeighbours(np.zeros((8, 4), np.float32)))).all()


# --- the posterior ---


def grid_sum(found: Posterior, logs: NDArray[np.float64]) -> float:
    cell = float(np.prod(found.axes[:, 1] - found.axes[:, 0]))
    return float(np.exp(logs).sum()) * cell


@pytest.mark.parametrize("number", range(4))
def test_the_gap_of_the_bound_is_the_divergence_on_the_grid(
    runs: dict[str, Path], number: int
) -> None:
    """Ln p(x) against importance weights, the ELBO against many draws, KL from both densities."""
    x = images(4)[number]
    found = result(LookAtPosterior(runs["vae"], x))
    assert isinstance(found, Posterior)
    assert grid_sum(found, found.log_p) == pytest.approx(1, abs=1e-9)
    assert grid_sum(found, found.log_q) == pytest.approx(1, abs=1e-4)
    cell = float(np.prod(found.axes[:, 1] - found.axes[:, 0]))
    kl = float((np.exp(found.log_q) * (found.log_q - found.log_p)).sum()) * cell
    assert found.divergence == pytest.approx(kl, abs=2e-3)
    assert found.log_evidence - found.elbo == pytest.approx(kl, abs=2e-3)

    model = learned("vae")
    assert isinstance(model, VAE)
    repeated = torch.from_numpy(x).long()[None].expand(4000, *x.shape)
    single = model.elbo(repeated).double()
    error = 4 * float(single.std()) / math.sqrt(4000)
    assert found.elbo == pytest.approx(float(single.mean()), abs=error)
    weighted = model.elbo(repeated[:20], None, 5000).double()
    assert found.log_evidence == pytest.approx(float(weighted.mean()), abs=0.02)
    assert found.log_evidence > found.elbo


def test_the_grid_is_where_both_densities_are(runs: dict[str, Path]) -> None:
    coarse, fine = (
        result(LookAtPosterior(runs["vae"], images(1)[0], points=points)) for points in (40, 160)
    )
    assert coarse.log_evidence == pytest.approx(fine.log_evidence, abs=1e-3)
    assert coarse.elbo == pytest.approx(fine.elbo, abs=1e-6)
    for found in (coarse, fine):
        for logs in (found.log_p, found.log_q):
            edge = max(logs[0].max(), logs[-1].max(), logs[:, 0].max(), logs[:, -1].max())
            assert edge < logs.max() - 12
        mass = np.exp(found.log_p - found.log_p.max())
        assert (mass > 1e-3).mean() > 0.02, "and little else"


def test_an_exchange_of_the_dimensions_transposes_the_grid(runs: dict[str, Path]) -> None:
    one, other = (
        result(LookAtPosterior(runs["vae"], images(1)[0], pair)) for pair in ((0, 1), (1, 0))
    )
    np.testing.assert_allclose(one.axes, other.axes[::-1])
    np.testing.assert_allclose(one.log_p, other.log_p.T, atol=1e-4)
    np.testing.assert_allclose(one.log_q, other.log_q.T)
    assert one.log_evidence == pytest.approx(other.log_evidence, abs=1e-5)


def test_with_more_dimensions_the_rest_is_held_and_the_evidence_unknown(tmp_path: Path) -> None:
    model = learned("vae", ("latent", 4))
    assert isinstance(model, VAE)
    x = images(1)[0]
    found = result(LookAtPosterior(saved(model, tmp_path / "run"), x, (2, 0)))
    assert math.isnan(found.log_evidence)
    assert found.divergence >= 0
    mean, _ = model.encode(torch.from_numpy(x).long()[None])
    z = mean.repeat(2, 1)
    spots = np.array([(40, 50), (55, 30)])
    for row, (i, j) in enumerate(spots):
        z[row, 2], z[row, 0] = float(found.axes[0, i]), float(found.axes[1, j])
    joint = model.log_likelihood(z, torch.from_numpy(x).long().expand(2, *x.shape))
    joint = joint - 0.5 * z.square().sum(dim=1)
    expected = float(joint[0] - joint[1])
    ours = found.log_p[tuple(spots[0])] - found.log_p[tuple(spots[1])]
    assert ours == pytest.approx(expected, abs=1e-3)
    bound = model.elbo(torch.from_numpy(x).long().expand(4000, *x.shape), seed=5).double()
    assert found.elbo == pytest.approx(float(bound.mean()), abs=0.3)


def test_one_dimension_is_no_plane(tmp_path: Path) -> None:
    folder = saved(learned("vae", ("latent", 1)), tmp_path / "run")
    with pytest.raises(UserError, match="no plane of two"):
        result(LookAtPosterior(folder, images(1)[0]))


# --- cleaning ---


def test_cleaning_repeats_what_the_model_does_with_noise(runs: dict[str, Path]) -> None:
    model = learned("denoising-autoencoder")
    assert isinstance(model, DenoisingAutoencoder)
    folder, x = runs["denoising-autoencoder"], images(5)
    found = result(Clean(folder, x, passes=3, seed=2))
    assert found.shape == (4, *x.shape)
    image = model.noisy(torch.from_numpy(x).long(), 2)
    for part in found:
        np.testing.assert_allclose(part, image.detach().numpy(), atol=1e-5)
        image = model.clean(image)
    assert ((found[1] - x) ** 2).mean() < ((found[0] - x) ** 2).mean(), "it takes noise away"

    pure = result(Clean(folder, count=4, passes=6, seed=1))
    for part, expected in zip(pure, model.from_noise(4, 1), strict=False):
        np.testing.assert_allclose(part, expected.detach().numpy(), atol=1e-5)


# --- being cancelled ---


def test_a_survey_tells_how_far_it_is_and_can_be_cancelled(
    runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from genstudio.engine import codes, running

    monkeypatch.setattr(running, "_INTERVAL", 0.0)
    monkeypatch.setattr(codes, "_BATCH", 20)
    engine = InlineEngine()
    job = engine.submit(SurveyLatent(runs["vae"]))
    heard: list[object] = []
    while not any(isinstance(event, Cancelled) for event in heard):
        engine.wait(0.1)
        for event in engine.poll():
            heard.append(event)
            if isinstance(event, Progress):
                assert event.payload.total == 180
                engine.cancel(job)
    assert not engine.busy
    assert len([event for event in heard if isinstance(event, Progress)]) < 5


def test_pca_has_no_prior_of_its_own_but_variances(runs: dict[str, Path]) -> None:
    model = learned("pca")
    assert isinstance(model, PCA)
    normal, own = (
        drawn(DrawCodes(runs["pca"], source, count=10)).codes  # type: ignore[arg-type]
        for source in ("normal", "prior")
    )
    np.testing.assert_allclose(own, normal * model.variances.sqrt().numpy(), rtol=1e-5)
