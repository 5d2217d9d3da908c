"""Names in the code of a question that neither its lesson nor the question itself has.

SQL is read by sqlglot, Python by pyflakes, other languages by their words. Wrong options may hold anything, and so may
a question about an error. What cannot be read is passed.
"""

import ast
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.checks.code import SHOWS_ERROR
from domain.checks.code.python import parse
from domain.checks.expected import Expected
from domain.checks.prose.markdown import CodeBlock, outline
from domain.contents import Question

if TYPE_CHECKING:
    from sqlglot import exp

_SQL: Final = frozenset({"sql", "sqlite", "postgresql", "postgres", "psql", "mysql", "mariadb", "tsql", "duckdb"})
_PYTHON: Final = frozenset({"python", "py", "python3"})
_NO_CODE: Final = frozenset({"", "text", "txt", "output", "console", "plaintext", "json", "yaml", "csv", "html", "xml",
                             "css", "markdown", "md", "diff", "math", "latex", "mermaid"})  # fmt: skip
_DIALECTS: Final = ("postgres", "mysql", "sqlite", "tsql")
_STATEMENT: Final = re.compile(
    r"\s*(?:SELECT\s.*\bFROM\b|WITH\s+\w+.*\bAS\b|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|CREATE\s+TABLE\b)",
    re.IGNORECASE | re.DOTALL,
)
_INLINE: Final = re.compile(r"`([^`\n]+)`")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_ASKS_ERROR: Final = re.compile(
    r"\berrors?\b|\bfails?\b|\bfailing\b|\bwrong\b|\bmistakes?\b|\binvalid\b|\brejects?\b|\bexceptions?\b|\braises?\b"
    r"|does(?: not|n['’]t) (?:exist|run|work)|fehler|falsch|ungültig|\berror(?:es)?\b|\bfalla|erreur|échoue"
    r"|\berro\b|errore|sbagliat|ошибк|\bhata|错误|报错|失败|エラー|誤|失敗|오류|에러|실패|خطأ|त्रुटि",
    re.IGNORECASE,
)
_GENERIC: Final = re.compile(r"(?:my|your|some|the|other)?_?(?:tables?|columns?|cols?|tbl|dual)_?(?:\w{1,2}|name)?")
"""Names that stand for any table or column."""
_SYSTEM: Final = re.compile(
    r"pg_|sqlite_|information_schema|sys\b|sysobjects|generate_series|unnest|json_|string_split"
)
_NO_COLUMNS: Final = frozenset({
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "weekday",
    "dayofyear", "epoch", "default", "rowid", "rownum", "ctid", "xmin", "oid", "level", "sysdate", "user", "excluded",
    "inserted", "deleted", "new", "old", "current_date", "current_timestamp", "true", "false", "unknown",
})  # fmt: skip
"""Units and names of databases that are read as columns."""
_MIN_LENGTH: Final = 3
"""Letters of a name in Latin script; shorter ones stand for anything."""
_MIN_WORDS: Final = 4
"""Different words of a block of another language that are foreign, from which it is not the lesson's."""
_MIN_SHARE: Final = 0.6
_MAX_NAMES: Final = 4
"""Names in a message."""
_DEFINES: Final = re.compile(
    r"\b(?:let|const|var|val|func|fun|fn|function|def|class|struct|type|interface|enum|module|trait|impl|import|from|use"
    r"|using|package|int|long|float|double|string|bool|boolean|char|auto|void|public|private|static)\s+(\w+)"
    r"|(\w+)\s*(?::=|:(?!:)|=(?!=)|<-)|\(([\w\s,:&*]*)\)\s*(?:=>|\{|->)|(\w+)\s*=>",
    re.IGNORECASE,
)

_NO_NAMES: Final = re.compile(
    r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|//[^\n]*|#[^\n]*|/\*.*?\*/|(?:\.|::|->)\s*\w+", re.DOTALL
)
"""Texts, comments and members."""
_KEYWORDS: Final = """
and any array as async await bool boolean break byte case catch char class const continue def default defer delete do
done double echo elif else end enum except export extends false fi final finally float fmt fn for foreach func
function go if impl implements import in include int integer interface is let list long loop map match module mut
namespace new nil none not null number object of or package pass print printf println private protected pub public
range return self short static str string struct super switch then this throw throws trait true try type typeof
undefined unsigned use using val var void where while with yield
"""
"""Of other languages than SQL and Python."""


