"""SMC against the enumerated posterior of a tiny trained model."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.inpainting import RESAMPLED, Film, Inpainted, InpaintStarted
from genstudio.core.spaces import Grid
from genstudio.core.training import Training
from genstudio.core.uniforms import generator
from genstudio.inpainting.base import Method, Problem
from genstudio.inpainting.raster import Raster
from genstudio.inpainting.smc import SMC, SMCControls
from genstudio.models.base import Autoregressive
from genstudio.models.store import build, families

BINARY = Grid(height=4, width=4, levels=2)
PLACES = np.arange(16)
HIDDEN = {
    "top": PLACES < 12,
    "scattered": ~np.isin(PLACES, [4, 9, 11, 14]),
    "left": PLACES % 4 < 3,
}
masks = pytest.mark.parametrize("mask", list(HIDDEN))


@pytest.fixture(scope="module")
def model() -> Autoregressive:
    """Of single lines across or down, with a little noise: what comes later tells much."""
    built = build(
        "pixelcnn",
        BINARY,
        families()["pixelcnn"].Config.checked(
            {"channels": 12, "blocks": 2, "head": 12, "location": True}
        ),
    )
    rng = generator(0)
    x = np.zeros((256, 4, 4, 1), np.int64)
    for index, image in enumerate(x):
        line = index // 2 % 4
        image[:, line] = 1 if index % 2 else image[:, line]
        image[line] = image[line] if index % 2 else 1
    x ^= rng.random(x.shape) < 0.03
    learner = built.learner(Training(length=250, learning_rate=1e-2, warmup=0, ema=0.0), 250)
    for _ in range(250):
        learner.step(torch.from_numpy(x[rng.integers(0, len(x), 32)]), None)
    assert isinstance(built, Autoregressive)
    return built


class Truth(NamedTuple):
    """A problem and its answer by enumeration."""

    problem: Problem
    log_evidence: float
    posterior: NDArray[np.float64]

    def number(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Which completion each image is."""
        hidden = images.reshape(len(images), -1)[:, self.problem.hidden_places]
        levels = self.problem.model.space.levels
        found: NDArray[np.int64] = hidden @ levels ** np.arange(hidden.shape[1])[::-1]
        return found

    def distance(self, images: NDArray[np.uint8]) -> float:
        """Total variation of the images from the posterior."""
        counts = np.bincount(self.number(images), minlength=len(self.posterior))
        return float(np.abs(counts / len(images) - self.posterior).sum() / 2)


def truth(model: Autoregressive, hidden: NDArray[np.bool_], count: int, seed: int = 0) -> Truth:
    """By scoring every completion of a vertical line of ones."""
    space = model.space
    image = np.zeros(space.shape, np.int64)
    image[:, 1] = 1
    known = ~hidden.reshape(space.shape)
    image[~known] = 0
    places = np.flatnonzero(hidden)
    every = np.array(list(itertools.product(range(space.levels), repeat=len(places))))
    images = np.repeat(image.reshape(1, -1), len(every), axis=0)
    images[:, places] = every
    with torch.no_grad():
        scores = model.log_prob(torch.from_numpy(images).view(-1, *space.shape)).double().numpy()
    total = float(np.logaddexp.reduce(scores))
    return Truth(Problem(model, image, known, count, seed), total, np.exp(scores - total))


def again(problem: Problem, seed: int) -> Problem:
    return Problem(problem.model, problem.image, problem.known, problem.count, seed)


def smc(problem: Problem, **settings: Any) -> Inpainted:
    return played(SMC(SMCControls.checked(settings)), problem)[0]


def played(method: Method, problem: Problem) -> tuple[Inpainted, Film]:
    """The result, and the film as the window would record it."""
    assert isinstance(problem.model, Autoregressive)
    method.check(problem)
    film = Film(
        InpaintStarted(
            problem.model.space,
            problem.image.astype(np.uint8),
            problem.known,
            problem.count,
            problem.model.order,
        )
    )
    running = method.run(problem)
    while True:
        try:
            film.append(next(running))
        except StopIteration as end:
            result: Inpainted = end.value
            return result, film


