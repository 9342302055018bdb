"""`genstudio complete`: every method, every kind of file, and every mistake in one sentence."""

from __future__ import annotations

import math
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.capabilities import Capability
from genstudio.core.inpainting import Inpainted, Moments, Stage
from genstudio.core.recipe import read_recipe
from genstudio.core.settings import Settings, setting
from genstudio.core.uniforms import generator
from genstudio.inpainting.base import Method, Problem, registered

from .conftest import TINY, Run


def _grey(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.uint8)).save(path)
    return path


def _top(path: Path) -> Path:
    """A picture, or a mask, whose top half is white."""
    values = np.zeros((8, 8))
    values[:4] = 255
    return _grey(path, values)


@pytest.fixture
def asked(trained: Path, tmp_path: Path) -> list[object]:
    """The words of a completion of the bottom half."""
    return ["complete", trained, "--image", _top(tmp_path / "i.png"),
            "--mask", _top(tmp_path / "m.png")]  # fmt: skip


class SweepControls(Settings):
    """Of a method that goes over the image several times."""

    sweeps: int = setting(3, help="Passes.", ge=1)


@pytest.fixture
def white(monkeypatch: pytest.MonkeyPatch) -> str:
    """A method that makes every hidden symbol 1, sweep by sweep, and weights unevenly."""
    monkeypatch.setattr("genstudio.inpainting.base.registered", dict(registered))

    class White(Method):
        title = "White"
        position = 9
        sentence = "Makes all white."
        formula = "xᵢ = 1"
        needs = (Capability.AUTOREGRESSIVE,)
        sees = "all"
        Controls = SweepControls
        settings: SweepControls

        def stages(self, problem: Problem) -> int:
            return self.settings.sweeps

        def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
            hidden, count = problem.hidden_places.astype(np.int32), problem.count
            for sweep in range(1, self.settings.sweeps + 1):
                yield Moments(
                    hidden,
                    np.ones((len(hidden), count), np.int16),
                    (Stage(sweep * len(hidden), f"sweep {sweep}", np.full(count, -2.0)),),
                )
            images = np.where(problem.known, problem.image, 1).astype(np.uint8)
            weights = np.arange(1.0, count + 1)
            return Inpainted(
                images=np.repeat(images[None], count, axis=0),
                weights=weights / weights.sum(),
                log_prob=np.arange(count) * -1.0,
                marginals=np.eye(problem.model.space.levels, dtype=np.float32)[images],
                log_evidence=-12.5,
                evidence_error=0.25,
                exact=False,
                settled=False,
                verdict="Not mixed yet: more sweeps.",
                effective=2.0,
                autocorrelation=np.array([1.0, 0.5]),
                seconds=1.5,
            )

    return White.name()


def test_what_the_mask_shows_white_is_kept_and_all_is_in_the_archive(
    genstudio: Run, asked: list[object], tmp_path: Path
) -> None:
    out = tmp_path / "completed.npz"
    said = genstudio(*asked, "-n", 3, "--seed", 5, "--out", out, "--json")
    assert said.code == 0, said.err
    document = said.document
    assert (document["known"], document["hidden"], document["method"]) == (32, 32, "raster")
    with np.load(out, allow_pickle=False) as arrays:
        assert arrays["images"].shape == (3, 8, 8, 1)
        assert (arrays["images"][:, :4] == 1).all()
        assert arrays["known"][:4].all() and not arrays["known"][4:].any()
        assert (arrays["image"][:4] == 1).all() and (arrays["image"][4:] == 0).all()
        np.testing.assert_allclose(arrays["weights"], 1 / 3)
        np.testing.assert_allclose(arrays["log_prob"], document["log_prob_nats"])
        np.testing.assert_allclose(arrays["marginals"].sum(axis=-1), 1, atol=1e-6)
    recipe = read_recipe(out)
    assert (recipe.kind, recipe.method, recipe.count, recipe.seed) == ("inpaint", "raster", 3, 5)
    assert recipe.settings == {"temperature": 1.0, "top_k": 0}
    assert recipe.known()[:4].all() and not recipe.known()[4:].any()
    assert (recipe.image()[:4] == 1).all()


def test_the_score_of_a_completion_is_the_models_own(
    genstudio: Run, asked: list[object], trained: Path, tmp_path: Path
) -> None:
    import torch

    import genstudio as package

    said = genstudio(*asked, "-n", 2, "--out", tmp_path / "c.npz", "--json")
    with np.load(tmp_path / "c.npz") as arrays:
        images = torch.from_numpy(arrays["images"]).long()
    with torch.no_grad():
        nats = package.open_run(trained).load_model().log_prob(images)
    assert said.document["log_prob_nats"] == pytest.approx(nats.tolist(), rel=1e-4)


