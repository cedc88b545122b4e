"""The line of every place in a TOML document, however its keys are written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from sample_policies import GOOD

from salesrules.wire.findings import Place
from salesrules.wire.lines import toml_line

ODD = """\
# a comment
top = 1
a.b."c d".e = 1 # another
[plain]
'quoted key' = 2
x.y = { z = 3, "w" = [1, # one
  2,
  # two
  { deep = true }] }

[[list]]
id = "first"
[list.sub]
s = 1
[[list.inner]]
i = 0
[[list.inner]]
i = 1

[[list]]
id = "second"
sub = { s = 2 }
[[list.inner]]
i = 2
[ spaced . "table" ]
value = \"\"\"
two
lines\"\"\"
after = "\\u00e9"
["\\u00e9"]
é = 1
"""
ODD = ODD.replace("\né = 1", '\n"é" = 1')
LINES: dict[Place, int] = {
    ("top",): 2,
    ("a",): 3,
    ("a", "b", "c d", "e"): 3,
    ("plain",): 4,
    ("plain", "quoted key"): 5,
    ("plain", "x", "y", "z"): 6,
    ("plain", "x", "y", "w"): 6,
    ("plain", "x", "y", "w", 0): 6,
    ("plain", "x", "y", "w", 1): 7,
    ("plain", "x", "y", "w", 2, "deep"): 9,
    ("list", 0, "id"): 12,
    ("list", 0, "sub", "s"): 14,
    ("list", 0, "inner", 0, "i"): 16,
    ("list", 0, "inner", 1): 17,
    ("list", 0, "inner", 1, "i"): 18,
    ("list", 1): 20,
    ("list", 1, "sub"): 22,
    ("list", 1, "sub", "s"): 22,
    ("list", 1, "inner", 0, "i"): 24,
    ("spaced", "table", "value"): 26,
    ("spaced", "table", "after"): 29,
    ("é", "é"): 31,
}


@pytest.mark.parametrize(("place", "line"), LINES.items())
def test_places_have_their_lines(place: Place, line: int) -> None:
    assert toml_line(ODD, place) == line


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("list", 1, "sub", "missing"), 22),
        (("list", 1, "missing"), 20),
        (("plain", "x", "y", "w", 9), 6),
        (("plain", "missing", "more"), 4),
        (("missing",), None),
        ((), None),
    ],
)
def test_a_place_that_is_not_there_has_the_line_around_it(place: Place, line: int | None) -> None:
    assert toml_line(ODD, place) == line


def leaves(value: Any, here: Place = ()) -> list[tuple[Place, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(here, value), *(leaf for key, part in inner for leaf in leaves(part, (*here, key)))]


@pytest.mark.parametrize("text", [GOOD, ODD])
def test_every_value_is_written_on_the_line_that_is_named(text: str) -> None:
    lines = text.splitlines()
    for place, value in leaves(tomllib.loads(text))[1:]:
        line = toml_line(text, place)
        assert line is not None
        if isinstance(value, str) and "\n" not in value and value.isascii():
            assert value in lines[line - 1]
        if isinstance(place[-1], str) and place[-1].isascii() and not isinstance(value, dict | list):
            assert place[-1] in lines[line - 1]
