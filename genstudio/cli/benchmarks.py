"""`genstudio bench`: the figures, on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from genstudio.bench.base import Benchmark, Options, Row, chosen, machine
from genstudio.bench.base import benchmarks as all_benchmarks
from genstudio.cli.console import plain, progress_console, say, say_json, say_table
from genstudio.cli.options import at_least_one
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically

__all__ = ["bench"]


def bench(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Which; when none is named, all that do not take hours."
        ),
    ] = None,
    as_json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write one JSON document; - for stdout."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table as Markdown.")
    ] = False,
    show_list: Annotated[bool, typer.Option("--list", help="Say what there is.")] = False,
    count: Annotated[
        int | None, typer.Option(help="Pairs, images or kills, instead of the usual.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Length of one measurement, instead of the usual.")
    ] = None,
) -> None:
    """Measure this machine; every figure is a bound, or a ratio to a naive way in the same run."""
    benchmarks = chosen(names or (list(all_benchmarks()) if show_list else []))
    if count is not None:
        at_least_one(count, "repetition")
    if show_list:
        _show(benchmarks, as_json)
        return
    console = progress_console()

    def tell(text: str) -> None:
        console.print(text, style="dim", markup=False, soft_wrap=True)

    options = Options(count=count, seconds=seconds, tell=tell)
    rows: dict[str, list[Row]] = {}
    for name, benchmark in benchmarks.items():
        tell(f"{benchmark.title} …")
        try:
            rows[name] = benchmark.run(options)
        except UserError as error:
            tell(str(error))
            rows[name] = [Row("not measured", None, "", benchmark.goal, None, error.title)]
    document = _document(benchmarks, rows)
    if as_json is not None and str(as_json) != "-":
        write_atomically(as_json, json.dumps(plain(document), indent=2).encode())
    if as_json is not None and str(as_json) == "-":
        say_json(document)
    elif markdown:
        _say_markdown(document)
    else:
        _say_people(document)


def _document(benchmarks: dict[str, Benchmark], rows: dict[str, list[Row]]) -> dict[str, Any]:
    return {
        "machine": machine(),
        "benchmarks": [
            {
                "name": name,
                "title": benchmark.title,
                "measures": _first_sentence(benchmark),
                "goal": benchmark.goal,
                "rows": rows[name],
            }
            for name, benchmark in benchmarks.items()
        ],
    }


def _show(benchmarks: dict[str, Benchmark], as_json: Path | None) -> None:
    listed = [
        {"name": name, "measures": _first_sentence(each), "goal": each.goal}
        for name, each in benchmarks.items()
    ]
    if as_json is not None:
        say_json(listed)
    else:
        say_table(("name", "what it measures", "goal"), [tuple(each.values()) for each in listed])


def _cells(document: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            each["title"],
            row.name,
            _figure(row),
            row.goal,
            {True: "yes", False: "no", None: ""}[row.met],
            row.note,
        )
        for each in document["benchmarks"]
        for row in each["rows"]
    ]


def _say_people(document: dict[str, Any]) -> None:
    say_table(("benchmark", "figure", "measured", "goal", "met", "note"), _cells(document))
    say(_machine_sentence(document))


def _say_markdown(document: dict[str, Any]) -> None:
    say("| benchmark | figure | measured | goal | met | note |")
    say("| --- | --- | ---: | --- | --- | --- |")
    for cells in _cells(document):
        say(f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |")
    say("")
    say(_machine_sentence(document))


def _machine_sentence(document: dict[str, Any]) -> str:
    facts = dict(document["machine"])
    processor = facts.pop("processor")
    facts.pop("cores")  # the processor's title says them
    return f"Measured on {processor}, " + ", ".join(f"{key} {text}" for key, text in facts.items())


def _figure(row: Row) -> str:
    if row.value is None:
        return "–"
    if row.unit == "runs":
        return f"{row.value:.0f} {row.unit}"
    return f"{row.value:.3g} {row.unit}" if row.value < 1000 else f"{row.value:,.0f} {row.unit}"


def _first_sentence(benchmark: Benchmark) -> str:
    return (benchmark.__doc__ or "").strip().splitlines()[0]
