"""Core and the rooms take time, facts and chance as arguments, and never touch a float; each check is shown to bite."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Builtins that reach the world outside, or that round or compute inexactly behind a rule's back.
FORBIDDEN_CALLS = {
    "__import__", "breakpoint", "compile", "eval", "exec", "float", "globals", "input", "open", "print", "round",
    "vars",
}  # fmt: skip

#: Attributes that read a clock, a file or the environment, whatever they are called on.
FORBIDDEN_ATTRIBUTES = {
    "environ", "fromtimestamp", "getenv", "import_module", "now", "open", "read_bytes", "read_text", "today", "urandom",
    "utcfromtimestamp", "utcnow", "uuid1", "uuid4", "write_bytes", "write_text",
}  # fmt: skip

#: What `math` has for whole numbers; the rest of it computes with floats.
WHOLE_MATH = {"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "perm", "prod"}


def impurities(tree: ast.AST) -> Iterator[str]:
    """Each place where a module would read the world, take a chance or use a float."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in FORBIDDEN_CALLS - {"float", "round", "vars", "compile"}:
                yield f"{node.lineno}: {name}"
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"{node.lineno}: {name}()"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
                if name in FORBIDDEN_ATTRIBUTES:
                    yield f"{node.lineno}: getattr {name}"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in WHOLE_MATH:
                yield f"{node.lineno}: math.{name}"
            case ast.Attribute(attr=name) if name in FORBIDDEN_ATTRIBUTES:
                yield f"{node.lineno}: .{name}"
            case ast.ImportFrom(module="math", names=names) if any(alias.name not in WHOLE_MATH for alias in names):
                yield f"{node.lineno}: from math import"
            case ast.Constant(value=float() | complex()):
                yield f"{node.lineno}: the float {node.value}"
            case _:
                pass


def float_annotations(tree: ast.AST) -> Iterator[str]:
    """Each annotation that speaks of a float."""
    for node in ast.walk(tree):
        annotations = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for annotation in filter(None, annotations):
            if any(isinstance(part, ast.Name) and part.id == "float" for part in ast.walk(annotation)):
                yield f"{annotation.lineno}: annotated as a float"


def test_core_and_rooms_are_pure(inner: dict[Path, ast.Module]) -> None:
    found = [f"{path}:{place}" for path, tree in inner.items() for place in impurities(tree)]
    assert found == []


def test_core_and_rooms_know_no_float(inner: dict[Path, ast.Module]) -> None:
    found = [f"{path}:{place}" for path, tree in inner.items() for place in float_annotations(tree)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "text = open('rates.toml').read()",
        "reader = open",
        "from pathlib import Path\ntext = Path('rates.toml').read_text()",
        "from datetime import date\nage = date.today() - born",
        "import datetime as d\nat = d.datetime.now(d.timezone.utc)",
        "clock = datetime.utcnow",
        "at = getattr(date, 'today')()",
        "import os\nlocale = os.environ['LANG']",
        "id = uuid.uuid4()",
        "value = eval(formula)",
        "exec(source)",
        "code = compile(source, '', 'exec')",
        "rules = __import__('salesrules.org')",
        "name = input()",
        "print(decision)",
        "rate = 0.015",
        "rate = float('1.5')",
        "cents = round(amount, 2)",
        "share = math.sqrt(2)",
        "from math import inf",
    ],
)
def test_impurities_are_found(source: str) -> None:
    assert list(impurities(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "is_float = isinstance(value, float)",
        "pattern = re.compile('[a-z]+')",
        "paid = amount.round(mode, currencies)",
        "steps = math.ceil(days)",
        "opened = event.opened_at",
        "half = Fraction(1, 2)",
        "import_date = row['open']",
    ],
)
def test_purity_lets_good_code_stand(source: str) -> None:
    assert list(impurities(ast.parse(source))) == []


@pytest.mark.parametrize("source", ["def f(x: float): ...", "def f() -> float | None: ...", "x: tuple[float, ...]"])
def test_float_annotations_are_found(source: str) -> None:
    assert list(float_annotations(ast.parse(source)))
    assert not list(float_annotations(ast.parse(source.replace("float", "Decimal"))))


def test_the_inner_part_of_the_house_was_seen(inner: dict[Path, ast.Module]) -> None:
    assert any(path.name == "money.py" for path in inner)
