"""`genstudio latent`: survey a latent space, and go from images to codes and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer
from numpy.typing import NDArray

from genstudio.cli.coding import (
    coded,
    codes_asked,
    decoded,
    recipe_of,
    rows_of,
    symbols_of,
    told,
    write_arrays,
)
from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.decoding import Decoded, Pictures
from genstudio.cli.drawing import check_target
from genstudio.cli.options import DeviceName, Json, RunName, at_least_one, run_named
from genstudio.cli.values import label_rows
from genstudio.core.errors import UserError
from genstudio.core.interpolation import way
from genstudio.core.latent import Coded, LatentDraws, Posterior, Survey
from genstudio.core.messages import Clean, DrawCodes, LookAtPosterior, SurveyLatent

__all__ = ["app", "decode", "encode", "interpolate", "traverse"]

app = typer.Typer(help="Latent spaces: survey one, encode, decode, and walk through it.")

Label = Annotated[
    str | None, typer.Option(help="The class by name or number, for a model that is told it.")
]
Fit = Annotated[bool, typer.Option("--fit", help="Crop and resize images to the model's size.")]
Scale = Annotated[int, typer.Option(min=1, max=64, help="Side of a symbol, in pixels.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same images.")]
_STRIPS = (".png", ".gif", ".webp", ".npz")


@app.command("survey")
def survey(
    *,
    run: RunName,
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "valid",
    limit: Annotated[int, typer.Option(help="How many images, evenly over the split.")] = 2000,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """What each dimension carries, how wide it is, and which have collapsed."""
    found = run_job(SurveyLatent(run_named(run).folder, split, limit, device))
    assert isinstance(found, Survey)  # noqa: S101 - for the type checker
    if as_json:
        say_json(
            {
                "split": found.split,
                "count": len(found.numbers),
                "unit": found.unit,
                "carries": found.carries,
                "aggregated_mean": found.aggregated_mean,
                "aggregated_std": found.aggregated_std,
                "posterior_std": found.posterior_std,
                "prior_std": found.prior_std,
                "collapsed": found.collapsed,
                "warning": found.warning,
            }
        )
        return
    carries = f"carries ({found.unit})"
    say_table(
        ("dimension", carries, "mean", "σ of all", "σ of one", "σ of the prior", ""),
        [
            (
                str(each),
                f"{found.carries[each]:.3f}",
                f"{found.aggregated_mean[each]:.3f}",
                f"{found.aggregated_std[each]:.3f}",
                f"{found.posterior_std[each]:.3f}" if found.std is not None else "–",
                f"{found.prior_std[each]:.3f}",
                "collapsed" if found.collapsed[each] else "",
            )
            for each in np.argsort(-found.carries, kind="stable")
        ],
        right=f"dimension,{carries},mean,σ of all,σ of one,σ of the prior",
    )
    say(found.warning or "No dimension has collapsed.")


@app.command("encode")
def encode(
    *,
    run: RunName,
    image: Annotated[list[Path], typer.Option(help="A picture; may be repeated.")],
    out: Annotated[Path, typer.Option(help="A .npz of codes, deviations and reconstructions.")],
    label: Label = None,
    fit: Fit = False,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Find the codes of images, and how far what comes back is off."""
    check_target(out, (".npz",))
    opened = run_named(run)
    found = coded(opened, image, label, fit, device)
    recipe = recipe_of(
        opened, "encode", len(image), {}, labels=rows_of(told(opened, label)), codes=found.codes
    )
    arrays: dict[str, NDArray[Any]] = {"codes": found.codes, "expected": found.expected}
    arrays["error"] = found.error
    arrays |= {} if found.std is None else {"std": found.std}
    arrays |= {} if found.bound is None else {"bound": found.bound}
    write_arrays(out, recipe, arrays)
    if as_json:
        names = [name for name in arrays if name != "expected"]
        say_json({"file": out, "recipe": recipe} | {name: arrays[name] for name in names})
        return
    say(f"{out}: {_counted(len(image), 'code')} of {found.codes[0].size} numbers. {_off(found)}")


