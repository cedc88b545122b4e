"""Every check is a session: `nox` runs the usual ones, `nox -l` lists them all."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False  # a Python that is not installed is skipped, and nox says so
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "architecture", "tests", "docs", "examples", "demo"]

ROOT = Path(__file__).parent
#: Whose tests in `tests/frames` draw more in a campaign.
BULK = ("exactness", "many_rows", "crediting", "policies", "policy_modifiers", "settling")
PYTHONS = ["3.11", "3.12", "3.13"]


def offer_pyenv_interpreters() -> None:
    """Put Pythons that pyenv has installed on the path; its shims answer only for the version that is switched on."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(path.parent) for python in PYTHONS for path in sorted(versions.glob(f"{python}.*/bin/python{python}"))]
    os.environ["PATH"] = os.pathsep.join([*found, os.environ["PATH"]])


offer_pyenv_interpreters()


def install(session: nox.Session) -> None:
    """Install the package as it stands, with everything that develops it."""
    session.install("--quiet", "-e", ".[dev]")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Every test, as the README's second command runs them; what follows `--` goes to pytest."""
    install(session)
    session.run("pytest", "-n", "2", "--dist", "loadfile", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The branches that no test reaches; core and the rooms are to have none."""
    install(session)
    session.run("pytest", "--cov", "--cov-report=", "tests", "src", *session.posargs)
    session.run("coverage", "report")
    whole = "src/salesrules/core/*,src/salesrules/*/rules*,src/salesrules/*/workflow*"
    session.run("coverage", "report", f"--include={whole}", "--fail-under=100")


@nox.session
def lint(session: nox.Session) -> None:
    """The code as ruff wants it, format included."""
    session.install("--quiet", "ruff")
    session.run("ruff", "check", *session.posargs, ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict mypy and pyright on the package, and on right and wrong uses of it in typing_tests/."""
    install(session)
    session.install("--quiet", "pyright[nodejs]")
    session.run("mypy")
    session.run("mypy", "typing_tests")
    session.run("pyright")


@nox.session
def architecture(session: nox.Session) -> None:
    """Floors, shelves, doors, walls, furniture, purity."""
    install(session)
    session.run("lint-imports", "--no-logo", "--no-cache")
    session.run("pytest", "tests/architecture", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as pages, every warning an error."""
    install(session)
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Every printed example of the README and the docs, and every program in examples/."""
    install(session)
    session.run("pytest", "README.md", "docs", "tests/docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure beside the peers; writes benchmarks/results/*.json and the tables of docs/benchmarks.md."""
    session.install("--quiet", "-e", ".[all,bench]")
    session.run("python", "benchmarks/run.py", *session.posargs)


@nox.session(name="bench-large")
def bench_large(session: nox.Session) -> None:
    """A hundred million credits from Parquet to Parquet: some 15 minutes and 12 GB of disk."""
    session.install("--quiet", "-e", ".[all,bench]")
    session.run("python", "benchmarks/run.py", "frames_large", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """The main job on the sample company, from a wheel, as somebody who installs it would run it."""
    if not (ROOT / "src" / "salesrules" / "cli").is_dir():
        session.skip("the command line is not built yet")
    session.install("--quiet", ".[cli,report]")
    with tempfile.TemporaryDirectory() as folder, session.chdir(folder):
        session.run("salesrules", "demo", *session.posargs)


@nox.session
def mariadb(session: nox.Session) -> None:
    """The storage on MariaDB: the server that SALESRULES_MARIADB names, or Debian's, installed as root."""
    install(session)
    tests = ("pytest", "tests/storage", "-k", "Mariadb", *session.posargs)
    if "SALESRULES_MARIADB" in os.environ:
        session.run(*tests)
        return
    if shutil.which("mariadbd") is None and (os.geteuid() != 0 or shutil.which("apt-get") is None):
        session.skip("name a server: SALESRULES_MARIADB=mariadb+pymysql://user:password@host/database")
    if shutil.which("mariadbd") is None:
        session.run("apt-get", "install", "--yes", "--quiet", "mariadb-server", external=True)
    with tempfile.TemporaryDirectory() as folder:
        data, socket = Path(folder) / "data", Path(folder) / "socket"
        user = ("--user=root",) if os.geteuid() == 0 else ()
        make = ("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal")
        session.run(*make, *user, external=True, silent=True)
        where = (f"--datadir={data}", f"--socket={socket}", "--skip-networking", "--innodb-flush-log-at-trx-commit=2")
        server = subprocess.Popen(["mariadbd", "--no-defaults", *where, *user], stderr=subprocess.DEVNULL)
        try:
            client = ("mariadb-admin", "--no-defaults", f"--socket={socket}", "--user=root", "--wait=30")
            session.run(*client, "create", "salesrules", external=True)
            url = f"mariadb+pymysql://root@localhost/salesrules?unix_socket={socket}"
            session.run(*tests, env={"SALESRULES_MARIADB": url})
        finally:
            server.terminate()
            server.wait(30)


@nox.session
def mutation(session: nox.Session) -> None:
    """Change core one small step at a time and run its tests against every change; after `--`, mutmut's names of some.

    `-- commissions PATTERN…` does so with the room, which has too many tests to load them for every change:
    tools/mutants.py tells how. It goes on where it was stopped.
    """
    install(session)
    session.install("--quiet", "mutmut")
    if session.posargs[:1] == ["commissions"]:
        patterns = session.posargs[1:] or ["salesrules.commissions.*"]
        session.run("python", "tools/mutants.py", str(Path(session.create_tmp()) / "room"), *patterns)
        return
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    session.run("mutmut", "run", *session.posargs, success_codes=[0, 1])
    session.run("mutmut", "results")


@nox.session
def campaign(session: nox.Session) -> None:
    """The rules beside the literal oracle on a million credits, the proofs beside z3 on ten thousand plans.

    The bulk engine beside the oracle on ten million rows for each target, and on four times the plans that the default
    run draws. `SALESRULES_CASES`, `SALESRULES_SEED`, `SALESRULES_PLANS`, `SALESRULES_BULK` and `SALESRULES_BULK_ROWS`
    may differ.
    """
    install(session)
    sizes = {"SALESRULES_CASES": "1000000", "SALESRULES_SEED": "1", "SALESRULES_PLANS": "10000"}
    session.run(
        "pytest",
        "tests/differential",
        *session.posargs,
        env={name: os.environ.get(name, size) for name, size in sizes.items()},
    )
    bulk = [f"tests/frames/test_{name}.py" for name in BULK]
    sizes = {"SALESRULES_BULK": "4", "SALESRULES_BULK_ROWS": "10000000"}
    session.run(
        "pytest", *bulk, *session.posargs, env={name: os.environ.get(name, size) for name, size in sizes.items()}
    )


@nox.session
def changelog(session: nox.Session) -> None:
    """The next version's changelog from the fragments in changelog.d/, as a draft."""
    session.install("--quiet", "towncrier")
    session.run("towncrier", "build", "--draft", "--version", "next", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """A source distribution and a wheel in dist/."""
    session.install("--quiet", "build")
    session.run("python", "-m", "build", *session.posargs)
