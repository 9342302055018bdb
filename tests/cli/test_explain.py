"""`genstudio explain`: the window's experiments, on the same jobs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.cli import main
from genstudio.core.uniforms import generator

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


def test_a_probe_is_the_ratio_of_the_probabilities_of_whole_images(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import torch

    import genstudio as package

    row, column, levels = 3, 4, 16
    symbols = generator(3).integers(0, levels, (8, 8)).astype(np.uint8)
    Image.fromarray(symbols * 17).save(tmp_path / "i.png")  # 255 / 15 = 17
    found = told(capsys, "probe", RUN, f"--row={row}", f"--column={column}", "--label=7",
                 "--image", str(tmp_path / "i.png"))  # fmt: skip
    assert (found["place"], found["symbol"]) == (row * 8 + column, symbols[row, column])
    model = package.open_run("resources/runs/pixelcnn-digits").load_model()
    x = torch.from_numpy(symbols).long()[None, ..., None].repeat(levels, 1, 1, 1)
    x[:, row, column, 0] = torch.arange(levels)
    y = torch.full((levels, 1), 7)
    with torch.no_grad():
        joint = model.log_prob(x, y).double().softmax(dim=0)  # type: ignore[operator]
        past = model.logits(x[:1], y[:1])[0, :, row, column, 0].softmax(dim=0)  # type: ignore[operator]
    np.testing.assert_allclose(found["given_all"], joint, atol=1e-5)  # type: ignore[arg-type]
    np.testing.assert_allclose(found["given_past"], past, atol=1e-5)  # type: ignore[arg-type]


def test_a_probe_tells_people_both_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "probe", RUN, "--row=3", "--column=4", "--device=cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "p(xᵢ | all others)" in lines[0] and "p(xᵢ | past)" in lines[0]
    columns = np.array([line.split()[:3] for line in lines[1:]], float)
    assert columns[:, 0].tolist() == list(range(16))
    np.testing.assert_allclose(columns[:, 1:].sum(axis=0), 1, atol=2e-3)
    assert sum("is there" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["field", RUN, "--row=8", "--column=0"], "There is no place 8, 0, 0"),
        (["field", RUN, "--row=1", "--column=0", "--out=a.gif"], "Use .png."),
        (["causality", RUN, "--image=nothing.png"], "nothing.png"),
        (["probe", RUN, "--row=1", "--column=8"], "There is no place 1, 8, 0"),
        (["probe", RUN, "--row=1", "--column=1", "--label=cat"], "There is no digit called “cat”"),
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
