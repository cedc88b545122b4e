"""Every room has the same furniture and nothing else, a door that can be read and run, and codes of its own."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs
import pytest

from salesrules.core import ReasonCode

SOURCE = Path(__file__).resolve().parents[2] / "src" / "salesrules"
SHELVES = {"reasons", "model", "policy", "rules", "workflow", "ports", "service"}


def strange_furniture(room: Path) -> list[str]:
    """What stands in a room but is none of its shelves: other modules, other folders, files that are no modules."""
    own = [path for path in sorted(room.iterdir()) if path.name not in {"__init__.py", "__pycache__"}]
    inside = [path for shelf in own if shelf.is_dir() for path in shelf.rglob("*") if "__pycache__" not in path.parts]
    strange = [path for path in own if path.stem not in SHELVES or not (path.is_dir() or path.suffix == ".py")]
    return [str(path) for path in [*strange, *(path for path in inside if path.is_file() and path.suffix != ".py")]]


def door_faults(name: str, tree: ast.Module) -> Iterator[str]:
    """What is wrong with a door, a folder's `__init__`: its docstring, its example, its `__all__`."""
    text = ast.get_docstring(tree)
    if not text:
        yield f"{name}: no docstring"
    elif not doctest.DocTestParser().get_examples(text):
        yield f"{name}: no example in its docstring"
    exported = names_in_all(tree)
    if exported is None:
        yield f"{name}: no __all__"
    elif len(exported) != len(set(exported)):
        yield f"{name}: a name twice in __all__"


def names_in_all(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__all__":
            return ast.literal_eval(node.value)  # type: ignore[attr-defined]  # both kinds of assignment have a value
    return None


def bare_names(module: ModuleType) -> Iterator[str]:
    """Functions and classes in a module's `__all__` that are not there, or have no docstring of their own."""
    for name in getattr(module, "__all__", ()):
        value = getattr(module, name, None)
        if value is None:
            yield f"{module.__name__}.{name}: not there"
        elif (inspect.isclass(value) or inspect.isroutine(value)) and not (value.__doc__ or "").strip():
            yield f"{module.__name__}.{name}: no docstring"
        elif inspect.isclass(value) and value.__module__.startswith("salesrules."):
            for member, function in vars(value).items():
                plain = getattr(function, "__func__", getattr(function, "fget", function))
                if not member.startswith("_") and inspect.isfunction(plain) and not (plain.__doc__ or "").strip():
                    yield f"{module.__name__}.{name}.{member}: no docstring"


def reason_faults(room: str, module: ModuleType) -> Iterator[str]:
    """What is wrong with a room's codes: foreign names, codes that the tuple forgets, codes given twice."""
    constants = {name: value for name, value in vars(module).items() if isinstance(value, ReasonCode)}
    listed = getattr(module, "REASONS", ())
    codes = [reason.code for reason in listed]
    for code in codes:
        if not code.startswith(f"{room}."):
            yield f"{code}: does not begin with {room}."
        if codes.count(code) > 1:
            yield f"{code}: given twice"
    for name, value in constants.items():
        if value not in listed:
            yield f"{name}: not in REASONS"
    for label in getattr(module, "LABELS", {}):
        if not label.startswith(f"{room}.label."):
            yield f"{label}: does not begin with {room}.label."


def test_rooms_have_the_same_furniture(rooms: list[Path]) -> None:
    assert [strange for room in rooms for strange in strange_furniture(room)] == []


def test_every_folder_has_a_door(modules: dict[Path, ast.Module], floors: list[list[str]]) -> None:
    doors = {
        path.parent.name: tree
        for path, tree in modules.items()
        if path.parents[1].name == "salesrules" and path.name == "__init__.py"
    }
    standing = {
        path.relative_to(next(iter(modules)).parent).parts[0]
        for path in modules
        if path.parents[0].name != "salesrules"
    }
    assert standing == doors.keys()
    assert standing <= {name for floor in floors for name in floor}
    assert [fault for name, tree in doors.items() for fault in door_faults(name, tree)] == []


def every_module() -> list[str]:
    import salesrules

    return [name for _, name, _ in pkgutil.walk_packages(salesrules.__path__, "salesrules.") if "__main__" not in name]


@pytest.mark.parametrize("name", every_module())
def test_every_public_name_is_there_and_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert hasattr(module, "__all__"), "every public module says what it offers"
    assert list(bare_names(module)) == []


def test_reasons_carry_the_name_of_their_room(rooms: list[Path]) -> None:
    found = []
    for room in rooms:
        if (room / "reasons.py").is_file():
            found += reason_faults(room.name, importlib.import_module(f"salesrules.{room.name}.reasons"))
    assert found == []


def policy_classes(door: ModuleType) -> list[type]:
    """The classes that a door offers as the whole policy of its room: they have a life."""
    offered = [getattr(door, name) for name in door.__all__ if name.endswith("Policy")]
    return [cls for cls in offered if attrs.has(cls) and "life" in {field.name for field in attrs.fields(cls)}]


def test_policies_have_a_life_and_a_check_and_stand_in_the_rulebook(rooms: list[Path]) -> None:
    with_policy = [room for room in rooms if (room / "policy.py").is_file() or (room / "policy").is_dir()]
    for room in with_policy:
        door = importlib.import_module(f"salesrules.{room.name}")
        assert policy_classes(door), f"{room.name}: no policy with a life"
        assert "check_policy" in door.__all__, f"{room.name}: no check_policy"
    if (SOURCE / "rulebook").is_dir():
        registry = importlib.import_module("salesrules.rulebook.sections").HOUSE
        assert {room.name for room in with_policy} <= set(registry.names)
        for name in registry.names:
            policy, check = registry.load(name)
            assert policy in policy_classes(importlib.import_module(f"salesrules.{name}"))
            assert check is not None


@pytest.mark.parametrize("name", ["helpers.py", "notes.md", "drafts/", "rules/table.csv"])
def test_strange_furniture_is_found(tmp_path: Path, name: str) -> None:
    for good in ("__init__.py", "rules/__init__.py", "rules/spans.py", "model.py"):
        (tmp_path / good).parent.mkdir(exist_ok=True)
        (tmp_path / good).touch()
    assert strange_furniture(tmp_path) == []
    if name.endswith("/"):
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).touch()
    assert strange_furniture(tmp_path) == [str(tmp_path / name)]


