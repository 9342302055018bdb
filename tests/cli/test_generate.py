"""`genstudio sample` and `evaluate`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.export import read_npz
from genstudio.core.recipe import read_recipe

from .conftest import TINY, Run


def _grey(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.uint8)).save(path)
    return path


def test_a_sheet_holds_every_image_at_its_scale_and_the_recipe(
    genstudio: Run, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.png"
    said = genstudio("sample", trained, "-n", 4, "--seed", 7, "--scale", 3,
                     "--set", "temperature=0.5", "--out", out, "--json")  # fmt: skip
    assert said.code == 0, said.err
    with Image.open(out) as picture:
        assert picture.size == (3 * 17, 3 * 17)  # two 8-pixel images and a gap, each way
    recipe = read_recipe(out)
    assert (recipe.run, recipe.count, recipe.seed) == ("tiny", 4, 7)
    assert recipe.controls["temperature"] == 0.5
    assert said.document["recipe"]["weights"] == recipe.weights != ""
    assert len(said.document["log_prob_nats"]) == 4


def test_the_same_seed_gives_the_same_image_in_any_batch(
    genstudio: Run, trained: Path, tmp_path: Path
) -> None:
    one, many = tmp_path / "one.npz", tmp_path / "many.npz"
    assert genstudio("sample", "tiny", "-n", 1, "--out", one).code == 0
    assert genstudio("sample", "tiny", "-n", 5, "--out", many).code == 0
    np.testing.assert_array_equal(read_npz(one)[0].images()[0], read_npz(many)[0].images()[0])


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_recording_becomes_an_animation(
    genstudio: Run, trained: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"drawing.{suffix}"
    assert genstudio("sample", trained, "-n", 1, "--out", out).code == 0
    with Image.open(out) as picture:
        assert getattr(picture, "n_frames", 1) > 1
    assert read_recipe(out).run == "tiny"


def test_classes_are_asked_for_by_name_and_take_turns(genstudio: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "told", tmp_path / "told.npz"
    genstudio("train", "pixelcnn", *TINY, "--set", "conditional=true", "--out", folder)
    said = genstudio("sample", folder, "-n", 4, "--label", 3, "--label", 8, "--out", out)
    assert said.code == 0, said.err
    assert read_npz(out)[0].labels.tolist() == [[3], [8], [3], [8]]


def test_the_score_is_the_models_own(genstudio: Run, trained: Path) -> None:
    import torch

    import genstudio as package
    from genstudio.core.training import DataSpec
    from genstudio.data import catalog

    said = genstudio("evaluate", trained, "--limit", 10, "--json").document
    split = catalog.open_data(DataSpec(levels=2)).split("test")
    model = package.open_run(trained).load_model()
    with torch.no_grad():
        nats = -model.log_prob(torch.from_numpy(split.symbols[:10]).long())
    assert (said["split"], said["count"], said["exact"]) == ("test", 10, True)
    assert said["nats"] == pytest.approx(float(nats.mean()), rel=1e-5)
    assert said["bits_per_dim"] == pytest.approx(float(nats.mean()) / 64 / np.log(2), rel=1e-5)


def test_pictures_with_other_classes_than_were_learned_are_not_scored(
    genstudio: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(kind: str, count: int, shade: int) -> None:
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for index in range(count):
            _grey(tmp_path / "pictures" / kind / f"{index}.png", np.full((8, 8), shade + index))

    draw("cat", 40, 0)
    draw("dog", 40, 100)
    monkeypatch.chdir(tmp_path)
    said = genstudio("train", "made", "--folder", "pictures", "--size", 4, "--levels", 2,
                     "--steps", 2, "--set", "hidden=4", "--set", "conditional=true",
                     "--set", "preview_every=0", "--out", "mine")  # fmt: skip
    assert said.code == 0, said.err
    monkeypatch.chdir(tmp_path / "pictures")  # the run remembers where the folder is
    assert genstudio("evaluate", "../mine").code == 0
    draw("ant", 20, 200)
    said = genstudio("evaluate", "../mine")
    assert said.code == 2
    assert "now 4×4 grey, 2 levels, classes ant, cat, dog; then" in said.err


def test_an_exact_score_is_marked_so(genstudio: Run, trained: Path) -> None:
    said = genstudio("evaluate", trained, "--limit", 3)
    assert "test split: = " in said.out
    assert "(3 images)" in said.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sample", "tiny", "--out", "x.bmp"], "“x.bmp” is no kind of file"),
        (["sample", "tiny", "--out", "nowhere/x.png"], "There is no folder nowhere."),
        (["sample", "tiny", "-n", "0", "--out", "x.png"], "At least one image"),
        (["sample", "tiny", "--set", "temprature=1", "--out", "x.png"], "Known settings: temp"),
        (["sample", "tiny", "--label", "3", "--out", "x.png"], "not trained with classes"),
        (["sample", "tiny", "--label", "cat", "--out", "x.png"], "There is no digit called “cat”"),
        (["sample", "tinny", "--out", "x.png"], "There is no run called “tinny”."),
        (["evaluate", "tiny", "--split", "tests"], "There is no split called “tests”."),
    ],
)  # fmt: skip
def test_a_mistake_ends_with_two_and_writes_nothing(
    *,
    genstudio: Run,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = genstudio(*arguments)
    assert said.code == 2
    assert sentence in said.err
    assert said.out == ""
    assert not list(tmp_path.glob("x.*"))
