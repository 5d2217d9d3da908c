"""The sandbox, on the side of the child process: after `confine`, it computes, reads libraries, and does nothing else.

Landlock denies files, seccomp denies every system call that is not listed (network, processes, signals, tracing,
changes of files), resource limits bound memory and time. All three work in containers and for every account. User
namespaces, on which bubblewrap and nsjail rely, are often forbidden there. Standard library only.
"""

import ctypes
import os
import resource
import signal
import stat
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Final

MEMORY_LIMIT_BYTES: Final = 1 << 30
MAX_OPEN_FILES: Final = 64
ACCOUNT: Final = 65_013
"""User and group id that a child of root takes, where that account can read Python. Systems name no account so."""

_SYSTEM_CALLS: Final = [
    "read", "readv", "pread64", "write", "writev", "lseek", "close", "dup", "openat", "open", "stat", "lstat",
    "fstat", "newfstatat", "fstat64", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getdents64", "getcwd", "poll", "ppoll", "select", "pselect6", "mmap", "munmap", "mremap", "mprotect",
    "madvise", "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "futex", "restart_syscall",
    "sched_yield", "sched_getaffinity", "getrandom", "clock_gettime", "clock_getres", "clock_nanosleep",
    "nanosleep", "gettimeofday", "time", "times", "getrusage", "sysinfo", "uname", "getpid", "getppid", "gettid",
    "getuid", "geteuid", "getgid", "getegid", "exit", "exit_group"
]  # fmt: skip
"""No call that makes a socket, a process, a thread or a file, sends a signal, or reads another process."""
_FCNTL_COMMANDS: Final = (1, 2, 3, 1030)
"""F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; F_SETOWN would send signals."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_SET_PDEATHSIG, _SET_NO_NEW_PRIVS = 1, 38
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0001  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)
_EQUAL: Final = 4
_CAPABILITIES_VERSION_3: Final = 0x2008_0522


class SandboxUnavailable(Exception):
    """This machine lacks a part of the sandbox."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def limit_resources(seconds: float) -> None:
    """Bound memory, CPU time, files and core dumps. Root is bound as well: its capabilities go in `confine`."""
    cpu_seconds = max(1, round(seconds))
    for name, soft, hard in (
        ("RLIMIT_AS", MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES),
        ("RLIMIT_CPU", cpu_seconds, cpu_seconds + 1),  # first SIGXCPU, which says why it ended
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_NOFILE", MAX_OPEN_FILES, MAX_OPEN_FILES),
        ("RLIMIT_CORE", 0, 0),
    ):
        kind = getattr(resource, name)
        _, given = resource.getrlimit(kind)
        most = sys.maxsize if given == resource.RLIM_INFINITY else given
        try:
            resource.setrlimit(kind, (min(soft, most), min(hard, most)))
        except (ValueError, OSError) as error:  # macOS knows RLIMIT_AS and does not keep it
            if sys.platform == "linux":
                raise SandboxUnavailable(f"{name} cannot be set: {error}") from error


def confine() -> None:
    """Give up everything but computing and reading Python's libraries. Raises SandboxUnavailable."""
    if sys.platform != "linux":
        raise SandboxUnavailable("the sandbox needs Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, _SET_PDEATHSIG, signal.SIGKILL)
    folders = _library_folders()
    if os.geteuid() == 0:
        _leave_root(libc, folders)
        _prctl(libc, _SET_PDEATHSIG, signal.SIGKILL)  # a change of account clears it
    _prctl(libc, _SET_NO_NEW_PRIVS, 1)
    _restrict_files(libc, folders)
    _restrict_system_calls()


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        raise SandboxUnavailable(f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def _library_folders() -> list[Path]:
    """Return the folders of Python's library, of installed packages and of shared libraries."""
    paths = sysconfig.get_paths()
    named = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    named += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", f"{sys.base_prefix}/lib"]
    return sorted({Path(name).resolve() for name in named if Path(name).is_dir()})


def _leave_root(libc: ctypes.CDLL, folders: list[Path]) -> None:
    """Take an account that owns nothing if it can read Python, and drop every capability in any case."""
    if all(map(_readable_for_all, folders)):
        with suppress(OSError):  # root of a container without that account
            os.setgroups([])
            os.setresgid(ACCOUNT, ACCOUNT, ACCOUNT)
            os.setresuid(ACCOUNT, ACCOUNT, ACCOUNT)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()):
        raise SandboxUnavailable(f"capset: {os.strerror(ctypes.get_errno())}")


def _readable_for_all(folder: Path) -> bool:
    return folder.stat().st_mode & stat.S_IROTH != 0 and all(
        path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents)
    )


def _restrict_files(libc: ctypes.CDLL, folders: list[Path]) -> None:
    """Allow reading in the folders; deny every other use of files, TCP, and signals (Landlock)."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        raise SandboxUnavailable("the kernel has no Landlock (Linux 5.13 or newer, with lsm=landlock)")
    bits = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    ruleset = _Ruleset((1 << bits) - 1, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if handle < 0:
        raise SandboxUnavailable(f"Landlock: {os.strerror(ctypes.get_errno())}")
    files = [Path("/etc/ld.so.cache")]
    for path in (*folders, *(file for file in files if file.exists())):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = _PathRule(_READ_FILE | (_READ_DIR if path.is_dir() else 0), opened)
        failed = libc.syscall(_ADD_RULE, handle, 1, ctypes.byref(rule), 0)
        os.close(opened)
        if failed:
            raise SandboxUnavailable(f"Landlock, {path}: {os.strerror(ctypes.get_errno())}")
    if libc.syscall(_RESTRICT_SELF, handle, 0):
        raise SandboxUnavailable(f"Landlock: {os.strerror(ctypes.get_errno())}")
    os.close(handle)


def _restrict_system_calls() -> None:
    """Deny each system call that is not listed (seccomp, through libseccomp, which knows their numbers)."""
    try:
        lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError as error:
        raise SandboxUnavailable("libseccomp.so.2 is not installed (Debian: libseccomp2)") from error
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(_REFUSE)))
    for name in _SYSTEM_CALLS:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number >= 0 and lib.seccomp_rule_add_array(context, ctypes.c_uint32(_ALLOW), number, 0, None):
            raise SandboxUnavailable(f"seccomp refuses a rule for {name}")
    fcntl = lib.seccomp_syscall_resolve_name(b"fcntl")
    for command in _FCNTL_COMMANDS:
        is_command = _Comparison(1, _EQUAL, command, 0)
        if lib.seccomp_rule_add_array(context, ctypes.c_uint32(_ALLOW), fcntl, 1, ctypes.byref(is_command)):
            raise SandboxUnavailable("seccomp refuses a rule for fcntl")
    if lib.seccomp_load(context):
        raise SandboxUnavailable("seccomp filters are forbidden here")