GOOD_DOOR = '"""A room.\n\n>>> 1\n1\n"""\n__all__ = ["a"]'


@pytest.mark.parametrize(
    "source",
    [
        "",
        '__all__ = ["a"]',
        '"""A room."""\n__all__ = ["a"]',
        GOOD_DOOR.split("__all__")[0],
        GOOD_DOOR + "*2\n" * 0 + "\n",
    ],
)
def test_bad_doors_are_found(source: str) -> None:
    expected = source.strip() == GOOD_DOOR
    assert (not list(door_faults("org", ast.parse(source)))) is expected


def test_codes_of_another_room_or_not_listed_are_found() -> None:
    module = ModuleType("salesrules.org.reasons")
    module.CYCLE = ReasonCode("org.cycle")  # type: ignore[attr-defined]  # a module made by hand
    module.REASONS = (module.CYCLE,)  # type: ignore[attr-defined]  # as above
    assert list(reason_faults("org", module)) == []
    module.ORPHAN = ReasonCode("org.orphan")  # type: ignore[attr-defined]  # as above
    assert list(reason_faults("org", module)) == ["ORPHAN: not in REASONS"]
    assert list(reason_faults("quotas", module))
    module.REASONS = (module.CYCLE, module.CYCLE, module.ORPHAN)  # type: ignore[attr-defined]  # as above
    assert "org.cycle: given twice" in list(reason_faults("org", module))


def test_bare_names_are_found() -> None:
    class Bare:
        """A class whose method says nothing."""

        def method(self) -> None: ...

    Bare.__module__ = "salesrules.org"
    module = ModuleType("salesrules.org")
    module.__all__ = ["Bare", "gone", "quiet"]  # type: ignore[attr-defined]  # a module made by hand
    module.Bare = Bare  # type: ignore[attr-defined]  # as above
    module.quiet = lambda: None  # type: ignore[attr-defined]  # as above
    assert [fault.split(": ")[1] for fault in bare_names(module)] == ["no docstring", "not there", "no docstring"]
