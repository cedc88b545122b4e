"""Many bounds searched by buckets: as halving finds them, at each bound and a unit beside it."""

from __future__ import annotations

import numpy as np
import pytest

from salesrules.frames.kernel import searching


@pytest.mark.parametrize("count", [1, 2, 17, 50, 500])
@pytest.mark.parametrize("spread", [1, 7, 10**6, 10**15])
def test_buckets_find_what_halving_finds(count, spread):
    bounds = np.cumsum(np.random.default_rng(count).integers(1, 2 * spread + 1, count)) - spread * count // 2
    beside = np.concatenate([bounds + step for step in (-1, 0, 1)] * 2)
    values = np.concatenate((beside, [-(2**60), 2**60], np.random.default_rng(1).integers(-spread, spread, 2000)))
    expected = np.searchsorted(bounds, values, side="right")
    assert searching.count_reached(tuple(bounds.tolist()), values).tolist() == expected.tolist()
    table = searching._buckets(tuple(bounds.tolist()))
    assert table.count(values).tolist() == expected.tolist()


def test_crowded_bounds_are_halved():
    bounds = (*range(40), 10**12)
    values = np.arange(-3, 60).repeat(10)
    assert searching._buckets(bounds).inside > 4
    assert searching.count_reached(bounds, values).tolist() == np.searchsorted(bounds, values, side="right").tolist()