@pytest.mark.parametrize("mask", ["top", "scattered"])
def test_the_completions_approach_the_posterior_and_raster_does_not(
    model: Autoregressive, mask: str
) -> None:
    distances = []
    for count, times in ((256, 1), (4096, 1), (30_000, 4)):
        case = truth(model, HIDDEN[mask], count)
        runs = [smc(again(case.problem, seed), temper=False).images for seed in range(times)]
        distances.append(case.distance(np.concatenate(runs)))
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] <= 0.02
    raster = played(Raster(DrawControls()), case.problem)[0]
    assert case.distance(raster.images) > 5 * distances[2]


def test_tempered_completions_approach_it_too(model: Autoregressive) -> None:
    distances = []
    for count, times in ((128, 1), (2048, 1), (30_000, 3)):
        case = truth(model, HIDDEN["top"], count)
        runs = [smc(again(case.problem, seed)).images for seed in range(times)]
        distances.append(case.distance(np.concatenate(runs)))
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] <= 0.02
    raster = played(Raster(DrawControls()), case.problem)[0]
    assert case.distance(raster.images) > 5 * distances[2]


@masks
@pytest.mark.parametrize("settings", [{"temper": False}, {}, {"frozen": True}, {"moves": 0.0}])
def test_the_evidence_is_within_its_stated_error(
    model: Autoregressive, mask: str, settings: dict[str, Any]
) -> None:
    case = truth(model, HIDDEN[mask], 512, seed=3)
    found = smc(case.problem, **settings)
    assert 0 < found.evidence_error < 0.2
    assert abs(found.log_evidence - case.log_evidence) <= 3 * found.evidence_error


@masks
def test_the_stated_error_covers(model: Autoregressive, mask: str) -> None:
    """Over 40 runs: about as large as what the estimates are off by, not much larger."""
    case = truth(model, HIDDEN[mask], 256)
    runs = [smc(again(case.problem, seed), temper=False) for seed in range(40)]
    off = np.array([run.log_evidence for run in runs]) - case.log_evidence
    stated = np.array([run.evidence_error for run in runs])
    assert (np.abs(off) <= 2 * stated).mean() >= 0.85
    assert 0.8 <= math.sqrt(np.square(stated).mean() / np.square(off).mean()) <= 2


@pytest.mark.parametrize(
    ("mask", "settings", "times"),
    [
        ("top", {"temper": False}, 300),
        ("scattered", {"temper": False}, 300),
        ("top", {"frozen": True}, 150),
    ],
)
def test_the_evidence_is_unbiased_with_few_particles(
    model: Autoregressive, mask: str, settings: dict[str, Any], times: int
) -> None:
    case = truth(model, HIDDEN[mask], 6)
    runs = [smc(again(case.problem, seed), **settings).log_evidence for seed in range(times)]
    ratios = np.exp(np.array(runs) - case.log_evidence)
    error = ratios.std() / math.sqrt(times)
    assert error < 0.1
    assert abs(ratios.mean() - 1) <= 3 * error


@masks
def test_the_marginals_are_those_of_the_posterior(model: Autoregressive, mask: str) -> None:
    case = truth(model, HIDDEN[mask], 4096)
    found = smc(case.problem).marginals.reshape(16, 2)
    places = case.problem.hidden_places
    every = np.array(list(itertools.product(range(2), repeat=len(places))))
    np.testing.assert_allclose(found[places, 1], case.posterior @ every, atol=0.03)
    known = np.flatnonzero(case.problem.known)
    np.testing.assert_array_equal(found[known], np.eye(2)[case.problem.image.reshape(-1)[known]])


