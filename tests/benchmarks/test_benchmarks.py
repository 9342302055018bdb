"""Every benchmark runs in a tiny form and gives its rows; none of the figures is judged."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from genstudio.bench import halves, inpainting, sampling, wavenet
from genstudio.bench.arithmetic import matrix_vector_rate
from genstudio.bench.base import (
    Options,
    Row,
    alternating,
    benchmarks,
    chosen,
    median_ratio,
    quantile,
)
from genstudio.bench.kills import _outcome
from genstudio.cli import main
from genstudio.core.errors import UserError
from genstudio.core.paths import cache_folder
from genstudio.core.settings import Settings
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator
from genstudio.inpainting.base import Problem
from genstudio.inpainting.smc import SMC
from genstudio.models.base import Autoregressive
from genstudio.models.made import MADE
from genstudio.models.store import build

# They start processes that import torch; on a busy machine that alone takes a minute or two.
pytestmark = pytest.mark.timeout(600)

NAMES = (
    "cancel", "halves", "inpainting", "kills", "latent", "overhead", "painting",
    "responsiveness", "sampling", "speech", "start", "wavenet",
)  # fmt: skip


def test_every_file_of_the_package_that_measures_is_found() -> None:
    found = benchmarks()
    assert tuple(found) == NAMES
    for benchmark in found.values():
        assert benchmark.title
        assert benchmark.__doc__
        assert benchmark.__doc__.strip().endswith(".")


def test_an_unknown_benchmark_is_a_users_error() -> None:
    with pytest.raises(UserError, match="There is no benchmark called “speed”"):
        chosen(["start", "speed"])


def test_what_takes_hours_is_run_only_where_it_is_named() -> None:
    assert tuple(chosen([])) == tuple(name for name in NAMES if name not in ("halves", "speech"))
    assert tuple(chosen(["halves"])) == ("halves",)


def test_two_things_are_measured_in_turn_and_the_first_changes() -> None:
    order: list[str] = []

    def note(name: str) -> float:
        order.append(name)
        return float(len(order))

    a, b = alternating(lambda: note("a"), lambda: note("b"), 3)
    assert order == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert a == [3.0, 6.0, 7.0]
    assert b == [4.0, 5.0, 8.0]


def test_the_ratio_is_the_median_over_the_pairs() -> None:
    # 2, 3 and 10: one disturbed pair does not move the middle.
    assert median_ratio([2, 6, 10], [1, 2, 1]) == 3


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.0, 1)]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert quantile(list(range(100, 0, -1)), share) == expected


def _all_finite(rows: list[Row]) -> bool:
    return all(row.value is not None and math.isfinite(row.value) for row in rows)


def test_the_start_is_a_ratio_to_a_bare_window() -> None:
    (row,) = benchmarks()["start"].run(Options(count=1))
    assert row.value is not None
    assert row.value > 0
    assert row.met is (row.value <= 2.0)
    assert "median of 1 pairs" in row.note


def test_a_walk_through_a_latent_space_is_timed_in_the_real_panel() -> None:
    middle, late, manifold, waiting, encoding = benchmarks()["latent"].run(
        Options(count=2, seconds=1.0)
    )
    assert _all_finite([middle, late, manifold, waiting])
    assert 0 < (middle.value or 0) <= (late.value or 0)
    assert (waiting.value or 0) >= 1
    assert encoding.value is not None or encoding.note


def test_a_brush_stroke_is_timed_in_the_real_canvas() -> None:
    middle, late, worst = benchmarks()["painting"].run(Options(count=5))
    assert middle.value is not None and late.value is not None and worst.value is not None
    assert 0 < middle.value <= late.value <= worst.value


def test_cancelling_gives_a_median_and_a_worst_for_each_size() -> None:
    rows = benchmarks()["cancel"].run(Options(count=1))
    assert len(rows) == 4
    assert _all_finite(rows)
    for median, worst in zip(rows[::2], rows[1::2], strict=True):
        assert median.value <= worst.value  # type: ignore[operator]
        assert worst.met is (worst.value <= 100)  # type: ignore[operator]


def test_killed_trainings_open_resume_and_end_the_same() -> None:
    opened, resumed, differ = benchmarks()["kills"].run(Options(count=1))
    assert (opened.value, resumed.value, differ.value) == (1, 1, 0)
    assert opened.met is resumed.met is differ.met is True


def test_a_difference_in_curves_or_weights_is_seen(tmp_path: Path) -> None:
    """The comparison behind the benchmark of kills is not blind."""
    arguments = ["train", "made", "--levels=2", "--steps=4", "--set=hidden=8", "--device=cpu",
                 "--set=preview_every=0", "--set=validation_size=8"]  # fmt: skip
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert main([*arguments, f"--seed={seed}", "--out", str(tmp_path / name)]) == 0
    assert _outcome(tmp_path / "a") == _outcome(tmp_path / "b")
    curves, weights = _outcome(tmp_path / "a")
    other_curves, other_weights = _outcome(tmp_path / "c")
    assert curves != other_curves
    assert weights["sha256"] != other_weights["sha256"]
    assert "seconds" not in curves[0]


def test_the_event_loop_is_listened_to_while_all_goes_on() -> None:
    rows = benchmarks()["responsiveness"].run(Options(seconds=1.5))
    assert [row.goal for row in rows] == ["", "≤ 8 ms", "≤ 33 ms", ""]
    assert _all_finite(rows)
    median, late, worst, _ = (row.value for row in rows)
    assert 0 <= median <= late <= worst  # type: ignore[operator]
    frames = int(rows[0].note.split(" frames played")[0].rpartition(" ")[2])
    assert frames > 0


def test_sampling_compares_the_ways_of_one_model_and_with_the_arithmetic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tiny = {"channels": 8, "blocks": 1, "head": 8}
    space = Grid(height=4, width=4, levels=2)
    small = sampling.Case("pixelcnn", tiny, "tiny", 2, 1000, 1e4, space)
    monkeypatch.setattr(sampling, "CASES", (small,))
    times, floors, milliseconds, together = sampling.run(Options(count=1))
    assert _all_finite([times, floors, milliseconds, together])
    assert times.goal == "≥ 2 ×"
    assert times.met is (times.value >= 2)  # type: ignore[operator]
    assert floors.goal == "≤ 1000 ×"
    assert milliseconds.met is True
    assert together.goal == "≥ 20 ×"


def test_a_stream_of_sound_is_compared_with_full_passes_and_with_the_arithmetic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tiny = {"channels": 4, "layers": 3, "cycles": 2, "skip": 6, "head": 6}
    monkeypatch.setattr(wavenet, "CONFIG", tiny)
    speed, times, floors = wavenet.run(Options(count=1))
    assert _all_finite([speed, times, floors])
    assert speed.name == "6 layers of 4: one stream"
    assert speed.goal == "≥ 8,000 samples/s"
    assert speed.met is (speed.value >= 8000)  # type: ignore[operator]
    assert floors.met is (floors.value <= 2)  # type: ignore[operator]


def test_completing_is_compared_with_drawing_and_with_scoring_it_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, few in (("_TOGETHER", 2), ("_PARTICLES", 2), ("_SITES", 1)):
        monkeypatch.setattr(inpainting, name, few)
    rows = inpainting.run(Options(count=1))
    assert [row.goal for row in rows] == [*["≤ 1.5 ×"] * 3, "", "≤ 2 ×"]
    assert _all_finite(rows[:4])
    assert all(row.met is (row.value <= 1.5) for row in rows[:3])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("half", "hidden"), [("top", np.s_[:3]), ("left", np.s_[:, :2]), ("bottom", np.s_[3:])]
)
def test_half_of_an_image_is_hidden(half: str, hidden: tuple[slice, ...]) -> None:
    known = inpainting.hidden_half((6, 4, 3), half)
    assert (~known).sum() == 36
    assert not known[hidden].any()


def _tiny_model() -> Autoregressive:
    model = build("made", Grid(height=4, width=4, levels=2), MADE.Config(hidden=8))
    assert isinstance(model, Autoregressive)
    return model.requires_grad_(False).eval()


def test_where_nothing_known_comes_later_the_nats_of_raster_are_exact() -> None:
    import torch

    model = _tiny_model()
    image = generator(5).integers(0, 2, (4, 4, 1))
    every = torch.tensor(list(itertools.product(range(2), repeat=8))).view(-1, 2, 4, 1)
    whole = torch.cat([torch.from_numpy(image[None, :2]).expand(256, -1, -1, -1), every], dim=1)
    known = inpainting.hidden_half((4, 4, 1), "bottom")
    posterior = model.log_prob(whole).double()
    exact = float(posterior.logsumexp(0) - model.log_prob(torch.from_numpy(image[None]))[0])
    assert halves.scored(model, image, known, 0) == pytest.approx(exact, abs=1e-4)


def test_with_the_evidence_by_enumeration_the_nats_of_smc_are_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    model = _tiny_model()
    image = generator(5).integers(0, 2, (4, 4, 1))
    every = torch.tensor(list(itertools.product(range(2), repeat=8))).view(-1, 2, 4, 1)
    whole = torch.cat([every, torch.from_numpy(image[None, 2:]).expand(256, -1, -1, -1)], dim=1)
    scores = model.log_prob(whole).double()

    class Enumerated:
        Controls = SMC.Controls

        def __init__(self, settings: Settings) -> None:
            pass

        def run(self, problem: Problem) -> Generator[None, None, SimpleNamespace]:
            assert not problem.image[~problem.known].any(), "what is hidden is not told"
            assert problem.count == 64
            yield None
            return SimpleNamespace(log_evidence=float(scores.logsumexp(0)))

    monkeypatch.setattr("genstudio.inpainting.base.method", lambda name: Enumerated)
    posterior = scores.softmax(0)[(whole == torch.from_numpy(image)).flatten(1).all(dim=1)]
    found = halves.scored(model, image, inpainting.hidden_half((4, 4, 1), "top"), 64)
    assert found == pytest.approx(-math.log(float(posterior)), abs=1e-4)


def test_scores_are_kept_and_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    images = generator(6).integers(0, 2, (3, 28, 28, 1)).astype(np.uint8)
    digits = SimpleNamespace(split=lambda name: SimpleNamespace(symbols=images))
    monkeypatch.setattr(halves.catalog, "open_data", lambda spec: digits)
    asked: list[int] = []

    def score(model: object, image: np.ndarray, known: np.ndarray, particles: int) -> float:
        asked.append(particles)
        return float(len(asked))

    monkeypatch.setattr(halves, "scored", score)
    first = halves.run(Options(count=2))
    assert asked == [0, *halves.PARTICLES] * 6
    # The first half of image 0 took calls 1 to 4, that of image 1 calls 13 to 16.
    assert [row.value for row in first[:4]] == [7, 8, 9, 10]
    assert first[0].note.startswith("± 6, 2 images")
    assert [row.goal for row in first[:4]] == ["", "", "", "≤ 35 nats"]
    [kept] = (cache_folder() / "bench").glob("halves-*.jsonl")
    with kept.open("a") as file:
        file.write('{"image": 2, "ha')  # where a crash cut it
    assert halves.run(Options(count=2)) == first
    assert len(asked) == 24, "nothing is scored twice"
    halves.run(Options(count=3))
    assert len(asked) == 36


def test_a_matrix_that_fits_no_cache_is_not_multiplied_faster_than_one_that_does() -> None:
    small, large = matrix_vector_rate(2**14), matrix_vector_rate(2**26)
    assert 0 < large < 1.5 * small


def test_training_is_measured_with_and_without_the_window() -> None:
    rows = benchmarks()["overhead"].run(Options(count=1, seconds=6))
    assert len(rows) == 2
    assert _all_finite(rows)
    assert all(row.met is (row.value >= 95) for row in rows)  # type: ignore[operator]


def test_the_table_is_for_people_for_machines_and_for_the_readme(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start = benchmarks()["start"]
    monkeypatch.setattr(
        start, "run", lambda options: [Row("a|b", 1.5, "×", "≤ 2.0", True, "a note")]
    )
    assert main(["bench", "start", "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["machine"].keys() >= {"processor", "cores", "system", "python", "torch"}
    (benchmark,) = document["benchmarks"]
    assert benchmark["name"] == "start"
    assert benchmark["rows"][0] == {
        "name": "a|b",
        "value": 1.5,
        "unit": "×",
        "goal": "≤ 2.0",
        "met": True,
        "note": "a note",
    }
    assert main(["bench", "start", "--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "| Start of the window | a¦b | 1.5 × | ≤ 2.0 | yes | a note |"
    assert lines[-1].startswith("Measured on ")
    assert main(["bench", "start", "--json", str(tmp_path / "figures.json")]) == 0
    assert json.loads((tmp_path / "figures.json").read_text()) == document
    assert "1.5 ×" in capsys.readouterr().out


def test_what_cannot_be_measured_is_said_and_the_rest_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(options: Options) -> list[Row]:
        raise UserError("There is no display.")

    monkeypatch.setattr(benchmarks()["start"], "run", refuse)
    monkeypatch.setattr(benchmarks()["kills"], "run", lambda options: [Row("a", 3.0, "runs")])
    assert main(["bench", "start", "kills", "--json", "-"]) == 0
    said = capsys.readouterr()
    start, kills = json.loads(said.out)["benchmarks"]
    assert start["rows"][0]["value"] is None
    assert start["rows"][0]["note"] == "There is no display."
    assert kills["rows"][0]["value"] == 3
    assert "There is no display." in said.err
