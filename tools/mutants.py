"""Change a room one small step at a time and count how many of the changes a test notices.

    python tools/mutants.py FOLDER 'salesrules.commissions.rules.*' [--sample 800 --seed 1] [--budget 2] [--again]

The changes are mutmut's own; this is another way to run the tests on them. One process collects the tests once and
learns which functions each of them reaches and how long it takes; a fork of it then stands in for each changed program
and runs the tests that reach the changed function, quick ones and those that noticed its neighbours first, until one
fails. Caches are empty in every fork. Hypothesis draws few examples here (`--examples`), always the same.

FOLDER gets a copy of the repository, and `results.jsonl` with one line per change: a second call goes on where the
first stopped, `--again` tries the survivors once more (after the tests have grown), `--budget` ends a survivor's tests
after so many seconds (estimated), `--report` counts per module.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import functools
import gc
import json
import os
import random
import resource
import select
import shutil
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis.internal.conjecture import providers
from mutmut.utils.format_utils import make_mutant_key

ROOT = Path(__file__).resolve().parents[1]
COPIED = ["src", "tests", "scenarios", "examples", "pyproject.toml", "README.md", "LICENSE", "conftest.py"]
ROOM = "commissions"
NOTICED = ("noticed", "endless")

Function = Callable[..., Any]

# Where a changed function is put: the table that its own module looks it up in.
tables: dict[str, dict[str, Function]] = {}


def stand_in(table: dict[str, Function], is_classmethod: bool = False) -> Callable[[Function], Function]:
    """Mutmut's trampoline without its look at the environment: whatever `_mutmut_orig` is at the time of the call."""

    def decorate(function: Function) -> Function:
        *owner, name = function.__qualname__.split(".")
        tables[f"{function.__module__}.{make_mutant_key(name, *owner)}"] = table  # filled when the module is read whole

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            chosen = table["_mutmut_orig"]
            if is_classmethod:
                if note := table.get("note"):
                    note(args[0])
                return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
            return chosen(*args, **kwargs)

        return call

    return decorate


