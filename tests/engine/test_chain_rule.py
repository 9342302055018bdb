"""The chain-rule job: exact divergences of models that learned from a known distribution."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats

from genstudio.cli import main
from genstudio.core.chain import ChainFit, ChainNews, ChainRule, ChainSettings
from genstudio.core.errors import UserError
from genstudio.core.joint import factor
from genstudio.core.messages import Cancelled, Finished, Progress
from genstudio.engine.client import InlineEngine, run_to_end

FAMILIES = ["full-table", "independent", "markov", "fvsbn", "made"]


def found(
    pixels: int = 6, samples: int = 60, curve: tuple[int, ...] = (), **more: Any
) -> ChainNews:
    settings = ChainSettings(pixels=pixels, samples=samples, **more)
    news = run_to_end(InlineEngine(), ChainRule(settings, curve))
    assert isinstance(news, ChainNews)
    return news


@pytest.fixture(scope="module")
def news() -> ChainNews:
    return found()


def fits(news: ChainNews) -> dict[str, ChainFit]:
    return {fit.family: fit for fit in news.fits}


def test_every_factorisation_is_a_distribution_with_its_divergence(news: ChainNews) -> None:
    assert news.truth is not None
    assert [fit.family for fit in news.fits] == FAMILIES
    assert news.truth.probabilities.sum() == pytest.approx(1)
    assert news.truth.counts.sum() == 60
    for fit in news.fits:
        assert fit.probabilities.sum() == pytest.approx(1, abs=1e-5)
        expected = stats.entropy(news.truth.probabilities, fit.probabilities)
        assert fit.divergence == pytest.approx(expected, abs=1e-5)
        assert fit.drawn.shape == news.truth.drawn.shape


def test_the_truth_is_the_images_and_a_little_of_everything(news: ChainNews) -> None:
    from genstudio.data.patterns import pattern_counts

    assert news.truth is not None
    counts = pattern_counts("digits", 6)
    np.testing.assert_allclose(
        news.truth.probabilities, 0.99 * counts / 1437 + 0.01 / 64, rtol=1e-12
    )


def test_tables_are_the_counts_of_the_samples(news: ChainNews) -> None:
    """From the counts of whole states alone, without a model."""
    assert news.truth is not None
    counts = news.truth.counts
    every = (np.arange(64)[:, None] >> np.arange(5, -1, -1)) & 1
    ones = every.T @ counts
    for i in range(1, 7):
        alone = factor(fits(news)["independent"].probabilities, i)
        np.testing.assert_allclose(alone, (ones[i - 1] + 1) / (60 + 2), rtol=1e-4)
        table = counts.reshape(2 ** (i - 1), 2, -1).sum(axis=2)
        whole = factor(fits(news)["full-table"].probabilities, i)
        np.testing.assert_allclose(whole, (table[:, 1] + 1) / (table.sum(1) + 2), rtol=1e-4)
    last = every[:, 4]
    chain = factor(fits(news)["markov"].probabilities, 6)
    for before in (0, 1):
        here = counts[last == before].sum()
        on = counts[(last == before) & (every[:, 5] == 1)].sum()
        np.testing.assert_allclose(chain[before::2], (on + 1) / (here + 2), rtol=1e-4)


def test_the_table_overfits_and_independence_underfits() -> None:
    news = found(pixels=12, samples=30, curve=(30, 10_000))
    points = {(point.family, point.samples): point.divergence for point in news.points}
    assert points["full-table", 30] > points["independent", 30] + 0.3
    assert points["full-table", 10_000] < points["independent", 10_000] - 0.3
    assert points["fvsbn", 10_000] < points["markov", 10_000] < points["independent", 10_000]


def test_parameters_come_with_their_formulas(news: ChainNews) -> None:
    sizes = {fit.family: (fit.formula, fit.parameters) for fit in news.fits}
    assert sizes["full-table"] == ("2ⁿ − 1", 63)
    assert sizes["independent"] == ("n", 6)
    assert sizes["markov"] == ("2n − 1", 11)
    assert sizes["fvsbn"] == ("n(n + 1)/2", 21)
    assert sizes["made"] == ("(n + 1)h + 2n(h + 1)", 7 * 16 + 12 * 17)


def test_the_same_seed_gives_the_same_and_more_samples_add_to_fewer() -> None:
    few, again, more = found(samples=40), found(samples=40), found(samples=200)
    assert few.truth is not None
    assert again.truth is not None
    assert more.truth is not None
    np.testing.assert_array_equal(few.truth.counts, again.truth.counts)
    assert (more.truth.counts >= few.truth.counts).all()
    for one, other in zip(few.fits, again.fits, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        np.testing.assert_array_equal(one.drawn, other.drawn)


def test_the_newest_wish_wins_while_it_fits() -> None:
    engine = InlineEngine()
    first = engine.submit(ChainRule(ChainSettings(samples=300), (10, 1000)), "chain-rule")
    while not any(isinstance(event, Progress) for event in engine.poll()):
        pass
    second = engine.submit(ChainRule(ChainSettings(pixels=4, samples=10)), "chain-rule")
    events = []
    while engine.busy:
        events += list(engine.poll())
    assert Cancelled(first, superseded=True) in events
    [end] = [event for event in events if isinstance(event, Finished)]
    assert end.job == second
    assert end.result.truth.probabilities.shape == (16,)


@pytest.mark.parametrize(
    ("values", "word"),
    [({"pixels": 13}, "pixels"), ({"pixels": 3}, "pixels"), ({"samples": 9}, "samples"),
     ({"alpha": 0}, "alpha"), ({"data": "letters"}, "data")],
)  # fmt: skip
def test_what_has_no_answer_is_refused_in_one_sentence(values: dict[str, Any], word: str) -> None:
    with pytest.raises(UserError, match=f"“{word}”"):
        ChainSettings.checked(values)


def test_the_command_prints_what_the_job_found(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["chain-rule", "--pixels", "6", "--samples", "60", "--no-curve"]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [fit["family"] for fit in document["fits"]] == FAMILIES
    assert len(document["truth"]["probabilities"]) == 64
    assert main(arguments) == 0
    words = capsys.readouterr().out
    assert "2ⁿ − 1" in words
    assert f"{document['fits'][0]['divergence']:.4f}" in words
    assert main(["chain-rule", "--pixels", "20"]) == 2
