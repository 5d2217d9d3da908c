"""Prints the verdict of the sandbox's self-test where a container's filter forbids the system calls of Landlock."""

import ctypes
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[4]))

from nodes.verification.code.runner import CodeRunner

ALLOW, REFUSE_AS_UNKNOWN = 0x7FFF_0000, 0x0005_0000 | 38

if __name__ == "__main__":
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ALLOW)))
    for number in (444, 445, 446):
        assert lib.seccomp_rule_add_array(context, ctypes.c_uint32(REFUSE_AS_UNKNOWN), number, 0, None) == 0
    assert lib.seccomp_load(context) == 0
    print(CodeRunner("all").unavailable("python"))
