"""The home directory of the embedded server: its files, owner and locks.

    lock          held while a process starts, recovers or stops the server
    server.lock   held by the server and all its children
    data/         the cluster
    password      of the role `roadmap`
    server.log    the log of PostgreSQL; `server.log.old` is the previous one
    stopped       the stop marker: exists while the server is stopped on purpose
    unfinished-*  incomplete files of a killed process

The socket is elsewhere: the path of a socket is limited to 103 bytes, the path of a home is not.
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
from repository.postgres.disk import fsync_directory

PORT = 5432  # only a part of the socket's file name; no TCP port is opened
SOCKETS = Path("/tmp")  # not TMPDIR or XDG_RUNTIME_DIR: they differ for cron and sudo, and a logout removes the latter
UNUSED_PID = 2**31 - 1  # larger than any pid
MAX_LOG_BYTES = 10_000_000
MIN_FREE_BYTES = 64_000_000  # with less free space, a full disk is the likeliest reason of any failure
UNFINISHED = "unfinished-"
POLL_INTERVAL_SECONDS = 0.02


class ServerHome:
    """The files in one home directory, and operations on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.password_file = self.folder / "password"
        self.stop_marker = self.folder / "stopped"

    @property
    def account(self) -> Account:
        """The owner of all files in the home."""
        return Account.of(self.folder, self.data)

    @property
    def is_initialised(self) -> bool:
        """Whether there is a cluster; an incomplete one has another name."""
        return (self.data / "PG_VERSION").exists()

    @contextmanager
    def locked(self, name: str, timeout: float = 0) -> Iterator[int | None]:
        """Hold an flock on a file of the home and yield its descriptor; None if it is held for `timeout` seconds."""
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            self.account.own(self.folder / name)
            deadline = time.monotonic() + timeout
            while not (held := _take(descriptor)) and time.monotonic() < deadline:
                time.sleep(POLL_INTERVAL_SECONDS)
            yield descriptor if held else None
        finally:
            os.close(descriptor)

    def is_deserted(self) -> bool:
        """Return whether no process of a server of this home exists, orphans and other containers included."""
        with self.locked("server.lock") as held:
            return held is not None

    def admit_account(self) -> Account:
        """Let the account enter the home directory; parent directories are not ours to change.

        Raises DatabaseUnavailable if a parent is closed to it.
        """
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
        """Create the stop marker, by which running processes know that the server was stopped on purpose."""
        self.stop_marker.touch(mode=0o600)
        self.account.own(self.stop_marker)

    def password(self) -> str:
        """Return the password of the role `roadmap`."""
        return self.password_file.read_text()

    def write_password(self) -> None:
        """Create the password file unless it exists; it is complete and on disk before it gets its name."""
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
        """Yield a directory for a new cluster, which is renamed to `data` on success and removed on an error."""
        if self.data.exists() and any(self.data.iterdir()):
            raise DatabaseUnavailable(
                f"{self.data} is not empty and not a PostgreSQL data folder: move it away or change ROADMAP_HOME"
            )
        for leftover in self.folder.glob(UNFINISHED + "?" * 8):  # as tempfile names them
            _remove(leftover)
        cluster = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        try:
            self.account.own(cluster)
            yield cluster
            cluster.rename(self.data)
            fsync_directory(self.folder)
        finally:
            _remove(cluster)

    def sockets(self) -> Path:
        """Return the directory of the socket: short, and derived from the password, so that others cannot guess it."""
        key = f"{self.data}\0{self.password()}".encode(errors="surrogateescape")
        return SOCKETS / f"roadmap-{hashlib.sha256(key).hexdigest()[:16]}"

    def trusted_sockets(self) -> Path:
        """Return the directory of the socket. Raises DatabaseUnavailable if another user could write to it."""
        sockets = self.sockets()
        info = sockets.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid != self.account.uid or info.st_mode & 0o077:
            raise DatabaseUnavailable(
                f"{sockets} is a link or open to another user, so that what answers there cannot be trusted: remove it"
            )
        return sockets

    def claim_sockets(self) -> None:
        """Create the directory of the socket unless it exists."""
        sockets = self.sockets()
        with suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
        info = sockets.lstat()
        # created now, or by a process that was killed before this line
        if stat.S_ISDIR(info.st_mode) and info.st_uid == os.geteuid():
            self.account.own(sockets)
        self.trusted_sockets()

    def release_sockets(self) -> None:
        """Remove the directory of the socket, which is empty after a clean shutdown."""
        with suppress(OSError):
            self.sockets().rmdir()

    def disown_lock_files(self) -> None:
        """Remove the pid of a dead server from its lock files: another process may have it by now and block the start.

        The other lines stay, since PostgreSQL needs them to search for surviving children.
        """
        lock_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError):
            pid, *others = lock_file.read_text(errors="replace").splitlines() or [""]
            if pid.strip().isdecimal() and others:
                lock_file.write_text("\n".join([str(UNUSED_PID), *others, ""]))
            else:
                lock_file.rename(lock_file.with_suffix(".damaged"))
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets() / name).unlink(missing_ok=True)

    def open_log(self) -> int:
        """Start a new log if the old one is large, and return the position of its end."""
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.old"))
        self.log.touch(mode=0o600)
        self.account.own(self.log)
        return self.log.stat().st_size

    def log_since(self, position: int) -> str:
        """Return the log after the position that `open_log` returned."""
        with self.log.open("rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")

    def failure(self, act: str, printed: str) -> DatabaseUnavailable:
        """Return an error with the first line in which PostgreSQL reports why it could not `act`."""
        lines = printed.splitlines()
        error_lines = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))] or lines[
            -1:
        ]
        reason = error_lines[0].split("FATAL:")[-1].strip() if error_lines else "it gave no reason"
        if "No space left" in printed or shutil.disk_usage(self.folder).free < MIN_FREE_BYTES:
            reason = f"the disk is full ({reason})"
        return DatabaseUnavailable(f"the embedded server could not {act} in {self.folder}: {reason}; see {self.log}")


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(path: Path) -> None:
    """Remove a file or directory as far as possible: an orphaned process may still write to it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
