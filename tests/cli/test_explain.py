"""`genstudio explain`: the window's experiments, on the same jobs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.cli import main

RUN = "pixelcnn-digits"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["explain", *arguments, "--device=cpu", "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_the_field_of_the_first_pixel_is_empty_and_of_a_later_one_is_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "field.png"
    assert told(capsys, "field", RUN, "--row=0", "--column=0")["permitted"] == 0
    found = told(capsys, "field", RUN, "--row=6", "--column=4", "--out", str(out))
    assert 0 < int(str(found["permitted"])) <= 6 * 8 + 4 == found["past"]
    page = np.asarray(Image.open(out))
    assert page.shape == (64, 64)
    assert page.max() == 255
    assert not page[56:].any(), "nothing of the row below"


def test_a_trained_model_is_causal_and_a_broken_one_is_caught(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told(capsys, "causality", RUN) == {"symbols": 64, "caught": 0, "largest": 0}
    assert told(capsys, "causality", RUN, "--broken")["caught"] == 64


def test_the_race_ends_with_the_same_picture(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "race", RUN, "--seed=3")
    assert found["same_picture"] is True
    assert float(str(found["times"])) > 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["field", RUN, "--row=8", "--column=0"], "There is no place 8, 0, 0"),
        (["field", RUN, "--row=1", "--column=0", "--out=a.gif"], "Use .png."),
        (["causality", RUN, "--image=nothing.png"], "nothing.png"),
        (["race", "nobody"], "nobody"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