@masks
@pytest.mark.parametrize("count", [1, 2, 40])
@pytest.mark.parametrize("settings", [{"temper": False}, {"threshold": 0.9, "frozen": True}])
def test_the_film_ends_in_the_completions_and_never_touches_what_is_known(
    model: Autoregressive, mask: str, count: int, settings: dict[str, Any]
) -> None:
    case = truth(model, HIDDEN[mask], count)
    known = case.problem.known
    found, film = played(SMC(SMCControls.checked(settings)), case.problem)
    np.testing.assert_array_equal(film.images(), found.images)
    for moment in range(film.length):
        images = film.images(moment)[:, known]
        assert (images == case.problem.image[known]).all()
    x = torch.from_numpy(found.images.astype(np.int64))
    with torch.no_grad():
        scores = case.problem.model.log_prob(x).numpy()  # type: ignore[operator]  # it is one
    np.testing.assert_allclose(found.log_prob, scores, atol=1e-4)
    np.testing.assert_allclose(film.stages[-1].log_prob, scores, atol=1e-4)
    assert film.stages[-1].moment == film.length
    assert (found.weights == 1 / count).all()
    if count == 1:
        assert RESAMPLED not in film.places
        assert math.isnan(found.evidence_error)
        assert not found.settled


def test_the_temperatures_rise_to_one_and_each_keeps_the_effective_size(
    model: Autoregressive,
) -> None:
    case = truth(model, HIDDEN["top"], 200)
    _, film = played(SMC(SMCControls(threshold=0.9)), case.problem)
    tempered = [stage for stage in film.stages if stage.name.startswith("β")]
    betas = [stage.beta for stage in tempered]
    assert len(betas) > 2
    assert betas == sorted(betas)
    assert betas[-1] < 1 == film.stages[-1].beta
    for stage in tempered:
        assert stage.effective == pytest.approx(180, abs=1e-3)
        assert 0 < stage.flips < 1


def test_the_same_seed_gives_the_same_result(model: Autoregressive) -> None:
    problem = truth(model, HIDDEN["scattered"], 30, seed=8).problem
    first, second, other = (smc(p) for p in (problem, problem, again(problem, 9)))
    np.testing.assert_array_equal(first.images, second.images)
    assert first.log_evidence == second.log_evidence != other.log_evidence


def test_where_nothing_known_comes_later_it_is_raster(model: Autoregressive) -> None:
    case = truth(model, PLACES >= 4, 20)
    found = smc(case.problem)
    raster = played(Raster(DrawControls()), case.problem)[0]
    np.testing.assert_array_equal(found.images, raster.images)
    assert found.log_evidence == pytest.approx(case.log_evidence, abs=1e-4)
    assert found.evidence_error == 0
    assert found.settled
    assert found.effective == pytest.approx(20)


def test_the_verdict_tells_when_all_are_copies_of_one(model: Autoregressive) -> None:
    case = truth(model, HIDDEN["top"], 2)
    verdicts = {smc(again(case.problem, seed), temper=False).verdict for seed in range(30)}
    assert "All particles descend from one: more particles, or tempering." in verdicts
    many = smc(truth(model, HIDDEN["top"], 1000).problem)
    assert many.settled
    assert many.verdict.endswith("of 1000 particles descend from different beginnings.")


@pytest.mark.parametrize(
    ("family", "config"),
    [
        ("made", {"hidden": 24, "layers": 2, "masks": 2, "order": "reversed"}),
        ("nade", {"hidden": 16, "order": "spiral"}),
        ("pixelcnn++", {"channels": 4, "blocks": 1, "resolutions": 2, "components": 2}),
    ],
)
def test_other_orders_families_and_symbols(family: str, config: dict[str, Any]) -> None:
    """In colour, drawn in another order, with a model that was never trained."""
    cls = families()[family]
    space = Grid(height=2, width=2, channels=3, levels=3)
    built = build(family, space, cls.Config.checked(config))
    assert isinstance(built, Autoregressive)
    noise = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=noise) * 0.5)
    case = truth(built, np.isin(np.arange(12), [0, 2, 5, 6, 7, 10]), 1000)
    for settings in ({"temper": False}, {"threshold": 0.9}):
        found = smc(case.problem, **settings)
        assert 0 < found.evidence_error < 0.2
        assert abs(found.log_evidence - case.log_evidence) <= 3 * found.evidence_error


def test_more_particles_than_can_be_numbered_are_refused(model: Autoregressive) -> None:
    problem = truth(model, HIDDEN["top"], 40_000).problem
    with pytest.raises(UserError, match="At most"):
        SMC(SMCControls()).check(problem)
