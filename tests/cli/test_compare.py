"""`genstudio compare`: the figures of runs that can be compared, and no others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.cli import main

SMALL = ["--data=digits", "--levels=2", "--steps=4", "--set=hidden=8", "--device=cpu"]
QUICK = ["--set=preview_every=0", "--set=validation_size=8", "--set=validate_every=2"]


@pytest.fixture
def two(tmp_path: Path) -> list[str]:
    folders = [str(tmp_path / name) for name in ("a", "b")]
    for seed, folder in enumerate(folders):
        assert main(["train", "made", *SMALL, *QUICK, f"--seed={seed}", "--out", folder]) == 0
    return folders


def test_the_rows_are_those_of_the_runs(
    two: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    capsys.readouterr()
    assert main(["compare", *two, "-n", "3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["a", "b"]
    for row, folder in zip(rows, two, strict=True):
        lines = (Path(folder) / "metrics.jsonl").read_text().splitlines()
        scored = [json.loads(line) for line in lines if "valid_nats" in line]
        best = min(scored, key=lambda metric: metric["valid_nats"])
        assert row["valid_nats"] == pytest.approx(best["valid_nats"])
        assert row["best_epoch"] == best["epoch"]
        assert row["image_nats"] > 0
        assert row["seconds_per_image"] > 0
    assert rows[0]["image_nats"] != rows[1]["image_nats"]


def test_files_are_written_by_their_endings(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *two, "-n", "3", "--out", str(tmp_path / "c.csv")]) == 0
    with (tmp_path / "c.csv").open() as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["a", "b"]
    assert main(["compare", *two, "-n", "3", "--out", str(tmp_path / "c.png")]) == 0
    page = np.asarray(Image.open(tmp_path / "c.png"))
    assert page.shape == ((2 * 9 - 1) * 4, (3 * 9 - 1) * 4)


def test_what_cannot_be_compared_is_one_sentence(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["compare", two[0], "pixelcnn-digits"]) == 2
    assert "learned from different data" in capsys.readouterr().err
    assert main(["compare", two[0], "--out", str(tmp_path / "c.gif")]) == 2
    assert "Use .csv or .png." in capsys.readouterr().err
    assert main(["compare", two[0], "-n", "0"]) == 2
    assert "At least one sample" in capsys.readouterr().err
