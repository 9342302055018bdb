"""The recording: what it says of itself equals what a loop over its steps says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from genstudio.core.draw import DrawControls, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.core.trace import Trace, TraceChunk, check_trace_size
from genstudio.core.uniforms import generator, uniforms

SPACE = Grid(height=2, width=3, levels=4)
ORDER = np.array([5, 3, 1, 0, 2, 4])


def recording(steps: int = 6, count: int = 2) -> Trace:
    u = uniforms(3, count, 6)
    trace = Trace(SPACE, ORDER, u, DrawControls(), np.zeros((count, 0), np.int64), 3)
    p = generator(0).dirichlet(np.ones(4), (count, 6)).astype(np.float32)
    for step in range(steps):
        symbols = inverse_cdf(p[:, step].astype(float), u[:, step])
        given = np.zeros((count, 1), bool)
        trace.append(TraceChunk(step, symbols[:, None], p[:, step : step + 1], given))
    return trace


def test_entropy_surprise_and_log_prob_are_their_definitions() -> None:
    trace = recording()
    for sample in range(2):
        total = 0.0
        for step in range(6):
            p = [float(v) for v in trace.probabilities[sample, step]]
            entropy = -sum(v * math.log(v) for v in p if v > 0)
            surprise = -math.log(p[trace.symbols[sample, step]])
            assert trace.entropy[sample, step] == pytest.approx(entropy, rel=1e-5)
            assert trace.surprise[sample, step] == pytest.approx(surprise, rel=1e-5)
            total -= surprise
            assert trace.log_prob(step + 1)[sample] == pytest.approx(total, rel=1e-5)


def test_certainty_is_no_surprise_and_not_minus_none() -> None:
    trace = Trace(SPACE, ORDER, uniforms(3, 1, 6), DrawControls(), np.zeros((1, 0), np.int64), 3)
    certain = np.eye(4, dtype=np.float32)[[[2]]]
    trace.append(TraceChunk(0, np.array([[2]], np.uint8), certain, np.zeros((1, 1), bool)))
    for value in (trace.surprise[0, 0], trace.entropy[0, 0]):
        assert value == 0
        assert not np.signbit(value)


def test_images_fill_in_the_model_s_order() -> None:
    trace = recording()
    for steps in range(7):
        flat = np.zeros((2, 6), np.uint8)
        for step in range(steps):
            flat[:, ORDER[step]] = trace.symbols[:, step]
        np.testing.assert_array_equal(trace.images(steps), flat.reshape(2, 2, 3, 1))
    assert [trace.step_of(place) for place in ORDER] == list(range(6))


def test_it_grows_and_refuses_a_gap() -> None:
    trace = recording(steps=4)
    assert trace.length == 4
    assert not trace.complete
    chunk = TraceChunk(
        5, np.zeros((2, 1), np.uint8), np.ones((2, 1, 4), np.float32), np.zeros((2, 1), bool)
    )
    with pytest.raises(ValueError, match="do not follow"):
        trace.append(chunk)


def test_joined_chunks_are_the_same_recording() -> None:
    whole = recording()
    parts = [
        TraceChunk(
            t,
            whole.symbols[:, t : t + 1],
            whole.probabilities[:, t : t + 1],
            whole.given[:, t : t + 1],
        )
        for t in range(6)
    ]
    again = Trace(SPACE, ORDER, whole.uniforms, DrawControls(), whole.labels, 3)
    again.append(TraceChunk.joined(parts))
    np.testing.assert_array_equal(again.symbols, whole.symbols)
    np.testing.assert_array_equal(again.surprise, whole.surprise)


def test_a_fork_keeps_the_past_the_uniforms_and_says_what_was_put_by_hand() -> None:
    trace = recording()
    fork = trace.fork(sample=1, step=3, symbol=(int(trace.symbols[1, 3]) + 1) % 4)
    assert fork.count == 1
    assert fork.length == 4
    np.testing.assert_array_equal(fork.symbols[0, :3], trace.symbols[1, :3])
    np.testing.assert_array_equal(fork.uniforms[0], trace.uniforms[1])
    assert fork.symbols[0, 3] != trace.symbols[1, 3]
    assert fork.given[0, :4].tolist() == [False, False, False, True]
    assert not trace.given.any(), "the parent is left as it was"


def test_a_recording_that_would_not_fit_is_refused_with_the_count_that_does() -> None:
    colour = Grid(height=64, width=64, channels=3, levels=256)
    with pytest.raises(UserError, match="would take") as caught:
        check_trace_size(colour, 64)
    largest = int(caught.value.advice.split()[3])
    check_trace_size(colour, largest)
    with pytest.raises(UserError):
        check_trace_size(colour, largest + 1)