@app.command("decode")
def decode(
    *,
    run: RunName,
    out: Annotated[Path, typer.Option(help="A .png sheet of the images, or .npz.")],
    codes: Annotated[Path | None, typer.Option(help="A .npz with an array “codes”.")] = None,
    code: Annotated[list[str], typer.Option(help="A code, such as 0.1,-2; may be repeated.")] = [],  # noqa: B006 - Typer copies it
    label: Label = None,
    scale: Scale = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Show what codes decode to."""
    check_target(out, (".png", ".npz"))
    opened = run_named(run)
    z = codes_asked(codes, code)
    expected = decoded(opened, z, label, device)
    recipe = recipe_of(opened, "decode", len(z), {}, labels=rows_of(told(opened, label)), codes=z)
    pictures = Pictures(expected[None], opened.manifest.grid, recipe, {"codes": z})
    pictures.write(out, scale)
    if as_json:
        say_json({"file": out, "recipe": recipe, "codes": z})
    else:
        say(f"{out}: {_counted(len(z), 'image')}.")


@app.command("traverse")
def traverse(
    *,
    run: RunName,
    dimension: Annotated[list[int], typer.Option(help="Which dimension, from 0; may be repeated.")],
    out: Annotated[Path, typer.Option(help="A .png with a row for each, .gif, .webp or .npz.")],
    image: Annotated[
        Path | None, typer.Option(help="Start from this picture's code; else from the middle.")
    ] = None,
    steps: Annotated[int, typer.Option(min=2, max=1000, help="Images in a row.")] = 11,
    reach: Annotated[
        float, typer.Option(help="How far to both sides, in σ of all codes there.")
    ] = 3.0,
    label: Label = None,
    fit: Fit = False,
    scale: Scale = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Change one number of a code and keep the others."""
    check_target(out, _STRIPS)
    if not 0 < reach < float("inf"):
        raise UserError(f"A traversal has to reach further than {reach:g} σ.", "Try 3.")
    opened = run_named(run)
    found = run_job(SurveyLatent(opened.folder, device=device))
    assert isinstance(found, Survey)  # noqa: S101 - for the type checker
    size = len(found.carries)
    for each in dimension:
        if not 0 <= each < size:
            raise UserError(
                f"There is no dimension {each} in codes of {size} numbers.",
                f"Choose one of 0 to {size - 1}.",
            )
    mean, std = found.aggregated_mean, found.aggregated_std
    start = mean if image is None else coded(opened, [image], label, fit, device).codes[0].ravel()
    z = np.tile(start.astype(np.float32), (len(dimension), steps, 1))
    for row, each in enumerate(dimension):
        z[row, :, each] = mean[each] + np.linspace(-reach, reach, steps) * std[each]
    expected = decoded(opened, z.reshape(-1, size), label, device)
    settings = {"dimensions": list(dimension), "steps": steps, "reach": reach}
    recipe = recipe_of(
        opened,
        "traverse",
        len(dimension),
        settings,
        labels=rows_of(told(opened, label)),
        codes=start.astype(np.float32)[None],
    )
    shaped = expected.reshape(*z.shape[:2], *expected.shape[1:])
    Pictures(shaped, opened.manifest.grid, recipe, {"codes": z}).write(out, scale)
    if as_json:
        say_json({"file": out, "recipe": recipe, "codes": z})
    else:
        rows = ", ".join(str(each) for each in dimension)
        say(f"{out}: dimension {rows} over ± {reach:g} σ in {steps} steps.")


@app.command("interpolate")
def interpolate(
    *,
    run: RunName,
    start: Annotated[Path, typer.Option("--from", help="The picture to start from.")],
    end: Annotated[Path, typer.Option("--to", help="The picture to arrive at.")],
    out: Annotated[Path, typer.Option(help="A .png strip, a .gif or .webp animation, .npz.")],
    via: Annotated[list[Path], typer.Option(help="A picture on the way; may be repeated.")] = [],  # noqa: B006 - Typer copies it
    steps: Annotated[int, typer.Option(min=2, max=1000, help="Images on the way.")] = 11,
    turning: Annotated[
        bool, typer.Option("--spherical", help="Turn from code to code, rather than go straight.")
    ] = False,
    label: Label = None,
    fit: Fit = False,
    scale: Scale = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Go from one image to another through the latent space."""
    check_target(out, _STRIPS)
    opened = run_named(run)
    found = coded(opened, [start, *via, end], label, fit, device)
    z = way(list(found.codes.astype(np.float64)), steps, turning).astype(np.float32)
    expected = decoded(opened, z, label, device)
    between = min(99, max(0, round((steps - 1) / (len(found.codes) - 1)) - 1))
    settings = {"steps": steps, "way": "spherical" if turning else "linear", "between": between}
    recipe = recipe_of(
        opened, "interpolate", 1, settings, labels=rows_of(told(opened, label)), codes=found.codes
    )
    Pictures(expected[None], opened.manifest.grid, recipe, {"codes": z}).write(out, scale)
    if as_json:
        say_json({"file": out, "recipe": recipe, "codes": z, "error": found.error})
    else:
        how = "spherical" if turning else "linear"
        say(f"{out}: {steps} steps, {how}. {_off(found)}")


@app.command("draw")
def draw(
    *,
    run: RunName,
    out: Annotated[
        Path, typer.Option(help="A .png of the images, .gif or .webp of the stages, or .npz.")
    ],
    source: Annotated[
        Literal["normal", "prior", "aggregated", "gaussian", "mixture"],
        typer.Option(
            help="normal: N(0, τ² I); prior: the family's own; aggregated: codes of training "
            "data; gaussian, mixture: fitted to those."
        ),
    ] = "normal",
    components: Annotated[int, typer.Option(help="Of the mixture.")] = 10,
    count: Annotated[int, typer.Option("-n", "--count", help="How many images.")] = 16,
    seed: Seed = 0,
    temperature: Annotated[float, typer.Option(help="τ, how widely codes are drawn.")] = 1.0,
    label: Annotated[
        list[str], typer.Option(help="A class by name or number; several take turns.")
    ] = [],  # noqa: B006 - Typer copies it
    scale: Scale = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Draw codes and decode them: could this be a generator?"""
    check_target(out, _STRIPS)
    at_least_one(count, "image")
    opened = run_named(run)
    rows = label_rows(label, opened.manifest.space, count)
    labels = None if rows is None else np.array(rows, np.int64)
    draws = run_job(
        DrawCodes(
            opened.folder, source, components, count, seed, temperature, labels, device=device
        )
    )
    assert isinstance(draws, LatentDraws)  # noqa: S101 - for the type checker
    settings: dict[str, Any] = {"source": source, "temperature": temperature}
    if source == "mixture":
        settings["components"] = components
    recipe = recipe_of(opened, "draw", count, settings, seed, draws.labels)
    made = Decoded(draws, opened.manifest.grid, recipe)
    made.write(out, scale)
    if as_json:
        say_json(made.document(out))
    else:
        say(f"{out}: {made.sentence()}")


@app.command("posterior")
def posterior(
    *,
    run: RunName,
    image: Annotated[Path, typer.Option(help="The picture that is encoded.")],
    dimensions: Annotated[
        str, typer.Option(help="Which two; the others are held at the code's mean.")
    ] = "0,1",
    points: Annotated[int, typer.Option(help="Of the grid, along each dimension.")] = 96,
    out: Annotated[Path | None, typer.Option(help="A .npz of both densities.")] = None,
    label: Label = None,
    fit: Fit = False,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Compare the encoder's q(z | x) with the true p(z | x): what the bound loses."""
    if out is not None:
        check_target(out, (".npz",))
    words = [word.strip() for word in dimensions.split(",")]
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        raise UserError(f"“{dimensions}” does not name two dimensions.", "Write them as 0,1.")
    opened = run_named(run)
    pair = (int(words[0]), int(words[1]))
    symbols = symbols_of(opened, image, fit)
    labels = told(opened, label)
    found = run_job(LookAtPosterior(opened.folder, symbols, pair, labels, points, device))
    assert isinstance(found, Posterior)  # noqa: S101 - for the type checker
    if out is not None:
        settings = {"dimensions": list(pair), "points": points}
        recipe = recipe_of(
            opened, "posterior", 1, settings, labels=rows_of(labels), picture=symbols
        )
        write_arrays(out, recipe, {"axes": found.axes, "log_p": found.log_p, "log_q": found.log_q})
    if as_json:
        say_json(
            {
                "file": out,
                "dimensions": pair,
                "log_evidence_nats": found.log_evidence,
                "elbo_nats": found.elbo,
                "divergence_nats": found.divergence,
                "from": found.axes[:, 0],
                "to": found.axes[:, -1],
            }
        )
        return
    if np.isfinite(found.log_evidence):
        say(f"ln p(x) = {found.log_evidence:.3f} nats, integrated over both dimensions.")
    say(f"ELBO = {found.elbo:.3f} nats.")
    say(f"KL(q ‖ p) = {found.divergence:.3f} nats in dimensions {pair[0]} and {pair[1]}.")


@app.command("clean")
def clean(
    *,
    run: RunName,
    out: Annotated[Path, typer.Option(help="A .png with a row for each image, .gif, .webp, .npz.")],
    image: Annotated[
        list[Path], typer.Option(help="A picture that noise is put on; without one, pure noise.")
    ] = [],  # noqa: B006 - Typer copies it
    passes: Annotated[int, typer.Option(help="How often to clean.")] = 10,
    count: Annotated[int, typer.Option("-n", "--count", help="Images of pure noise.")] = 8,
    seed: Seed = 0,
    label: Label = None,
    fit: Fit = False,
    scale: Scale = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Take noise away again and again, with a denoising autoencoder."""
    check_target(out, _STRIPS)
    opened = run_named(run)
    images = np.stack([symbols_of(opened, each, fit) for each in image]) if image else None
    labels = told(opened, label)
    found = run_job(Clean(opened.folder, images, count, passes, seed, labels, device))
    expected = np.asarray(found, np.float32).swapaxes(0, 1)
    settings = {"passes": passes, "from": "images" if image else "noise"}
    recipe = recipe_of(opened, "clean", len(expected), settings, seed, rows_of(labels))
    Pictures(expected, opened.manifest.grid, recipe, {}).write(out, scale)
    if as_json:
        say_json({"file": out, "recipe": recipe})
    else:
        say(f"{out}: {_counted(len(expected), 'image')}, cleaned {passes} times.")


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _off(found: Coded) -> str:
    """How far reconstructions are off, in a sentence."""
    said = f"Reconstruction error {float(found.error.mean()):.5f}"
    if found.bound is not None:
        said += f", ln p ≥ {float(found.bound.mean()):.2f} nats"
    return f"{said}{' on average' if len(found.error) > 1 else ''}."
