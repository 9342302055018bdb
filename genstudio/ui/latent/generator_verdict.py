"""Whether a model could be a generator, in a sentence. No widget."""

from __future__ import annotations

import numpy as np

from genstudio.core.latent import Survey
from genstudio.ui.latent.prior_histograms import divergence_from_normal

__all__ = ["NEAR", "verdict"]

NEAR = 0.1
"""Nats per dimension below which codes are called normal: a mean that is off by 0.45 σ."""


def verdict(survey: Survey, has_prior: bool) -> str:
    """What the codes of the data say of draws from N(0, I).

    Args:
        survey: the codes.
        has_prior: whether the family was trained for codes from N(0, I).
    """
    far = float(divergence_from_normal(survey).mean())
    away = f"{far:.2f} nats per dimension" if np.isfinite(far) else "infinitely far"
    if has_prior and far < NEAR:
        return (
            "Yes. It learned with its codes pulled towards N(0, I), and there they are: "
            f"the data's codes are {away} from it, so what N(0, I) draws the decoder knows."
        )
    if has_prior:
        return (
            "In principle yes, but the data's codes have not come to lie as N(0, I) does: they are "
            f"{away} away, so some draws land where the decoder has seen little."
        )
    if far < NEAR:
        return (
            "Perhaps. Nothing told it where its codes should lie, yet those of the data are only "
            f"{away} from N(0, I): let the draws convince you."
        )
    low, high = float(survey.aggregated_std.min()), float(survey.aggregated_std.max())
    return (
        "No, not as it is. Nothing told it where its codes should lie: those of the data are "
        f"{away} from N(0, I), with σ from {low:.2g} to {high:.2g}, and between them the decoder "
        "has learned nothing. A Gaussian or a mixture fitted to the codes is a remedy."
    )