def make_mutants(folder: Path, patterns: list[str]) -> tuple[list[str], set[str]]:
    """Copy the repository and let mutmut write all changed functions into the modules of the room.

    The names that are asked for, and the functions that are other than when the folder was last used.
    """
    for name in COPIED:
        for path in [ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*")):
            copy = folder / path.relative_to(ROOT)
            if path.is_file() and (not copy.exists() or copy.read_bytes() != path.read_bytes()):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
    os.chdir(folder)
    import mutmut.__main__ as mutmut
    from mutmut.configuration import config
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.utils import file_utils
    from mutmut.utils.format_utils import get_mutant_name

    config().only_mutate = [f"src/salesrules/{ROOM}/*"]

    def read() -> tuple[list[str], dict[str, str]]:
        names: list[str] = []
        hashes: dict[str, str] = {}
        for path in file_utils.walk_mutatable_files():
            data = SourceFileMutationData(path=path)
            data.load()
            names += data.exit_code_by_key
            hashes |= {get_mutant_name(path, key): value for key, value in data.hash_by_function_name.items()}
        return names, hashes

    whole = Path("mutants.whole")  # stands while nothing is half written
    if not whole.exists():
        shutil.rmtree("mutants", ignore_errors=True)
    _, before = read()
    whole.unlink(missing_ok=True)
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        file_utils.copy_src_dir()
        file_utils.copy_also_copy_files()
        file_utils.setup_source_paths()
        mutmut.create_mutants(1)
    whole.touch()
    names, after = read()
    asked = [name for name in sorted(names) if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    return asked, {function for function, known in before.items() if after.get(function) != known}


def function_of(mutant: str) -> str:
    return mutant.partition("__mutmut_")[0]


def module_of(mutant: str) -> str:
    return mutant.rpartition(".")[0]


def clear_caches() -> None:
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and str(found.__module__).startswith("salesrules"):
            found.cache_clear()


def run_test(item: pytest.Item, session: pytest.Session) -> bool:
    """Whether one collected test passes or is skipped, with its own fixtures; no report is made."""
    try:
        session._setupstate.setup(item)
        item.runtest()
        return not getattr(item, "_excinfo", None)  # where unittest's cases keep what they caught
    except pytest.skip.Exception:
        return True
    except BaseException:
        return False
    finally:
        with contextlib.suppress(BaseException):
            session._setupstate.teardown_exact(None)


class Server:
    """Collects, learns, and then forks once per changed function."""

    def __init__(self, options: argparse.Namespace, names: list[str], results: Path) -> None:
        self.options, self.names, self.results = options, names, results
        self.killers: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self.session = session
        for item in session.items:
            draw_few_examples(item, self.options.examples)
        # Hypothesis reads the constants of all modules for its draws; of changed modules it would read very many.
        providers._get_local_constants = providers.Constants
        clear_caches()
        gc.collect()
        gc.freeze()
        self.learn()
        self.try_all()
        return True

    def learn(self) -> None:
        """What each test reaches and how long it takes, from forks that change nothing."""
        known = self.results.with_name("tests.json")
        learned: dict[str, dict[str, Any]] = json.loads(known.read_text()) if known.exists() else {}
        learned = {test: row for test, row in learned.items() if test in self.items}
        new = [test for test in self.items if test not in learned or self.options.learn]
        if new:
            print(f"learning from {len(new)} tests", flush=True)
            shares = [new[start :: self.options.workers] for start in range(self.options.workers)]
            for answer in self.fork_all((share, self.learn_share) for share in shares):
                learned.update(answer or {})
        known.write_text(json.dumps(learned))
        bad = [test for test in self.items if not learned.get(test, {}).get("passed")]
        print(
            f"{len(learned)} tests, {sum(row['seconds'] for row in learned.values()):.0f} s; not used: {bad}",
            flush=True,
        )
        self.seconds = {test: row["seconds"] for test, row in learned.items()}
        self.tests: defaultdict[str, list[str]] = defaultdict(list)
        for test, row in sorted(learned.items(), key=lambda pair: pair[1]["seconds"]):
            if row["passed"]:
                for function in row["reached"]:
                    self.tests[function].append(test)

    def learn_share(self, share: list[str]) -> dict[str, dict[str, Any]]:
        reached: set[str] = set()
        for function, table in tables.items():
            table["_mutmut_orig"] = noting(function, table["_mutmut_orig"], reached)
            table["note"] = functools.partial(note, function, reached)
        learned = {}
        for test in share:
            clear_caches()
            reached.clear()
            start = time.process_time()
            passed = run_test(self.items[test], self.session)
            seconds = round(time.process_time() - start, 4)
            learned[test] = {"passed": passed, "seconds": seconds, "reached": sorted(reached)}
        return learned

    def try_all(self) -> None:
        start = time.monotonic()
        asked = ((name, functools.partial(self.try_one, self.order(name))) for name in self.names)
        with self.results.open("a") as out:
            for count, answer in enumerate(self.fork_all(asked), 1):
                function = function_of(answer["mutant"])
                if answer["verdict"] == "noticed":
                    self.killers[function][answer["by"]] += 1
                    self.killers[module_of(function)][answer["by"]] += 1
                out.write(json.dumps(answer) + "\n")
                out.flush()
                if count % 100 == 0:
                    print(f"{count}/{len(self.names)} in {time.monotonic() - start:.0f} s", flush=True)

    def order(self, mutant: str) -> Callable[[], tuple[list[str], int]]:
        """The tests for a change, chosen when its turn comes: those that noticed its neighbours, then by duration."""

        def choose() -> tuple[list[str], int]:
            function = function_of(mutant)
            tests = self.tests[function]
            ranks = [self.killers[function].most_common(8), self.killers[module_of(function)].most_common(8)]
            first = dict.fromkeys(test for rank in ranks for test, _ in rank if test in set(tests))
            home = f"/test_{function.rpartition('.')[0].rpartition('.')[2]}.py::"
            first |= dict.fromkeys(test for test in tests if home in test)  # the module's own tests
            chosen, left = [], self.options.budget
            for test in [*first, *(test for test in tests if test not in first)]:
                left -= self.seconds[test]
                if left < 0:
                    break
                chosen.append(test)
            return chosen, len(tests)

        return choose

    def try_one(self, choose: Callable[[], tuple[list[str], int]], mutant: str) -> dict[str, Any]:
        chosen, reaching = choose()
        start = time.process_time()
        answer = {"mutant": mutant, "tests": len(chosen), "of": reaching}
        if not reaching:
            return {**answer, "verdict": "unreached"}
        table = tables[function_of(mutant)]
        table["_mutmut_orig"] = table[mutant.rpartition(".")[2]]
        for test in chosen:
            signal.setitimer(signal.ITIMER_VIRTUAL, 20 * self.seconds[test] + 5)  # ends this process
            if not run_test(self.items[test], self.session):
                seconds = round(time.process_time() - start, 2)
                return {**answer, "verdict": "noticed", "by": test, "seconds": seconds}
        return {**answer, "verdict": "survived"}

    def fork_all(self, jobs: Iterator[tuple[Any, Callable[[Any], Any]]]) -> Iterator[Any]:
        """Run each job in a fork, so many at a time; their answers as they come."""
        running: dict[int, tuple[Any, int]] = {}
        for subject, work in jobs:
            if len(running) >= self.options.workers:
                yield self.reap(running)
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                os.close(reading)
                self.be_child(writing, subject, work)
            os.close(writing)
            running[child] = (subject, reading)
        while running:
            yield self.reap(running)

    def be_child(self, writing: int, subject: Any, work: Callable[[Any], Any]) -> None:
        with contextlib.suppress(BaseException):
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
            answer = json.dumps(work(subject)).encode()
            with os.fdopen(writing, "wb") as out:
                out.write(answer)
        os._exit(0)

    def reap(self, running: dict[int, tuple[Any, int]]) -> Any:
        """The answer of the next fork that ends; one that was ended by the timer never came back from a test."""
        ready, _, _ = select.select([reading for _, reading in running.values()], [], [])
        child = next(child for child, (_, reading) in running.items() if reading == ready[0])
        subject, reading = running.pop(child)
        with os.fdopen(reading, "rb") as answer:
            text = answer.read()
        _, status = os.waitpid(child, 0)
        if text:
            return json.loads(text)
        if not isinstance(subject, str):
            raise RuntimeError("a fork that learned about tests was lost")
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGVTALRM:
            return {"mutant": subject, "verdict": "endless"}
        return {"mutant": subject, "verdict": "lost"}


def noting(function: str, original: Function, reached: set[str]) -> Function:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        reached.add(function)
        return original(*args, **kwargs)

    return call


def note(function: str, reached: set[str], _: object) -> None:
    reached.add(function)


def draw_few_examples(item: pytest.Item, most: int) -> None:
    """Let a property draw few examples, the same each time, and print or keep none."""
    from hypothesis import HealthCheck, Phase, settings

    def fewer(given: settings | None) -> settings:
        return settings(
            given or settings(),
            max_examples=min(most, (given or settings()).max_examples),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )

    function = getattr(item, "obj", None)
    if hasattr(function, "hypothesis"):
        inner = getattr(function, "__func__", function)
        inner._hypothesis_internal_use_settings = fewer(getattr(inner, "_hypothesis_internal_use_settings", None))
    owner = getattr(item, "cls", None)
    if hasattr(owner, "settings"):
        owner.settings = fewer(owner.settings)


def read_results(path: Path) -> dict[str, dict[str, Any]]:
    """The last verdict on each change."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {row["mutant"]: row for row in map(json.loads, lines)}


def forget(path: Path, changed: set[str]) -> None:
    """Strike what is known of functions that have changed since."""
    if path.exists() and changed:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if function_of(json.loads(line)["mutant"]) not in changed))


def report(names: list[str], results: dict[str, dict[str, Any]]) -> None:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        verdict = results[name]["verdict"] if name in results else "not tried"
        counts[module_of(function_of(name)).removeprefix("salesrules.")][verdict] += 1
    for module, count in [*sorted(counts.items()), ("in all", sum(counts.values(), Counter()))]:
        tried = count.total() - count["not tried"]
        noticed = sum(count[verdict] for verdict in NOTICED)
        share = f"{noticed / tried:.1%}" if tried else "-"
        print(f"{module:50} {count.total():5} tried {tried:5} noticed {noticed:5} {share:>7}  {dict(count)}")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("patterns", nargs="+", help="names of changes; * stands for anything")
    parser.add_argument("--tests", nargs="+", default=["tests/commissions"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--budget", type=float, default=float("inf"))
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    results = options.folder.resolve() / "results.jsonl"
    names, changed = make_mutants(options.folder.resolve(), options.patterns)
    forget(results, changed)
    if options.sample is not None:
        names = random.Random(options.seed).sample(names, min(options.sample, len(names)))
    known = read_results(results)
    if options.report:
        report(names, known)
        return
    wanted = [name for name in names if name not in known or (options.again and known[name]["verdict"] not in NOTICED)]
    wanted.sort(
        key=lambda name: next(i for i, pattern in enumerate(options.patterns) if fnmatch.fnmatch(name, pattern))
    )
    print(f"{len(names)} changes, {len(wanted)} to try", flush=True)
    import mutmut.mutation.trampoline as trampoline

    trampoline.wrap_in_trampoline = stand_in  # type: ignore[assignment]  # in place of mutmut's own
    os.chdir("mutants")
    server = Server(options, wanted, results)
    plain = ["-q", "-p", "no:cacheprovider", "-p", "no:doctest", "--assert=plain", "--rootdir=."]
    pytest.main([*plain, "-o", "addopts=--import-mode=importlib", *options.tests], plugins=[server])
    report(names, read_results(results))


if __name__ == "__main__":
    main()
