"""Syntax of JavaScript and TypeScript in lessons, read by tree-sitter."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ABRIDGED: Final = re.compile(
    r"…|[=(:,]\s*<[a-z][\w -]*>\s*[;,)]|^\s*(?:npm|npx|yarn|pnpm|node|deno|bun)\s+[\w-]"
    r"|^\s*(?:\.\.\.|…)\s*;?\s*$|\{\s*(?:\.\.\.|…)\s*\}|\(\s*(?:\.\.\.|…)\s*\)|^\s*[>$] ",
    re.MULTILINE,
)

_RESULT: Final = re.compile(r"^\s*(?://\s*)?=>", re.MULTILINE)
"""Marks that are followed by the result, on a line of its own."""
_WHOLES: Final = ("(%s)", "({%s})", "class A {%s}", "if (a) {%s", "switch (a) {%s}", "try {%s")
"""The forms in which a fragment may be whole."""


def javascript_problem(code: str, _language: str = "javascript") -> str | None:
    """Return the syntax error of a block; data, parts of classes and statements, and types pass."""
    return _problem(code, "javascript", "typescript")


def typescript_problem(code: str, language: str = "typescript") -> str | None:
    return _problem(code, "tsx" if language == "tsx" else "typescript")


def _problem(code: str, *grammars: str) -> str | None:
    error = _error(code, grammars[0])
    if error is None or _ABRIDGED.search(code):
        return None
    line = error.start_point[0] + 1
    code = _RESULT.split(code, maxsplit=1)[0]
    wholes = [code, *(form % code.strip().rstrip(";,") for form in _WHOLES)]
    return None if any(_error(whole, grammar) is None for grammar in grammars for whole in wholes) else f"line {line}"


def _error(code: str, grammar: str) -> "Node | None":
    """Return the first node that could not be read."""
    root = _parser(grammar).parse(code.encode("utf-8", "replace")).root_node
    if not root.has_error:
        return None
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if node.is_error or node.is_missing:
            return node
        nodes += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return root


@cache
def _parser(grammar: str) -> "Parser":
    import tree_sitter_javascript
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    grammars = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return Parser(Language(grammars[grammar]()))
