"""The embedded server: a PostgreSQL of our own below one home folder, made, started, recovered and stopped.

Who calls: every command through `start`, running processes through `recover`, `roadmap db stop` through `stop`.
The server outlives the command that started it. What is promised here, and by what means:

* One act at a time: everything happens under a lock on the home folder, which the kernel frees with its holder.
* Only a real connection proves a server. A pid proves nothing: it may be a zombie's or a stranger's.
* No second server on the same data: a server and its children hold `server.lock` from the first to the last; while
  any of them does, nothing is started and nothing is cleared away.
* No stranger is signalled: our processes are found among the running ones by their program and the folder they work
  in, never by the number in postmaster.pid.
* No half cluster: initdb works in a folder of its own, which is renamed when it is complete and on disk.
* Nothing is deleted but our own unfinished folders, and the socket files of a server that is proven dead.
* No other user reads the data (0700) or connects (0700 and a password) or takes the socket's place: its folder is
  named after the password, and refused if it is a link or another's.
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
from repository.postgres.home import POLL, PORT, ServerHome
from repository.postgres.processes import end_orphans, postmaster, processes

if TYPE_CHECKING:
    import psycopg

NAME = "roadmap"  # of the role and of the database
CONNECT_TIMEOUT_SECONDS = 3  # seconds until a server that accepts but says nothing counts as silent
RECOVERY_TIMEOUT_SECONDS = 30  # seconds for the last processes of a killed server to go
START_TIMEOUT_SECONDS = 300  # seconds for a server that says it is starting: it may have much to recover


def default_home() -> Path:
    """The platform's user data folder; for root a system folder, since the server's account may not pass /root."""
    import platformdirs

    if os.geteuid() == 0:
        return Path("/var/lib/roadmap-orchestrator")
    return platformdirs.user_data_path("roadmap-orchestrator", appauthor=False)


class EmbeddedServer:
    """The one server of a home folder. Any number of processes hold one of these; none of them owns the server."""

    def __init__(self, home: Path, *, any_major: bool = False) -> None:
        """`any_major`: also a folder that an older PostgreSQL wrote is served, if that one is here: to back it up."""
        self._home = ServerHome(home)
        self._any_major = any_major

    def start(self) -> str:
        """A command's explicit start: clears the stop marker, starts the server unless it answers.

        Returns a libpq URL of the database `roadmap` for its owner `roadmap`.
        Raises DatabaseUnavailable with one line that names what stands in the way.
        """
        with self._alone():
            self._home.stop_marker.unlink(missing_ok=True)
            return self._answering_url()

    def recover(self) -> str:
        """For a running process that lost its connection: like `start`.

        Raises DatabaseStopped if the server was stopped on purpose, and what `start` raises.
        """
        with self._alone():
            if self.stopped_on_purpose:
                raise DatabaseStopped(
                    f"the embedded server in {self._home.folder} was stopped on purpose: "
                    "`roadmap db start` starts it again"
                )
            return self._answering_url()

    def stop(self, *, patience: float = 60) -> bool:
        """Leaves the stop marker, ends all sessions and the server (a fast shutdown). False if nothing ran."""
        import psutil

        if not self._home.folder.is_dir():
            return False
        with self._alone():
            self._home.mark_stopped()
            running = postmaster(self._home)
            if running is None and self._home.is_deserted():
                return False
            if running is not None:
                with suppress(psutil.Error):  # it ended meanwhile
                    running.send_signal(signal.SIGINT)
            deadline = time.monotonic() + patience
            while postmaster(self._home) is not None or not self._home.is_deserted():
                if time.monotonic() > deadline:
                    raise self._stuck(f"did not end within {patience:g} s")
                end_orphans(self._home)
                time.sleep(POLL)
            self._home.release_sockets()
            return True

    def is_running(self) -> bool:
        """Whether a connection can be made now."""
        try:
            return self._refusal("postgres") is None
        except (OSError, DatabaseUnavailable):
            return False

    @property
    def is_of_another_major(self) -> bool:
        """Whether another PostgreSQL wrote the data than the one that serves new homes."""
        return self._home.is_initialised and self._written_by() != str(
            Binaries.find(self._home.account, self._home.folder).major
        )

    @property
    def stopped_on_purpose(self) -> bool:
        """Whether the last act here was `stop`: running processes must then leave the server stopped."""
        return self._home.stop_marker.exists()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Makes the home folder, holds its lock, and puts whatever the folder refuses into one clear line."""
        folder = self._home.folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._home.locked("lock", patience=START_TIMEOUT_SECONDS + RECOVERY_TIMEOUT_SECONDS) as held:
                if held is None:
                    raise DatabaseUnavailable(f"another process has held {folder / 'lock'} for minutes: end it")
                yield
        except OSError as error:
            place = error.filename if isinstance(error.filename, str) else folder
            raise DatabaseUnavailable(
                f"the embedded server cannot use {place} ({error.strerror or error}): "
                "put that right or set ROADMAP_HOME to another folder"
            ) from error

    # Is there a server?

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
        """Why no connection comes about, in one line; None if one does."""
        import psycopg

        try:
            self._connect(database).close()
        except psycopg.OperationalError as error:
            return " ".join(str(error).split())
        return None

    # Bringing it up

    def _answering_url(self) -> str:
        """Sees to it that the database answers, and says where."""
        if not self._home.is_initialised:
            self._initialise()
        if not self._home.password_file.exists():
            raise DatabaseUnavailable(
                f"{self._home.password_file} is missing, without which {self._home.data} opens to nobody: put it back"
            )
        self._home.claim_sockets()
        if self._refusal(NAME) is not None:
            self._bring_up()
            self._create_database()
        # The port is named since PGPORT in a caller's shell would otherwise choose another.
        password, sockets = quote(self._home.password(), safe=""), quote(str(self._home.sockets()), safe="")
        return f"postgresql://{NAME}:{password}@/{NAME}?host={sockets}&port={PORT}"

    def _initialise(self) -> None:
        """Makes the cluster, whole or not at all."""
        account = self._home.admit_account()
        with self._home.unfinished_cluster() as cluster:
            binaries = Binaries.find(account, self._home.folder)
            self._home.write_password()
            command = [str(binaries.folder / "initdb"), "-D", cluster.name, "-U", NAME, "-A", "scram-sha-256"]
            command += ["--pwfile", self._home.password_file.name, "-E", "UTF8", "--locale=C", "--no-instructions"]
            if binaries.major >= 17:
                command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            ended = account.run(command, cwd=self._home.folder)
            if ended.code != 0:
                raise self._home.failure("make its data folder", ended.output)

    def _bring_up(self) -> None:
        """Waits for a server on its way up or down, and starts one once nothing is left of the last."""
        began = time.monotonic()
        while (refusal := self._refusal("postgres")) is not None:
            changing = "the database system is" in refusal  # starting up, shutting down, in recovery
            if "FATAL:" in refusal and not changing:
                raise self._stuck(f"refuses: {refusal.partition('FATAL:')[2].strip()}")
            if time.monotonic() - began > (START_TIMEOUT_SECONDS if changing else RECOVERY_TIMEOUT_SECONDS):
                raise self._stuck(f"does not answer ({refusal})")
            with self._home.locked("server.lock") as held:
                if held is not None and postmaster(self._home) is None:
                    self._launch(held)
                    continue
            end_orphans(self._home)
            time.sleep(POLL)

    def _launch(self, held: int) -> None:
        """Starts a server that inherits the lock `held`, which is free again when its last process is gone."""
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
        # Relative paths: pg_ctl puts them into a shell command, where a quote or a $ would not stand for itself.
        command += ["-D", self._home.data.name, "-l", self._home.log.name]
        command += ["-o", " ".join(f"-c {name}={value}" for name, value in settings.items())]
        ended = account.run(command, cwd=self._home.folder, keep_open=[held])
        if ended.code != 0:
            raise self._home.failure("start", self._home.log_since(log_end) or ended.output)

    def _written_by(self) -> str:
        return (self._home.data / "PG_VERSION").read_text().strip()

    def _older(self, account: Account, usual: int) -> Binaries:
        """Those that wrote the data, where they may be used."""
        written_by = self._written_by()
        told = f"{self._home.data} was written by PostgreSQL {written_by} and the binaries are {usual}"
        if not self._any_major:
            raise DatabaseUnavailable(
                f"{told}: `roadmap db backup FILE` reads it where PostgreSQL {written_by} is still here, then set "
                "ROADMAP_HOME to a new folder and `roadmap db restore FILE`"
            )
        older = Binaries.of_major(int(written_by), account, self._home.folder) if written_by.isdecimal() else None
        if older is None:
            raise DatabaseUnavailable(f"{told}: put the pg_ctl of PostgreSQL {written_by} on PATH, then try again")
        return older

    def _create_database(self) -> None:
        import psycopg

        try:
            with self._connect("postgres") as connection:
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchall():
                    connection.execute(b"CREATE DATABASE " + NAME.encode())
        except psycopg.Error as error:
            raise self._home.failure(f"make the database {NAME}", str(error)) from error

    def _stuck(self, how: str) -> DatabaseUnavailable:
        pids = [process.pid for kind in ("postmaster", "child") for process in processes(self._home, kind)]
        who = f"pids {', '.join(map(str, pids))}" if pids else "in processes that cannot be seen from here"
        return DatabaseUnavailable(
            f"the embedded server in {self._home.folder} ({who}) {how}: "
            f"see {self._home.log}, end it with `roadmap db stop`, try again"
        )
