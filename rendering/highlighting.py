"""Code in colours, by classes only: a page that forbids inline styles can show it."""

from html import escape
from typing import Final

LANGUAGES: Final = frozenset({
    "asm", "bash", "c", "clojure", "cmake", "cpp", "csharp", "css", "dart", "diff", "docker", "elixir", "elm",
    "erlang", "fsharp", "go", "graphql", "groovy", "haskell", "hcl", "html", "http", "ini", "java", "javascript",
    "json", "jsonc", "julia", "kotlin", "latex", "less", "lua", "make", "markdown", "matlab", "nginx", "nix",
    "objective-c", "ocaml", "perl", "php", "powershell", "proto", "python", "r", "ruby", "rust", "scala", "scheme",
    "scss", "sh", "sql", "svelte", "swift", "terraform", "toml", "tsx", "typescript", "vim", "vue", "xml", "yaml",
    "zig", "zsh", "js", "jsx", "ts", "py", "rb", "rs", "kt", "cs", "c++", "shell", "console", "yml", "dockerfile",
    "makefile",
})  # fmt: skip
"""A lexer is a heap of regular expressions, and an author names it: only those of common languages are let run."""
LONGEST: Final = 20_000
"""Characters of one piece of code in colours; a longer one is shown plain."""


def highlighted(code: str, language: str) -> str:
    """Escaped HTML of the code; spans with the short classes of pygments where the language is known."""
    if language.lower() not in LANGUAGES or len(code) > LONGEST:
        return escape(code)
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def classes() -> set[str]:
    """All that `highlighted` may use."""
    from pygments.token import STANDARD_TYPES

    return {name for name in STANDARD_TYPES.values() if name}
