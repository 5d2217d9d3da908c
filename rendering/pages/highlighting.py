"""Syntax highlighting with classes only, for pages whose policy forbids inline styles."""

import time
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any, Final

LANGUAGES: Final = frozenset({
    "asm", "bash", "c", "clojure", "cmake", "cpp", "csharp", "css", "dart", "diff", "docker", "elixir", "elm",
    "erlang", "fsharp", "go", "graphql", "groovy", "haskell", "hcl", "html", "http", "ini", "java", "javascript",
    "json", "jsonc", "julia", "kotlin", "latex", "less", "lua", "make", "markdown", "matlab", "nginx", "nix",
    "objective-c", "ocaml", "perl", "php", "powershell", "proto", "python", "r", "ruby", "rust", "scala", "scheme",
    "scss", "sh", "sql", "svelte", "swift", "terraform", "toml", "tsx", "typescript", "vim", "vue", "xml", "yaml",
    "zig", "zsh", "js", "jsx", "ts", "py", "rb", "rs", "kt", "cs", "c++", "shell", "console", "yml", "dockerfile",
    "makefile",
})  # fmt: skip
"""Names of lexers that may run. Lexers are large sets of regular expressions and the author of a text chooses one, so
only those of common languages are allowed."""
MAX_BLOCK_LENGTH: Final = 10_000
"""Characters of one highlighted code block; a longer one stays plain."""
MAX_LENGTH: Final = 50_000
"""Characters of highlighted code in one text; the rest stays plain."""
MAX_SECONDS: Final = 0.3
"""Processor time for all code of one text; lexers can take far more than linear time."""


class Highlighter:
    """Highlights the code of one text, within bounds."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._characters = MAX_LENGTH
        self._seconds = MAX_SECONDS

    def html(self, code: str, language: str) -> str:
        """Return escaped HTML of code, with spans of the short classes of pygments if the language is known."""
        self._characters -= len(code)
        if language.lower() not in LANGUAGES or len(code) > MAX_BLOCK_LENGTH or self._characters < 0:
            return escape(code)
        from pygments import format as formatted
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound

        try:
            lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
            return str(formatted(self._in_time(lexer.get_tokens(code)), HtmlFormatter(nowrap=True)))
        except (ClassNotFound, _TooSlow):
            return escape(code)

    def _in_time(self, tokens: Iterable[Any]) -> Iterator[Any]:
        """Yield the tokens. Raises _TooSlow once the processor time is used up."""
        began = self._clock()
        for token in tokens:
            yield token
            if self._clock() - began > self._seconds:
                self._seconds = 0
                raise _TooSlow
        self._seconds -= self._clock() - began


class _TooSlow(Exception):
    """The lexer has used up the processor time of the text."""


def classes() -> set[str]:
    """Return all classes that a Highlighter may use."""
    from pygments.token import STANDARD_TYPES

    return {name for name in STANDARD_TYPES.values() if name}
