"""`genstudio latent` and its short forms, from images to codes and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.recipe import read_recipe

from .conftest import Run

TRAINING = [
    "--levels=2", "--device=cpu", "--steps=60", "--set=hidden=16", "--set=layers=1",
    "--set=learning_rate=0.01", "--set=validation_size=8", "--set=preview_every=0",
]  # fmt: skip
FAMILIES = {
    "vae": ["--set=latent=2"],
    "autoencoder": ["--set=code=3"],
    "denoising-autoencoder": ["--set=code=5"],
}


def taught(genstudio: Run, tmp_path: Path, family: str, *more: str) -> str:
    folder = tmp_path / "runs" / "mine"
    folder.parent.mkdir(exist_ok=True)
    said = genstudio("train", family, *TRAINING, *FAMILIES[family], *more, "--out", folder)
    assert said.code == 0, said.err
    return "mine"


@pytest.fixture
def vae(genstudio: Run, tmp_path: Path) -> str:
    return taught(genstudio, tmp_path, "vae")


def picture(path: Path, seed: int = 0, size: int = 8) -> Path:
    grey = np.random.default_rng(seed).integers(0, 2, (size, size), np.uint8) * 255
    Image.fromarray(grey).save(path)
    return path


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_survey_is_told_as_a_table_and_as_json(
    genstudio: Run, tmp_path: Path, family: str
) -> None:
    name = taught(genstudio, tmp_path, family)
    said = genstudio("latent", "survey", name, "--limit", 50)
    assert said.code == 0, said.err
    assert f"carries ({'nats' if family == 'vae' else 'variance'})" in said.out
    document = genstudio("latent", "survey", name, "--limit", 50, "--json").document
    assert document["count"] == 50
    sizes = {"vae": 2, "autoencoder": 3, "denoising-autoencoder": 5}
    assert len(document["carries"]) == sizes[family]
    rows = [line.split() for line in said.out.splitlines()[1 : 1 + sizes[family]]]
    assert [int(row[0]) for row in rows] == list(np.argsort(document["carries"])[::-1])


def test_a_collapsed_space_is_warned_of(genstudio: Run, tmp_path: Path) -> None:
    taught(genstudio, tmp_path, "vae", "--set=beta=100")
    said = genstudio("latent", "survey", "mine")
    assert "2 of 2 dimensions have collapsed: " in said.out


@pytest.mark.parametrize("group", [["latent"], []], ids=["group", "short"])
def test_images_are_encoded_and_decoded_to_what_was_said(
    genstudio: Run, tmp_path: Path, vae: str, group: list[str]
) -> None:
    one, other = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", 1)
    codes, back = tmp_path / "codes.npz", tmp_path / "back.npz"
    said = genstudio(*group, "encode", vae, "--image", one, "--image", other, "--out", codes)
    assert said.code == 0, said.err
    assert "2 codes of 2 numbers. Reconstruction error 0." in said.out
    assert "ln p ≥ −" in said.out or "ln p ≥ -" in said.out
    found = arrays(codes)
    assert found["codes"].shape == found["std"].shape == (2, 2)
    said = genstudio(*group, "decode", vae, "--codes", codes, "--out", back)
    assert said.code == 0, said.err
    np.testing.assert_allclose(arrays(back)["expected"][0], found["expected"], atol=1e-6)
    assert read_recipe(back).kind == "latent"
    for out in (codes, back):  # the same numbers, to the last bit
        np.testing.assert_array_equal(read_recipe(out).codes(2), found["codes"])
    sheet = tmp_path / "sheet.png"
    typed = [f"--code={','.join(str(value) for value in row)}" for row in found["codes"]]
    assert genstudio("latent", "decode", vae, *typed, "--out", sheet, "--scale", 2).code == 0
    with Image.open(sheet) as image:
        assert image.size == (2 * 17, 16)
        shown = np.asarray(image)[::2, ::2][:, :8] / 255
    np.testing.assert_allclose(shown, found["expected"][0, ..., 0], atol=1 / 255)


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".npz"])
def test_a_traversal_and_an_interpolation_become_strips_and_animations(
    genstudio: Run, tmp_path: Path, vae: str, suffix: str
) -> None:
    one, other = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", 1)
    out = tmp_path / f"strip{suffix}"
    said = genstudio("traverse", vae, "--dimension", 1, "--dimension", 0, "--steps", 5,
                     "--image", one, "--out", out, "--scale", 1)  # fmt: skip
    assert said.code == 0, said.err
    recipe = read_recipe(out)
    assert (recipe.method, recipe.settings["dimensions"]) == ("traverse", [1, 0])
    start = recipe.codes(2)[0]
    if suffix == ".png":
        assert Image.open(out).size == (5 * 9 - 1, 2 * 9 - 1)
    elif suffix != ".npz":
        assert Image.open(out).n_frames == 5
    else:
        codes = arrays(out)["codes"]
        assert (np.ptp(codes[0], axis=0) > 0).tolist() == [False, True]
        assert (np.ptp(codes[1], axis=0) > 0).tolist() == [True, False]
        np.testing.assert_array_equal(start, [codes[0, 0, 0], codes[1, 0, 1]])

    for way in ([], ["--spherical"]):
        said = genstudio("interpolate", vae, "--from", one, "--to", other, "--via", one,
                         "--steps", 7, *way, "--out", out)  # fmt: skip
        assert said.code == 0, said.err
        recipe = read_recipe(out)
        assert recipe.kind == "interpolate"
        kept = {key: value for key, value in recipe.settings.items() if key != "codes"}
        assert kept == {"steps": 7, "way": "spherical" if way else "linear", "between": 2}
        assert recipe.codes(2).shape == (3, 2)
    if suffix == ".npz":
        whole = arrays(out)
        document = genstudio("latent", "encode", vae, "--image", one, "--image", other,
                             "--out", tmp_path / "codes.npz", "--json").document  # fmt: skip
        ends = np.array(document["codes"])
        np.testing.assert_allclose(whole["codes"][[0, 3, 6]], ends[[0, 0, 1]], atol=1e-6)
        assert whole["expected"].shape == (1, 7, 8, 8, 1)


@pytest.mark.parametrize("source", ["normal", "prior", "aggregated", "gaussian", "mixture"])
def test_codes_are_drawn_from_every_source(
    genstudio: Run, tmp_path: Path, vae: str, source: str
) -> None:
    out = tmp_path / "drawn.npz"
    asked = ["latent", "draw", vae, "--source", source, "-n", 5, "--seed", 3, "--out", out]
    said = genstudio(*asked, "--components", 4)
    assert said.code == 0, said.err
    assert f"{out}: 5 images from z" in said.out
    found = arrays(out)
    assert found["images"].shape == (5, 8, 8, 1)
    assert genstudio(*asked, "--components", 4, "--json").code == 0
    np.testing.assert_array_equal(arrays(out)["codes"], found["codes"])
    assert read_recipe(out).settings["source"] == source
    if source == "prior":
        assert genstudio("sample", vae, "-n", 5, "--seed", 3, "--out", out).code == 0
        np.testing.assert_allclose(arrays(out)["codes"], found["codes"], rtol=1e-6)
        np.testing.assert_array_equal(arrays(out)["images"], found["images"])


def test_the_posterior_says_what_the_bound_loses(genstudio: Run, tmp_path: Path, vae: str) -> None:
    one, out = picture(tmp_path / "a.png"), tmp_path / "densities.npz"
    said = genstudio("latent", "posterior", vae, "--image", one, "--points", 64, "--out", out)
    assert said.code == 0, said.err
    assert "KL(q ‖ p) = " in said.out
    document = genstudio("latent", "posterior", vae, "--image", one, "--json").document
    gap = document["log_evidence_nats"] - document["elbo_nats"]
    assert gap == pytest.approx(document["divergence_nats"], abs=1e-6)
    assert gap >= 0
    found = arrays(out)
    cell = np.prod(found["axes"][:, 1] - found["axes"][:, 0])
    assert np.exp(found["log_p"]).sum() * cell == pytest.approx(1, abs=1e-6)


def test_noise_is_cleaned_pass_by_pass(genstudio: Run, tmp_path: Path) -> None:
    name = taught(genstudio, tmp_path, "denoising-autoencoder")
    out = tmp_path / "clean.png"
    said = genstudio("latent", "clean", name, "-n", 3, "--passes", 4, "--out", out, "--scale", 1)
    assert said.code == 0, said.err
    assert Image.open(out).size == (5 * 9 - 1, 3 * 9 - 1)
    one = picture(tmp_path / "a.png")
    moving = tmp_path / "clean.gif"
    said = genstudio("latent", "clean", name, "--image", one, "--passes", 4, "--out", moving)
    assert said.code == 0, said.err
    assert Image.open(moving).n_frames == 5


def damaged(path: Path) -> Path:
    path.write_bytes(b"no archive")
    return path


def test_mistakes_are_said_in_a_sentence(genstudio: Run, tmp_path: Path, vae: str) -> None:
    one = picture(tmp_path / "a.png")
    large = picture(tmp_path / "large.png", size=9)
    out, npz = tmp_path / "out.png", tmp_path / "x.npz"
    np.savez(npz, other=np.zeros(3))
    nan = tmp_path / "nan.npz"
    np.savez(nan, codes=np.full((1, 2), np.nan, np.float32))
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, codes=np.zeros((4, 7), np.float32))
    words = tmp_path / "words.npz"
    np.savez(words, codes=np.array([["a", "b"]]))
    single = tmp_path / "single.npy"
    np.save(single, np.zeros((1, 2)))
    for arguments, sentence in [
        (["decode", vae, "--out", out], "give one of the two"),
        (["decode", vae, "--code", "1,2", "--codes", nan, "--out", out], "give one of the two"),
        (["decode", vae, "--code", "1,2,3", "--out", out], "have 2 numbers, but these are 3"),
        (["decode", vae, "--code", "1,2", "--code", "1", "--out", out], "different numbers"),
        (["decode", vae, "--code", "a,b", "--out", out], "“a,b” is no code"),
        (["decode", vae, "--code", "nan,1", "--out", out], "not finite"),
        (["decode", vae, "--codes", nan, "--out", out], "not finite"),
        (["decode", vae, "--codes", wrong, "--out", out], "have 2 numbers, but these are 7"),
        (["decode", vae, "--codes", npz, "--out", out], "no array called “codes”"),
        (["decode", vae, "--codes", words, "--out", out], "no rows of numbers"),
        (["decode", vae, "--codes", single, "--out", out], "one array and no names"),
        (["decode", vae, "--codes", damaged(tmp_path / "d.npz"), "--out", out], "cannot be read"),
        (["decode", vae, "--codes", tmp_path / "none.npz", "--out", out], "There is no file"),
        (["decode", vae, "--code", "1,2", "--out", tmp_path / "out.gif"], "no kind of file"),
        (["decode", vae, "--code", "1,2", "--label", "3", "--out", out], "not trained with"),
        (["encode", vae, "--image", large, "--out", tmp_path / "c.npz"], "“large.png” is 9×9"),
        (["encode", vae, "--image", one, "--out", out], "no kind of file"),
        (["traverse", vae, "--dimension", "2", "--out", out], "no dimension 2 in codes of 2"),
        (["traverse", vae, "--dimension=-1", "--out", out], "no dimension -1 in codes of 2"),
        (["traverse", vae, "--dimension", "0", "--reach", "nan", "--out", out], "nan σ"),
        (["posterior", vae, "--image", one, "--dimensions", "1,1"], "two different dimensions"),
        (["posterior", vae, "--image", one, "--dimensions", "0,5"], "no dimensions 0 and 5"),
        (["posterior", vae, "--image", one, "--dimensions", "0"], "does not name two"),
        (["posterior", vae, "--image", one, "--points", "3"], "8 to 512 points, not 3"),
        (["draw", vae, "--source", "mixture", "--components", "0", "--out", out], "mixture of 0"),
        (["draw", vae, "--temperature", "-1", "--out", out], "temperature goes from 0 to 10"),
        (["draw", vae, "--source", "dice", "--out", out], "dice"),
        (["survey", vae, "--split", "best"], "no split called “best”"),
        (["survey", vae, "--limit", "0"], "At least one image"),
        (["clean", vae, "--out", out], "not trained to take noise away"),
    ]:  # fmt: skip
        said = genstudio("latent", *arguments)
        assert said.code == 2, arguments
        assert sentence in said.err, (arguments, said.err)
        assert said.err.count("\n") == 1, said.err
        assert not out.exists()


def test_a_run_without_a_latent_space_is_refused(
    genstudio: Run, tmp_path: Path, trained: Path
) -> None:
    one, out = picture(tmp_path / "a.png"), tmp_path / "out.png"
    for arguments, sentence in [
        (["survey", "tiny"], "PixelCNN has no encoder"),
        (["encode", "tiny", "--image", one, "--out", tmp_path / "c.npz"], "no encoder"),
        (["decode", "tiny", "--code", "1,2", "--out", out], "no latent space"),
        (["draw", "tiny", "--out", out], "no latent space"),
        (["posterior", "tiny", "--image", one], "no posterior p(z | x)"),
    ]:
        said = genstudio("latent", *arguments)
        assert (said.code, said.err.count("\n")) == (2, 1)
        assert sentence in said.err


def test_a_model_that_is_told_the_class_wants_it(genstudio: Run, tmp_path: Path) -> None:
    name = taught(genstudio, tmp_path, "vae", "--set=conditional=true")
    one, out = picture(tmp_path / "a.png"), tmp_path / "out.npz"
    said = genstudio("encode", name, "--image", one, "--out", out)
    assert "conditioned on the class, and none is given" in said.err
    assert genstudio("encode", name, "--image", one, "--label", "3", "--out", out).code == 0
    found = [genstudio("decode", name, "--code", "1,-2", "--label", digit, "--out", out).code
             for digit in ("3", "4")]  # fmt: skip
    assert found == [0, 0]
    assert genstudio("latent", "draw", name, "--source", "mixture", "--label", "5",
                     "--out", out).code == 0  # fmt: skip
    assert (arrays(out)["labels"] == 5).all()
    assert genstudio("latent", "posterior", name, "--image", one, "--label", "3").code == 0


def test_what_a_mask_hides_is_completed_by_pseudo_gibbs(
    genstudio: Run, tmp_path: Path, vae: str
) -> None:
    one, out = picture(tmp_path / "a.png"), tmp_path / "completed.npz"
    mask = np.full((8, 8), 255, np.uint8)
    mask[:4] = 0
    Image.fromarray(mask).save(tmp_path / "mask.png")
    asked = ["complete", vae, "--image", one, "--mask", tmp_path / "mask.png", "-n", 4]
    said = genstudio(*asked, "--method", "pseudo-gibbs", "--sweeps", 12, "--out", out)
    assert said.code == 0, said.err
    assert "4 completions of 32 hidden symbols" in said.out
    assert "% of the codes were accepted." in said.out
    assert "nan" not in said.out
    found = arrays(out)["images"]
    with Image.open(one) as image:
        assert (found[:, 4:, :, 0] == (np.asarray(image)[4:] > 127)).all()
    said = genstudio(*asked, "--out", out)
    assert said.code == 2
    assert "Raster needs a model that is autoregressive, which VAE is not." in said.err