def foreign_names(question: Question, expected: Expected) -> list[str]:
    """Return names in the code of a question that it does not define and its lesson does not have, a few at most."""
    right = [question.options[index] for index in question.correct_answer if 0 <= index < len(question.options)]
    stem = outline(question.question)
    prose = "\n".join(stem.prose)
    if _ASKS_ERROR.search("\n".join([prose, *right])) or SHOWS_ERROR.search(question.question):
        return []
    lesson_languages = _languages_of(f"{expected.lesson}\n\n```sql\n{expected.example}\n```")
    known = _known_words(expected.lesson, expected.example, expected.given)
    blocks = [*stem.blocks, *(block for option in right for block in outline(option).blocks)]
    names: list[str] = []
    if lesson_languages & _SQL:
        statements = [block.code for block in blocks if block.language in _SQL or _is_bare_sql(block)]
        texts = [prose, *right]
        statements += [code for text in texts for code in _INLINE.findall(text) if _STATEMENT.match(code)]
        statements += [option for option in right if "`" not in option and _STATEMENT.match(option)]
        names += _foreign_in_sql(statements, known)
    if python := [block.code for block in blocks if block.language in _PYTHON and not block.marks - {"run"}]:
        names += _foreign_in_python("\n".join(python), known | _words_of(prose))
    for block in blocks:
        if block.language not in _SQL | _PYTHON | _NO_CODE and block.language in lesson_languages:
            names += _foreign_words(block.code, known | _words_of(prose))
    return list(dict.fromkeys(names))[:_MAX_NAMES]


def _is_short(name: str) -> bool:
    return len(name) < _MIN_LENGTH and name.isascii()


def _is_bare_sql(block: CodeBlock) -> bool:
    return block.language in {"", "text"} and _STATEMENT.match(block.code) is not None


@lru_cache(maxsize=64)
def _languages_of(lesson: str) -> frozenset[str]:
    return frozenset(block.language for block in outline(lesson).blocks if block.code.strip())


@lru_cache(maxsize=64)
def _known_words(*texts: str) -> frozenset[str]:
    return frozenset().union(*map(_words_of, texts))


def _words_of(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))


def _foreign_in_sql(statements: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    """Yield tables and columns that no statement of the question defines, the tables first."""
    trees = [tree for code in statements for tree in _parsed(code)]
    own = known | {name.casefold() for tree in trees for name in _defined(tree)}
    for names in (_tables(trees), _columns(trees)):
        for name in names:
            folded = name.casefold()
            generic = _is_short(folded) or _GENERIC.fullmatch(folded) or _SYSTEM.match(folded)
            if folded not in own | _NO_COLUMNS and not generic:
                yield name


def _parsed(code: str) -> "list[exp.Expr]":
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it logs statements that it passes unread
    for dialect in _DIALECTS:
        try:
            return [tree for tree in sqlglot.parse(code, read=dialect) if tree is not None]
        except (SqlglotError, RecursionError):
            continue
    return []


def _defined(tree: "exp.Expr") -> Iterator[str]:
    """Yield the names that a statement gives: of tables and columns that it creates, common tables, and aliases."""
    from sqlglot import exp

    for change in tree.find_all(exp.Create, exp.AlterColumn, exp.RenameColumn, exp.AlterRename, exp.ColumnDef):
        yield from (identifier.name for identifier in change.find_all(exp.Identifier))
    for alias in tree.find_all(exp.CTE, exp.TableAlias, exp.Alias, exp.Subquery):
        yield alias.alias
        yield from (column.name for column in alias.args.get("columns") or ())
    for table in tree.find_all(exp.Table):
        yield table.alias


def _tables(trees: "Iterable[exp.Expr]") -> Iterator[str]:
    from sqlglot import exp

    for tree in trees:
        for table in tree.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and not _SYSTEM.match(table.db.casefold()):
                yield table.name


def _columns(trees: "Iterable[exp.Expr]") -> Iterator[str]:
    from sqlglot import exp

    for tree in trees:
        for column in tree.find_all(exp.Column):
            if isinstance(column.this, exp.Identifier) and not column.this.quoted:  # "text" may be a string
                yield column.name
        for schema in tree.find_all(exp.Schema):
            if tree.find(exp.Insert):
                yield from (part.name for part in schema.expressions if isinstance(part, exp.Identifier))


def _foreign_in_python(code: str, known: frozenset[str]) -> Iterator[str]:
    """Yield names that the code uses and does not define, and libraries that the lesson does not speak of."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    tree, _ = parse(code)
    if tree is None:
        return
    try:
        messages = Checker(tree, "question").messages
    except RecursionError:
        return
    undefined = sorted({str(found.message_args[0]) for found in messages if isinstance(found, UndefinedName)})
    for name in [*_libraries(tree), *undefined]:
        if not _is_short(name) and name.casefold() not in known:
            yield name


def _libraries(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (root for name in names if (root := name.partition(".")[0]) not in sys.stdlib_module_names)


def _foreign_words(code: str, known: frozenset[str]) -> list[str]:
    """Return the words of a block if most of them are foreign. Keywords and members, as of a library, do not count."""
    plain = _NO_NAMES.sub(" ", code)
    defined = {word for groups in _DEFINES.findall(plain) for group in groups for word in _WORD.findall(group)}
    defined.update(_KEYWORDS.split())
    words = [word for word in dict.fromkeys(_WORD.findall(plain)) if not _is_short(word) and word not in defined]
    foreign = [word for word in words if word.casefold() not in known]
    return foreign if len(foreign) >= _MIN_WORDS and len(foreign) >= _MIN_SHARE * len(words) else []
