"""`genstudio train`."""

from __future__ import annotations

from pathlib import Path

import pytest

from genstudio.core.runs import Run as RunFolder

from .conftest import TINY, Run


def test_training_leaves_the_run_that_was_asked_for(genstudio: Run, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    said = genstudio("train", "pixelcnn", *TINY, "--out", out, "--title", "Mine", "--json")
    assert said.code == 0
    document = said.document
    assert document["folder"] == str(out)
    assert document["title"] == "Mine"
    assert document["result"]["state"] == "finished"
    assert document["result"]["steps"] == 6
    manifest = RunFolder.open(out).manifest
    assert manifest.config["channels"] == 6
    assert manifest.training.validate_every == 3
    assert manifest.data.levels == 2
    assert "validation" in said.err


def test_without_json_a_sentence_names_the_folder_and_the_score(genstudio: Run) -> None:
    said = genstudio("train", "pixelcnn", *TINY)
    assert said.code == 0
    assert "Finished after 6 steps" in said.out
    assert "bits/dim" in said.out
    assert "pixelcnn-digits-0001" in said.out


def test_a_preset_is_overruled_by_set_and_both_by_named_options(genstudio: Run) -> None:
    said = genstudio("train", "made", "--preset", "quick look", "--set", "hidden=8",
                     "--set", "length=9", "--set", "preview_every=0", "--steps", 2,
                     "--seed", 5, "--levels", 2, "--json")  # fmt: skip
    manifest = RunFolder.open(Path(said.document["folder"])).manifest
    assert manifest.config["hidden"] == 8
    assert manifest.training.batch_size == 64  # as the preset has it
    assert (manifest.training.length, manifest.training.unit) == (2, "steps")
    assert manifest.training.seed == 5


def test_a_new_run_begins_with_the_weights_of_another(genstudio: Run, trained: Path) -> None:
    said = genstudio("train", "--start-from", trained, "--steps", 1, "--json")
    assert said.code == 0, said.err
    manifest = RunFolder.open(Path(said.document["folder"])).manifest
    assert manifest.parent == "tiny"
    assert manifest.data == RunFolder.open(trained).manifest.data
    assert manifest.config["channels"] == 6


@pytest.mark.parametrize("written", ["MADE", "Made", "made"])
def test_capitals_of_a_family_do_not_matter(genstudio: Run, written: str) -> None:
    said = genstudio("train", written, "--data", "digits", "--levels", 2, "--steps", 1,
                     "--set", "hidden=4", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert RunFolder.open(Path(said.document["folder"])).manifest.family == "made"


def test_a_title_with_a_space_is_a_family_too(genstudio: Run) -> None:
    said = genstudio("train", "Full table", "--set", "nothing=4")
    assert "There is no setting called “nothing”" in said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pixelcn"], "There is no model family called “pixelcn”."),
        ([], "Which family to train is missing."),
        (
            ["made", "--set", "hiden=3"],
            "There is no setting called “hiden”. Of the model: order, hidden,",
        ),
        (["made", "--set", "hidden"], "“hidden” sets nothing."),
        (["made", "--set", "hidden=-3"], "“hidden” should be greater than or equal to 1"),
        (["made", "--steps", "3", "--epochs", "1"], "A training has one length"),
        (["made", "--steps", "x"], "Invalid value for '--steps'"),
        (["made", "--preset", "best"], "has no preset called “best”"),
        (["made", "--data", "digitz"], "There is no dataset called “digitz”."),
        (["made", "--device", "tpu"], "There is no device “tpu” here."),
        (["made", "--resume", "tiny"], "A resumed run keeps its family, data and settings."),
        (["--resume", "nothing"], "There is no run called “nothing”."),
    ],
)
def test_a_mistake_ends_with_two_and_one_sentence(
    genstudio: Run, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    said = genstudio("train", *arguments)
    assert said.code == 2
    assert said.out == ""
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert not list((tmp_path / "runs").glob("*"))


def test_a_finished_run_cannot_be_resumed(genstudio: Run, trained: Path) -> None:
    said = genstudio("train", "--resume", trained)
    assert said.code == 2
    assert "is finished, so there is nothing to resume" in said.err


def test_weights_settle_the_network(genstudio: Run, trained: Path) -> None:
    said = genstudio("train", "--start-from", trained, "--set", "channels=12")
    assert said.code == 2
    assert "“channels” is settled by the weights" in said.err
