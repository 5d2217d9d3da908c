"""The embedded PostgreSQL server of one home directory: create, start, recover and stop.

Commands call `start`, running processes call `recover`, and `roadmap db stop` calls `stop`. The server outlives the
command that started it. Guarantees:

* One operation at a time: each holds a lock on the home directory, which the kernel releases when its process dies.
* Only a successful connection proves that a server runs. A pid may belong to a zombie or another process.
* Never two servers on the same data: a server and its children hold `server.lock`; while any of them exists, nothing is
  started or cleaned up.
* No foreign process is signalled: ours are identified by program and working directory, not by postmaster.pid.
* No incomplete cluster: initdb works in a directory that is renamed when it is complete and on disk.
* Nothing is deleted except our own unfinished directories and the socket files of a server that is proven dead.
* Other users cannot read the data (0700), connect (0700 and a password) or replace the socket: its directory is named
  after the password, and refused if it is a link or another user's.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from domain.errors import DatabaseStopped, DatabaseUnavailable
from repository.postgres.binaries import Account, Binaries
from repository.postgres.home import POLL_INTERVAL_SECONDS, PORT, ServerHome
from repository.postgres.processes import end_orphans, postmaster, processes

if TYPE_CHECKING:
    import psycopg

NAME = "roadmap"  # of the role and of the database
CONNECT_TIMEOUT_SECONDS = 3  # for a server that accepts connections but does not respond
RECOVERY_TIMEOUT_SECONDS = 30  # for the last processes of a killed server to end
START_TIMEOUT_SECONDS = 300  # for a server that reports that it is starting, which may have much to recover


def default_home() -> Path:
    """Return the platform's user data directory; for root a system directory, since PostgreSQL cannot enter /root."""
    import platformdirs

    if os.geteuid() == 0:
        return Path("/var/lib/roadmap-orchestrator")
    return platformdirs.user_data_path("roadmap-orchestrator", appauthor=False)