def test_the_recipe_makes_the_same_completions_again(
    genstudio: Run, asked: list[object], trained: Path, tmp_path: Path
) -> None:
    first, again = tmp_path / "a.npz", tmp_path / "b.npz"
    genstudio(*asked, "-n", 4, "--seed", 3, "--set", "temperature=2.0", "--out", first)
    recipe = read_recipe(first)
    image = _grey(tmp_path / "recalled.png", recipe.image()[..., 0] * 255)
    mask = _grey(tmp_path / "recalled-mask.png", recipe.known()[..., 0] * 255)
    genstudio("complete", trained, "--image", image, "--mask", mask, "-n", recipe.count,
              "--seed", recipe.seed, "--method", recipe.method,
              "--set", f"temperature={recipe.settings['temperature']}",
              "--out", again)  # fmt: skip
    with np.load(first) as a, np.load(again) as b:
        np.testing.assert_array_equal(a["images"], b["images"])


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_shows_the_completions_form(
    genstudio: Run, asked: list[object], white: str, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"film.{suffix}"
    said = genstudio(*asked, "--method", white, "--sweeps", 7, "--scale", 1, "--out", out)
    assert said.code == 0, said.err
    with Image.open(out) as film:
        assert 1 < film.n_frames <= 101, "7 sweeps of 32 symbols are 224 moments"
        film.seek(0)
        first = np.asarray(film.convert("L"))
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("L"))
    assert (first[:4] == 255).all() and (first[7] == 0).all()
    assert (last == 255).all()
    assert read_recipe(out).settings == {"sweeps": 7}


def test_the_figure_has_the_hidden_part_the_completions_and_the_truth(
    genstudio: Run, asked: list[object], white: str, tmp_path: Path
) -> None:
    truth = np.zeros((8, 8))
    truth[2] = 255
    figure = tmp_path / "figure.png"
    said = genstudio(*asked, "--method", white, "--chains", 2, "--scale", 4,
                     "--out", tmp_path / "x.png", "--figure", figure,
                     "--original", _grey(tmp_path / "truth.png", truth))  # fmt: skip
    assert said.code == 0, said.err
    page = np.asarray(Image.open(figure))
    # 8-pixel images: two completions with a pixel between, and the original at the right end.
    original = page[-36:-4, -36:-4]
    np.testing.assert_array_equal(original[::4, ::4, 0], truth)
    assert read_recipe(figure) == read_recipe(tmp_path / "x.png")


def test_a_verdict_and_the_evidence_are_said_to_people_and_to_machines(
    genstudio: Run, asked: list[object], white: str, tmp_path: Path
) -> None:
    words = [*asked, "--method", white, "--particles", 3, "--out", tmp_path / "x.png"]
    said = genstudio(*words)
    assert said.code == 0, said.err
    assert "3 completions of 32 hidden symbols in 1.5 s" in said.out
    # The weights are 1/6, 2/6 and 3/6, of 0, −1 and −2 nats.
    assert "ln p = -1.33 nats on average; ln p(known) = -12.50 ± 0.25 nats." in said.out
    assert said.out.rstrip().endswith("Not mixed yet: more sweeps.")
    document = genstudio(*words, "--json").document
    assert document["log_evidence_nats"] == -12.5
    assert document["log_evidence_error"] == 0.25
    assert (document["settled"], document["exact"], document["effective"]) == (False, False, 2.0)
    assert [stage["name"] for stage in document["stages"]] == ["sweep 1", "sweep 2", "sweep 3"]
    assert document["mean_log_prob_nats"] == pytest.approx(-4 / 3)


def test_an_unknown_number_is_null_for_machines(
    genstudio: Run, asked: list[object], tmp_path: Path
) -> None:
    said = genstudio(*asked, "--out", tmp_path / "x.png", "--json")
    assert said.document["log_evidence_nats"] is None
    assert math.isfinite(said.document["mean_log_prob_nats"])


