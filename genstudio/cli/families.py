"""`genstudio families`: what can be trained."""

from __future__ import annotations

from genstudio.cli.console import run_job, say_json, say_table
from genstudio.cli.options import Json
from genstudio.core.messages import Describe, Description

__all__ = ["families"]


def families(as_json: Json = False) -> None:
    """List the model families: what each can do, its presets and the paper it comes from."""
    described: Description = run_job(Describe())
    if as_json:
        say_json(described.cards)
        return
    say_table(
        ("family", "can", "presets", "reference"),
        [
            (
                card.name,
                ", ".join(card.capabilities),
                ", ".join(preset.name for preset in card.presets),
                card.reference,
            )
            for card in described.cards
        ],
    )
