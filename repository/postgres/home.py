"""The folder of the embedded server: what lies in it, whose it is, and who holds it.

    lock          held while one process starts, recovers or stops the server
    server.lock   held by the server and all its children, from the first to the last
    data/         the cluster
    password      of the role `roadmap`
    server.log    what PostgreSQL has to say; `server.log.old` is the one before
    stopped       the stop marker: there while the server is down on purpose
    unfinished-*  what a killed process of ours left half-made

The socket lies elsewhere: a socket's path may have 103 bytes only, a home folder's has no such limit.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.errors import DatabaseUnavailable
from repository.postgres.binaries import Account
from repository.postgres.disk import flush

PORT = 5432  # part of the socket's file name only; no TCP port is opened
SOCKETS = Path("/tmp")  # not TMPDIR or XDG_RUNTIME_DIR: cron and sudo have others, and a logout removes the latter
NOBODYS_PID = 2**31 - 1  # above the largest pid of any kernel
MAX_LOG_BYTES = 10_000_000  # bytes
SMALLEST_DISK = 64_000_000  # bytes; below this, "full" is the likeliest reason of any failure
UNFINISHED = "unfinished-"
POLL = 0.02  # seconds


class ServerHome:
    """Paths below one home folder, and the care that each of them needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.password_file = self.folder / "password"
        self.stop_marker = self.folder / "stopped"

    @property
    def account(self) -> Account:
        """Whom everything in here belongs to."""
        return Account.of(self.folder, self.data)

    @property
    def is_initialised(self) -> bool:
        """Whether there is a cluster, which is whole whenever it is there."""
        return (self.data / "PG_VERSION").exists()

    @contextmanager
    def locked(self, name: str, patience: float = 0) -> Iterator[int | None]:
        """Holds an flock on a file in here and gives its descriptor; None if others hold it longer than `patience`."""
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            self.account.own(self.folder / name)
            deadline = time.monotonic() + patience
            while not (held := _take(descriptor)) and time.monotonic() < deadline:
                time.sleep(POLL)
            yield descriptor if held else None
        finally:
            os.close(descriptor)

    def is_deserted(self) -> bool:
        """Whether no process is left of any server started here: orphans count, and those of other containers."""
        with self.locked("server.lock") as held:
            return held is not None

    def admit_account(self) -> Account:
        """Lets the account pass the home folder if it may not; never a folder above, which is not ours to open."""
        account = self.account
        if account.barrier(self.folder) == self.folder:
            self.folder.chmod(stat.S_IMODE(self.folder.stat().st_mode) | stat.S_IXOTH)
        if barrier := account.barrier(self.folder):
            raise DatabaseUnavailable(
                f"{barrier} is closed to uid {account.uid}, which runs the embedded server because root may not: "
                "open it (chmod o+x) or set ROADMAP_HOME to a folder elsewhere"
            )
        return account

    def mark_stopped(self) -> None:
        """Tells running processes that the server is down on purpose."""
        self.stop_marker.touch(mode=0o600)
        self.account.own(self.stop_marker)

    def password(self) -> str:
        """The role's password."""
        return self.password_file.read_text()

    def write_password(self) -> None:
        """Makes a password unless there is one; whole and on disk before it has its name."""
        if self.password_file.exists():
            return
        descriptor, unfinished = tempfile.mkstemp(prefix=UNFINISHED, dir=self.folder)
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(descriptor)
        self.account.own(Path(unfinished))
        Path(unfinished).rename(self.password_file)

    @contextmanager
    def unfinished_cluster(self) -> Iterator[Path]:
        """A folder to make a cluster in, which becomes `data` if all goes well and is removed if not."""
        if self.data.exists() and any(self.data.iterdir()):
            raise DatabaseUnavailable(
                f"{self.data} is not empty and no PostgreSQL data folder: move it away or set ROADMAP_HOME to another"
            )
        for leftover in self.folder.glob(UNFINISHED + "?" * 8):  # as tempfile names them
            _remove(leftover)
        cluster = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        try:
            self.account.own(cluster)
            yield cluster
            cluster.rename(self.data)
            flush(self.folder)
        finally:
            _remove(cluster)

    def sockets(self) -> Path:
        """The socket's folder: short, the same for all who know the password, and not to be guessed by others."""
        key = f"{self.data}\0{self.password()}".encode(errors="surrogateescape")
        return SOCKETS / f"roadmap-{hashlib.sha256(key).hexdigest()[:16]}"

    def trusted_sockets(self) -> Path:
        """The socket's folder, if nobody else can have put a socket there."""
        sockets = self.sockets()
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid or found.st_mode & 0o077:
            raise DatabaseUnavailable(
                f"{sockets} is a link or open to another user, so that what answers there cannot be trusted: remove it"
            )
        return sockets

    def claim_sockets(self) -> None:
        """Makes the socket's folder unless it is there."""
        sockets = self.sockets()
        with suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
        found = sockets.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():  # made now, or by one killed before this line
            self.account.own(sockets)
        self.trusted_sockets()

    def release_sockets(self) -> None:
        """Removes the socket's folder, which a server that ended well leaves empty."""
        with suppress(OSError):
            self.sockets().rmdir()

    def disown_lock_files(self) -> None:
        """Makes lock files of a dead server name no process: theirs may by now be a stranger's, and block the start.

        The other lines stay: by them PostgreSQL makes its own search for survivors.
        """
        lock_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError):
            pid, *others = lock_file.read_text(errors="replace").splitlines() or [""]
            if pid.strip().isdecimal() and others:
                lock_file.write_text("\n".join([str(NOBODYS_PID), *others, ""]))
            else:
                lock_file.rename(lock_file.with_suffix(".damaged"))
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets() / name).unlink(missing_ok=True)

    def open_log(self) -> int:
        """Begins a new log if the old one is large, and says where the next lines will stand."""
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.old"))
        self.log.touch(mode=0o600)
        self.account.own(self.log)
        return self.log.stat().st_size

    def log_since(self, position: int) -> str:
        """What was logged after `open_log` gave this position."""
        with self.log.open("rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")

    def failure(self, act: str, printed: str) -> DatabaseUnavailable:
        """One line out of all that PostgreSQL printed when it could not `act`."""
        lines = printed.splitlines()
        telling = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))] or lines[-1:]
        reason = telling[0].split("FATAL:")[-1].strip() if telling else "it gave no reason"
        if "No space left" in printed or shutil.disk_usage(self.folder).free < SMALLEST_DISK:
            reason = f"the disk is full ({reason})"
        return DatabaseUnavailable(f"the embedded server could not {act} in {self.folder}: {reason}; see {self.log}")


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(path: Path) -> None:
    """As far as it goes: a process that was orphaned may still write there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