class EmbeddedServer:
    """The server of a home directory. Any number of processes may use it; none of them owns it."""

    def __init__(self, home: Path, *, any_major: bool = False) -> None:
        """`any_major`: also serve data of an older PostgreSQL, if its binaries are installed, to back it up."""
        self._home = ServerHome(home)
        self._any_major = any_major

    def start(self) -> str:
        """Clear the stop marker and start the server unless it runs, for a command.

        Returns a libpq URL of the database `roadmap` for its owner `roadmap`. Raises DatabaseUnavailable with a reason
        of one line.
        """
        with self._locked():
            self._home.stop_marker.unlink(missing_ok=True)
            return self._answering_url()

    def recover(self) -> str:
        """Start the server again, for a running process that lost its connection.

        Raises DatabaseStopped if the server was stopped on purpose, and the errors of `start`.
        """
        with self._locked():
            if self.stopped_on_purpose:
                raise DatabaseStopped(
                    f"the embedded server in {self._home.folder} was stopped on purpose: "
                    "`roadmap db start` starts it again"
                )
            return self._answering_url()

    def stop(self, *, timeout: float = 60) -> bool:
        """Set the stop marker and shut the server down with all its sessions; return False if it did not run."""
        import psutil

        if not self._home.folder.is_dir():
            return False
        with self._locked():
            self._home.mark_stopped()
            running = postmaster(self._home)
            if running is None and self._home.is_deserted():
                return False
            if running is not None:
                with suppress(psutil.Error):  # it has just ended
                    running.send_signal(signal.SIGINT)
            deadline = time.monotonic() + timeout
            while postmaster(self._home) is not None or not self._home.is_deserted():
                if time.monotonic() > deadline:
                    raise self._stuck(f"did not end within {timeout:g} s")
                end_orphans(self._home)
                time.sleep(POLL_INTERVAL_SECONDS)
            self._home.release_sockets()
            return True

    def is_running(self) -> bool:
        """Return whether the server accepts connections."""
        try:
            return self._refusal("postgres") is None
        except (OSError, DatabaseUnavailable):
            return False

    @property
    def is_of_another_major(self) -> bool:
        """Whether the data was written by another major version than the one for new homes."""
        return self._home.is_initialised and self._written_by() != str(
            Binaries.find(self._home.account, self._home.folder).major
        )

    @property
    def stopped_on_purpose(self) -> bool:
        """Whether the server was stopped by `stop`; running processes must not start it then."""
        return self._home.stop_marker.exists()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Create the home directory and hold its lock; report errors of the file system in one line."""
        folder = self._home.folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._home.locked("lock", timeout=START_TIMEOUT_SECONDS + RECOVERY_TIMEOUT_SECONDS) as held:
                if held is None:
                    raise DatabaseUnavailable(f"another process has held {folder / 'lock'} for minutes: end it")
                yield
        except OSError as error:
            path = error.filename if isinstance(error.filename, str) else folder
            raise DatabaseUnavailable(
                f"the embedded server cannot use {path} ({error.strerror or error}): "
                "correct that or set ROADMAP_HOME to another folder"
            ) from error

    def _connect(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        import psycopg

        return psycopg.connect(
            host=str(self._home.trusted_sockets()),
            port=PORT,
            user=NAME,
            password=self._home.password(),
            dbname=database,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            autocommit=True,
        )

    def _refusal(self, database: str) -> str | None:
        """Try to connect; return the reason of a failure in one line, None on success."""
        import psycopg

        try:
            self._connect(database).close()
        except psycopg.OperationalError as error:
            return " ".join(str(error).split())
        return None

    def _answering_url(self) -> str:
        """Create and start what is missing, and return the URL of the database."""
        if not self._home.is_initialised:
            self._initialise()
        if not self._home.password_file.exists():
            raise DatabaseUnavailable(
                f"{self._home.password_file} is missing, and {self._home.data} cannot be opened without it: put it back"
            )
        self._home.claim_sockets()
        if self._refusal(NAME) is not None:
            self._bring_up()
            self._create_database()
        # The port is explicit, since PGPORT in the caller's environment would override the default.
        password, sockets = quote(self._home.password(), safe=""), quote(str(self._home.sockets()), safe="")
        return f"postgresql://{NAME}:{password}@/{NAME}?host={sockets}&port={PORT}"

    def _initialise(self) -> None:
        """Create the cluster, completely or not at all."""
        account = self._home.admit_account()
        with self._home.unfinished_cluster() as cluster:
            binaries = Binaries.find(account, self._home.folder)
            self._home.write_password()
            command = [str(binaries.folder / "initdb"), "-D", cluster.name, "-U", NAME, "-A", "scram-sha-256"]
            command += ["--pwfile", self._home.password_file.name, "-E", "UTF8", "--locale=C", "--no-instructions"]
            if binaries.major >= 17:
                command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            finished = account.run(command, cwd=self._home.folder)
            if finished.code != 0:
                raise self._home.failure("make its data folder", finished.output)

    def _bring_up(self) -> None:
        """Wait for a server that is starting or stopping, and start one when no process of the last one is left."""
        start = time.monotonic()
        while (refusal := self._refusal("postgres")) is not None:
            in_transition = "the database system is" in refusal  # starting up, shutting down, in recovery
            if "FATAL:" in refusal and not in_transition:
                raise self._stuck(f"refuses: {refusal.partition('FATAL:')[2].strip()}")
            if time.monotonic() - start > (START_TIMEOUT_SECONDS if in_transition else RECOVERY_TIMEOUT_SECONDS):
                raise self._stuck(f"does not answer ({refusal})")
            with self._home.locked("server.lock") as held:
                if held is not None and postmaster(self._home) is None:
                    self._launch(held)
                    continue
            end_orphans(self._home)
            time.sleep(POLL_INTERVAL_SECONDS)

    def _launch(self, lock: int) -> None:
        """Start a server that inherits the descriptor of the lock, so that its last process releases it."""
        account = self._home.admit_account()
        binaries = Binaries.find(account, self._home.folder)
        if self._written_by() != str(binaries.major):
            binaries = self._older(account, binaries.major)
        self._home.disown_lock_files()
        log_end = self._home.open_log()
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": self._home.sockets(),
            "unix_socket_permissions": "0700",
            "max_connections": 200,
        }
        command = [str(binaries.folder / "pg_ctl"), "start", "-s", "-w", "-t", str(START_TIMEOUT_SECONDS)]
        # Relative paths, since pg_ctl puts them into a shell command, which would interpret quotes and $.
        command += ["-D", self._home.data.name, "-l", self._home.log.name]
        command += ["-o", " ".join(f"-c {name}={value}" for name, value in settings.items())]
        finished = account.run(command, cwd=self._home.folder, keep_open=[lock])
        if finished.code != 0:
            raise self._home.failure("start", self._home.log_since(log_end) or finished.output)

    def _written_by(self) -> str:
        return (self._home.data / "PG_VERSION").read_text().strip()

    def _older(self, account: Account, usual: int) -> Binaries:
        """Return the binaries of the version that wrote the data. Raises DatabaseUnavailable."""
        written_by = self._written_by()
        reason = f"{self._home.data} was written by PostgreSQL {written_by} and the binaries are {usual}"
        if not self._any_major:
            raise DatabaseUnavailable(
                f"{reason}: `roadmap db backup FILE` reads it where PostgreSQL {written_by} is still here, then set "
                "ROADMAP_HOME to a new folder and `roadmap db restore FILE`"
            )
        older = Binaries.of_major(int(written_by), account, self._home.folder) if written_by.isdecimal() else None
        if older is None:
            raise DatabaseUnavailable(f"{reason}: put the pg_ctl of PostgreSQL {written_by} on PATH, then try again")
        return older

    def _create_database(self) -> None:
        import psycopg

        try:
            with self._connect("postgres") as connection:
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchall():
                    connection.execute(b"CREATE DATABASE " + NAME.encode())
        except psycopg.Error as error:
            raise self._home.failure(f"make the database {NAME}", str(error)) from error

    def _stuck(self, problem: str) -> DatabaseUnavailable:
        pids = [process.pid for kind in ("postmaster", "child") for process in processes(self._home, kind)]
        owner = f"pids {', '.join(map(str, pids))}" if pids else "in processes that cannot be seen from here"
        return DatabaseUnavailable(
            f"the embedded server in {self._home.folder} ({owner}) {problem}: "
            f"see {self._home.log}, end it with `roadmap db stop`, try again"
        )
