"""Quantities in words for people."""

from __future__ import annotations

from datetime import datetime

from genstudio.core.runs import Run

__all__ = ["day", "decimal", "memory", "parameters", "score", "span"]


def span(seconds: float) -> str:
    """A length of time: "8 s", "2 min", "3 h 20 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def decimal(value: float, digits: int = 2) -> str:
    """A number with so many decimals and a typographic minus, which zero never has."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def memory(size: int) -> str:
    """Bytes as MB or GB (10⁶, 10⁹); empty for 0, which means unknown."""
    if size <= 0:
        return ""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def parameters(count: int, formula: str = "") -> str:
    """How many parameters, with the formula where there is one: "2ⁿ − 1 = 65,535 parameters"."""
    words = f"{count:,} parameter{'' if count == 1 else 's'}"
    return f"{formula} = {words}" if formula else words


def score(run: Run) -> str:
    """The best validation score: "= 2.03 bits/dim" if exact, "≤" for a bound, an error by name."""
    result = run.manifest.result
    if result is not None and result.valid_error is not None:
        return f"{result.error_name} {result.valid_error:.3g}"
    if result is None or result.valid_bits_per_dim is None:
        return ""
    dim = "sample" if run.manifest.space.kind == "sequence" else "dim"
    return f"{result.measure.mark} {result.valid_bits_per_dim:.3g} bits/{dim}"


def day(moment: str) -> str:
    """An ISO time as a day here: "22 Nov", or "22 Nov 2025" where it is of another year."""
    local = datetime.fromisoformat(moment).astimezone()
    text = f"{local.day} {local:%b}"
    return text if local.year == datetime.now().astimezone().year else f"{text} {local.year}"