def test_the_class_is_said_by_name_where_the_model_is_told_it(
    genstudio: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "told"
    genstudio("train", "pixelcnn", *TINY, "--set", "conditional=true", "--out", folder)
    words = ["complete", folder, "--image", _top(tmp_path / "i.png"),
             "--mask", _top(tmp_path / "m.png"), "--out", tmp_path / "x.png"]  # fmt: skip
    said = genstudio(*words, "--label", 3)
    assert said.code == 0, said.err
    assert read_recipe(tmp_path / "x.png").labels == [[3]]
    (tmp_path / "x.png").unlink()
    for more, sentence in (([], "conditioned on the class"), (["--label", "cat"], "no digit")):
        refused = genstudio(*words, *more)
        assert refused.code == 2
        assert sentence in refused.err
        assert not (tmp_path / "x.png").exists()


def test_nothing_hidden_is_said_and_written(
    genstudio: Run, asked: list[object], tmp_path: Path
) -> None:
    mask = _grey(tmp_path / "all.png", np.full((8, 8), 255))
    said = genstudio(*asked, "--mask", mask, "-n", 2, "--out", tmp_path / "x.npz")
    assert said.code == 0, said.err
    assert "Nothing is hidden" in said.out
    with np.load(tmp_path / "x.npz") as arrays:
        assert (arrays["images"] == arrays["image"]).all()
    refused = genstudio(*asked, "--mask", mask, "--out", tmp_path / "x.gif")
    assert refused.code == 2
    assert "Nothing is hidden, so no completion forms" in refused.err


def test_a_picture_of_sixteen_bits_or_with_transparency_is_what_one_sees(
    genstudio: Run, trained: Path, tmp_path: Path
) -> None:
    deep = np.full((8, 8), 0x3000, np.uint16)  # dark: symbol 0 of 2
    deep[:, 4:] = 0xC000  # bright: symbol 1
    Image.fromarray(deep).save(tmp_path / "deep.png")
    # Black all over, but where it is transparent one sees the white ground.
    mask = np.zeros((8, 8, 4), np.uint8)
    mask[2:, :, 3] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    out = tmp_path / "c.npz"
    said = genstudio("complete", trained, "--image", tmp_path / "deep.png",
                     "--mask", tmp_path / "mask.png", "--out", out)  # fmt: skip
    assert said.code == 0, said.err
    with np.load(out) as arrays:
        known = arrays["known"][..., 0]
        assert known[:2].all() and not known[2:].any()
        assert arrays["images"][0, :2, :, 0].tolist() == [[0] * 4 + [1] * 4] * 2


@pytest.mark.parametrize("kind", ["bomb", "cut", "text", "folder"])
def test_a_picture_that_cannot_be_read_is_one_sentence(
    genstudio: Run, trained: Path, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"{kind}.png"
    if kind == "bomb":
        Image.new("1", (20_000, 20_000)).save(path)
    elif kind == "cut":
        noise = generator(0).integers(0, 256, (8, 8))
        path.write_bytes(_grey(path, noise).read_bytes()[:60])
    elif kind == "text":
        path.write_text("hello")
    else:
        path.mkdir()
    said = genstudio("complete", trained, "--image", path, "--mask", path,
                     "--out", tmp_path / "c.npz")  # fmt: skip
    assert said.code == 2
    assert f"{kind}.png” cannot be read" in said.err or f"“{kind}.png”: " in said.err
    assert said.err.count("\n") == 1
    assert "<" not in said.err, "no object of the program is named"


def test_another_size_has_to_be_fitted_on_purpose(
    genstudio: Run, asked: list[object], trained: Path, tmp_path: Path
) -> None:
    picture = np.zeros((20, 30))
    picture[:, 15:] = 255
    image = _grey(tmp_path / "wide.png", picture)
    refused = genstudio(*asked, "--mask", image, "--out", tmp_path / "c.npz")
    assert refused.code == 2
    assert "“wide.png” is 30×20, but the model draws images of 8×8" in refused.err
    arguments = ["complete", trained, "--image", image, "--mask", image,
                 "--out", tmp_path / "c.npz"]  # fmt: skip
    refused = genstudio(*arguments)
    assert refused.code == 2
    assert "“wide.png” is 30×20, but the model draws images of 8×8" in refused.err
    assert genstudio(*arguments, "--fit").code == 0
    with np.load(tmp_path / "c.npz") as arrays:
        # The left half of the mask is black, hence hidden; the right half is known and white.
        known = arrays["known"][..., 0]
        assert not known[:, :4].any()
        assert known[:, 4:].all()
        assert (arrays["images"][0, :, 5:] == 1).all()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--image", "no.png"], "There is no file no.png."),
        (["--method", "magic"], "There is no method “magic”. Known: "),
        (["--set", "speed=3"], "There is no setting called “speed”. Known settings: temperature"),
        (["--set", "temperature=0"], "“temperature” should be greater than 0, but it is 0."),
        (["--sweeps", "3"], "Raster makes no sweeps"),
        (["-n", "0"], "At least one completion has to be asked for, not 0."),
        (["--label", "3"], "This model was not trained with classes"),
        (["--out", "nowhere/x.png"], "There is no folder nowhere."),
        (["--out", "x.bmp"], "“x.bmp” is no kind of file"),
        (["--out", "."], "“” is no kind of file"),
        (["--figure", "x.gif"], "“x.gif” is no kind of file that can be written. Let it end in .p"),
        (["--figure", "folder.png"], "“folder.png” is a folder."),
        (["--original", "i.png"], "--original is for the figure."),
    ],
)
def test_a_mistake_ends_with_two_before_anything_is_drawn(
    *,
    genstudio: Run,
    asked: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    said = genstudio(*asked, "--out", "x.png", *more)
    assert said.code == 2
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not list(tmp_path.glob("x.*"))
