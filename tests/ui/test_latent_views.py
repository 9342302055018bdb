"""The views beside the map: could it generate, the microscope, denoising."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from genstudio.core.latent import LatentDraws, Posterior
from genstudio.core.messages import Clean, Decode, DrawCodes, LookAtPosterior, SurveyLatent
from genstudio.core.runs import Run
from genstudio.ui.latent.denoising import CLEAN, DREAM, DenoisingView
from genstudio.ui.latent.generator_check import GeneratorCheck
from genstudio.ui.latent.microscope import POSTERIOR, Microscope
from genstudio.ui.latent.posterior_plot import cropped
from genstudio.ui.latent.state import DECODE, LatentState
from genstudio.ui.studio import Studio
from tests.ui.latent import (
    AUTOENCODER,
    DENOISING,
    VAE,
    answer,
    asked_on,
    codes_of,
    survey_of,
)
from tests.ui.scripted import ScriptedEngine

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def state(studio: Studio) -> LatentState:
    for card in (VAE, AUTOENCODER, DENOISING):
        studio.cards[card.name] = card
    return LatentState(studio)


def turn_to(
    state: LatentState, studio: Studio, engine: ScriptedEngine, run: Run, size: int = 2, **more: str
) -> None:
    """Choose a run and answer its survey."""
    state.use(run, studio.cards[run.manifest.family])
    std = np.full((40, size), 0.5) if run.manifest.family == "vae" else None
    answer(studio, engine, SurveyLatent, survey_of(codes_of(40, size), std, **more))
    answer(studio, engine, Decode, np.zeros((1, 8, 8, 1), np.float32), DECODE)


# --- could this be a generator? ---


@pytest.fixture
def check(
    qtbot: QtBot,
    studio: Studio,
    state: LatentState,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> GeneratorCheck:
    make_run("vae-digits-0001", family="vae", title="VAE on digits")
    make_run("denoising-autoencoder-digits-0001", family="denoising-autoencoder", title="DAE")
    make_run("gan-digits-0001", family="gan", title="no encoder")
    make_run("vae-other-0001", family="vae", title="other data", data_hash="1" * 64)
    own = make_run("autoencoder-digits-0001", family="autoencoder", title="AE on digits")
    studio.refresh_runs()
    check = GeneratorCheck(studio, state)
    qtbot.addWidget(check)
    check.resize(640, 700)
    check.show()
    turn_to(state, studio, scripted_engine, own)
    return check


def draws(value: float) -> LatentDraws:
    shape = (16, 8, 8, 1)
    return LatentDraws(
        np.zeros((16, 2), np.float32),
        np.full(shape, value, np.float32),
        np.zeros(shape, np.uint8),
        np.zeros((16, 0), np.int64),
        "z ~ N(0, I)",
    )


def drawn_of(engine: ScriptedEngine, name: str) -> list[DrawCodes]:
    found = [each.request for each in engine.asked if isinstance(each.request, DrawCodes)]
    return [request for request in found if request.run.name == name]


def test_models_on_the_same_data_are_asked_for_draws_from_the_same_normal(
    check: GeneratorCheck, scripted_engine: ScriptedEngine
) -> None:
    names = [row.run.name for row in check.rows]
    assert names[0] == "autoencoder-digits-0001"
    assert set(names[1:]) == {"vae-digits-0001", "denoising-autoencoder-digits-0001"}
    for name in names:
        (request,) = drawn_of(scripted_engine, name)
        assert (request.source, request.seed, request.temperature) == ("normal", 0, 1.0)
    assert check.verdict.text()
    assert not check.settled()


def test_the_remedy_asks_for_what_it_says(
    check: GeneratorCheck, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    row = check.rows[0]
    name = row.run.name
    for word, source in (("Gaussian", "gaussian"), ("Data", "aggregated"), ("Mixture", "mixture")):
        answer(studio, scripted_engine, DrawCodes, draws(3), f"draw codes {row.run.folder}")
        QTest.mouseClick(row.source.button(word), LEFT)
        assert drawn_of(scripted_engine, name)[-1].source == source
        assert row.components.isVisible() == (source == "mixture")
    answer(studio, scripted_engine, DrawCodes, draws(3), f"draw codes {row.run.folder}")
    row.components.setValue(4)
    request = drawn_of(scripted_engine, name)[-1]
    assert (request.source, request.components) == ("mixture", 4)
    assert len(drawn_of(scripted_engine, check.rows[1].run.name)) == 1, "the others stay"


def test_draws_are_shown_and_a_refusal_is_told_in_its_row(
    check: GeneratorCheck, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    first, second = check.rows[:2]
    answer(studio, scripted_engine, DrawCodes, draws(15), f"draw codes {first.run.folder}")
    assert first.sheet.grab().toImage().pixelColor(4, 4).name() == "#ffffff"
    channel = f"draw codes {second.run.folder}"
    job = next(each.job for each in scripted_engine.asked if each.channel == channel)
    scripted_engine.fail("No draws.", "Try again.", job=job)
    studio.poll()
    assert second.sheet.rows[0].note == "No draws. Try again."


def test_another_seed_draws_all_rows_anew(
    check: GeneratorCheck, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    for row in check.rows:
        answer(studio, scripted_engine, DrawCodes, draws(1), f"draw codes {row.run.folder}")
    assert check.settled()
    check.seed.seed.setValue(5)
    for row in check.rows:
        assert drawn_of(scripted_engine, row.run.name)[-1].seed == 5


def test_weights_that_are_new_are_drawn_from_anew(
    check: GeneratorCheck, state: LatentState, scripted_engine: ScriptedEngine
) -> None:
    run = state.run
    os.utime(run.model_path, ns=(1, 1))
    state.use(run, AUTOENCODER)
    assert len(drawn_of(scripted_engine, run.name)) == 2


def test_nothing_is_drawn_unseen(
    check: GeneratorCheck, scripted_engine: ScriptedEngine, state: LatentState, studio: Studio
) -> None:
    check.hide()
    other = next(run for run in studio.own if run.name == "vae-digits-0001")
    state.use(other, VAE)
    assert len(drawn_of(scripted_engine, other.name)) == 1
    check.show()
    assert len(drawn_of(scripted_engine, other.name)) == 2
    assert check.rows[0].run.name == other.name


def test_alone_only_the_chosen_model_is_there(check: GeneratorCheck) -> None:
    QTest.mouseClick(check.beside, LEFT, pos=QPoint(10, check.beside.height() // 2))
    assert not check.beside.isChecked()
    assert [row.run.name for row in check.rows] == ["autoencoder-digits-0001"]


def test_histograms_show_what_carries_most_first(check: GeneratorCheck, state: LatentState) -> None:
    carries = state.survey.carries
    assert check.histograms.dimensions == list(np.argsort(-carries))
    words = check.histograms.words_of(1)
    assert f"σ {state.survey.aggregated_std[1]:.2f}" in words
    check.histograms.grab()


# --- the microscope ---


def posterior(dimensions: tuple[int, int] = (0, 1), whole: bool = True) -> Posterior:
    """Two Gaussians p and q beside each other, of which KL(q ‖ p) is known."""
    axes = np.stack([np.linspace(-6, 6, 97)] * 2)
    first, second = np.meshgrid(*axes, indexing="ij")
    constant = math.log(2 * math.pi)
    log_p = -0.5 * (np.square(first - 0.5) + np.square(second)) - constant
    log_q = -0.5 * (np.square(first) + np.square(second)) - constant
    gap = 0.5 * 0.5**2
    evidence = -100.0 if whole else math.nan
    return Posterior(dimensions, axes, log_p, log_q, evidence, -100.0 - gap, gap)


@pytest.fixture
def microscope(
    qtbot: QtBot,
    studio: Studio,
    state: LatentState,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> Microscope:
    run = make_run("vae-digits-0001", family="vae", title="VAE on digits")
    microscope = Microscope(studio, state)
    qtbot.addWidget(microscope)
    microscope.resize(560, 640)
    microscope.show()
    turn_to(state, studio, scripted_engine, run, 3, warning="1 of 3 dimensions has collapsed.")
    return microscope


def test_the_two_dimensions_that_carry_most_are_looked_at(
    microscope: Microscope, state: LatentState, scripted_engine: ScriptedEngine
) -> None:
    (request,) = asked_on(scripted_engine, POSTERIOR)
    assert set(request.dimensions) == set(np.argsort(-state.survey.carries)[:2])
    np.testing.assert_array_equal(request.image, state.survey.images[0])
    assert microscope.warning.text() == "1 of 3 dimensions has collapsed."
    assert microscope.warning.isVisible()


def test_the_numbers_and_the_gap_are_told(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior())
    assert microscope.evidence.text() == "= −100.00 nats"
    assert microscope.elbo.text() == "≤ −100.12 nats"
    assert microscope.gap.text() == "0.12 nats"  # ½ · 0.5² = 0.125
    assert "88 % of p(x)" in microscope.sentence.text()  # e^−0.125 = 0.8825
    assert "KL(q(z | x) ‖ p(z | x))" in microscope.gap.toolTip()
    assert "E_q" in microscope.elbo.toolTip()


def test_with_more_dimensions_only_the_part_of_the_gap_is_told(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior(whole=False))
    assert microscope.evidence.text() == "unknown"
    assert microscope.elbo.text() == "−100.12 nats"
    assert microscope.gap.text() == "0.12 nats"
    assert "others held" in microscope.gap.toolTip()


def test_other_dimensions_are_chosen_and_are_never_the_same(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior())
    same = microscope.second.currentIndex()
    microscope.first.setFocus()
    microscope.first.setCurrentIndex(same)
    microscope.first.activated.emit(same)
    request = asked_on(scripted_engine, POSTERIOR)[-1]
    assert request.dimensions[0] == same != request.dimensions[1]


def test_the_pointer_reads_both_densities(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior())
    plot = microscope.plot
    QTest.mouseMove(plot, plot.position_of(np.array([1.0, -0.5])).toPoint())
    # ½ · (0.5² + 0.5²) + ln 2π = 2.09 and ½ · (1² + 0.5²) + ln 2π = 2.46
    assert "z1 1.00, z2 −0.50" in microscope.reading.text()
    assert "ln p −2.09, ln q −2.46" in microscope.reading.text()
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert "z1 1.12" in microscope.reading.text()


def test_the_plot_is_cropped_to_where_there_is_something() -> None:
    whole = posterior()
    found = cropped(whole)
    assert found.axes.shape[1] < whole.axes.shape[1]
    assert np.exp(found.log_p).sum() / np.exp(whole.log_p).sum() > 0.999
    assert np.exp(found.log_q).sum() / np.exp(whole.log_q).sum() > 0.999
    i = int(np.abs(whole.axes[0] - found.axes[0, 0]).argmin())
    j = int(np.abs(whole.axes[1] - found.axes[1, 0]).argmin())
    assert found.log_p[0, 0] == whole.log_p[i, j]


def test_the_first_axis_goes_across(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior())
    plot = microscope.plot
    assert plot.position_of(np.array([0.5, 0.0])).x() > plot.position_of(np.zeros(2)).x()
    assert plot.position_of(np.array([0.0, 0.5])).y() < plot.position_of(np.zeros(2)).y()
    image = plot.grab().toImage()

    def bright(place: tuple[float, float]) -> int:
        spot: QPointF = plot.position_of(np.array(place))
        return image.pixelColor(spot.toPoint()).lightness()

    assert bright((1.5, 0.3)) > bright((-1.5, 0.3)) + 40, "p lies to the right of q"


def test_a_family_without_posteriors_says_so(
    microscope: Microscope,
    studio: Studio,
    state: LatentState,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> None:
    before = len(asked_on(scripted_engine, POSTERIOR))
    run = make_run("autoencoder-digits-0001", family="autoencoder")
    turn_to(state, studio, scripted_engine, run)
    assert len(asked_on(scripted_engine, POSTERIOR)) == before
    assert "no q(z | x)" in microscope.plot.accessibleDescription()
    assert not microscope.first.isEnabled() and not microscope.warning.isVisible()


def test_the_picture_is_exported(
    microscope: Microscope, studio: Studio, scripted_engine: ScriptedEngine, tmp_path: Path
) -> None:
    answer(studio, scripted_engine, LookAtPosterior, posterior())
    microscope.export.save(tmp_path / "posterior.png")
    with Image.open(tmp_path / "posterior.png") as image:
        assert "vae-digits-0001" in image.text["Description"]


# --- denoising ---


@pytest.fixture
def denoising(
    qtbot: QtBot,
    studio: Studio,
    state: LatentState,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> DenoisingView:
    run = make_run("dae-digits-0001", family="denoising-autoencoder", title="DAE on digits")
    view = DenoisingView(studio, state)
    qtbot.addWidget(view)
    view.resize(560, 640)
    view.show()
    turn_to(state, studio, scripted_engine, run)
    return view


def test_noisy_cleaned_and_original_lie_below_each_other(
    denoising: DenoisingView, studio: Studio, state: LatentState, scripted_engine: ScriptedEngine
) -> None:
    request = asked_on(scripted_engine, CLEAN)[-1]
    assert request.passes == 1 and len(request.images) == 8
    original = request.images.astype(np.float32)
    found = np.stack([original + 3.0, original + 1.5])
    answer(studio, scripted_engine, Clean, found, CLEAN)
    assert [row.title for row in denoising.examples.rows] == ["Noisy", "Cleaned", "Original"]
    np.testing.assert_array_equal(denoising.examples.rows[2].images, request.images)
    # (3 / 15)² = 0.04 and (1.5 / 15)² = 0.01
    assert denoising.error.text().endswith("0.0400 → 0.0100")


def test_the_film_plays_from_noise_to_the_last_pass(
    denoising: DenoisingView, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    request = asked_on(scripted_engine, DREAM)[-1]
    assert request.images is None and request.passes == 20
    passes = np.broadcast_to(
        np.arange(4, dtype=np.float32)[:, None, None, None, None] * 5, (4, 16, 8, 8, 1)
    )
    answer(studio, scripted_engine, Clean, passes, DREAM)
    film = denoising.film
    assert film.where.text() == "Pass 3 of 3"
    QTest.mouseClick(film.play, LEFT)
    assert film.playing and film.where.text() == "Pure noise"
    for _ in range(3):
        film.advance()
    assert not film.playing and film.where.text() == "Pass 3 of 3"
    film.slider.setFocus()
    QTest.keyClick(film.slider, Qt.Key.Key_Left)
    assert film.sheet.rows[0].images[0, 0, 0, 0] == 10
    QTest.keyClick(denoising, Qt.Key.Key_Space)
    assert film.playing
    denoising.hide()
    assert not film.playing, "nothing plays unseen"


def test_passes_and_noise_are_chosen(
    denoising: DenoisingView, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(studio, scripted_engine, Clean, np.zeros((21, 16, 8, 8, 1), np.float32), DREAM)
    denoising.passes.setValue(50)
    assert asked_on(scripted_engine, DREAM)[-1].passes == 50
    answer(studio, scripted_engine, Clean, np.zeros((51, 16, 8, 8, 1), np.float32), DREAM)
    before = asked_on(scripted_engine, CLEAN)[-1]
    answer(studio, scripted_engine, Clean, np.zeros((2, 8, 8, 8, 1), np.float32), CLEAN)
    denoising.seed.seed.setValue(9)
    assert asked_on(scripted_engine, DREAM)[-1].seed == 9
    after = asked_on(scripted_engine, CLEAN)[-1]
    assert after.seed == 9 and not np.array_equal(after.images, before.images)


def test_another_family_is_asked_for_nothing(
    denoising: DenoisingView,
    studio: Studio,
    state: LatentState,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> None:
    before = len(asked_on(scripted_engine, CLEAN)), len(asked_on(scripted_engine, DREAM))
    turn_to(state, studio, scripted_engine, make_run("vae-digits-0001", family="vae"))
    after = len(asked_on(scripted_engine, CLEAN)), len(asked_on(scripted_engine, DREAM))
    assert before == after
    assert DenoisingView.lacks(VAE) == "VAE was not trained to take noise away."
