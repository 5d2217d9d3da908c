import pytest

from domain.checks.code import check_code
from domain.checks.prose.markdown import outline


def problems(markdown: str) -> list[str]:
    return [finding.message for finding in check_code(outline(markdown).blocks)]


def block(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```\n"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("sql", "SELEC name FROM users;"),
        ("sql", "SELECT name FRM users WHERE;"),
        ("postgresql", "UPDAT users SET name = 'x';"),
        ("sqlite", "INSERT INTO users VALUES (1, 'a'"),
        ("javascript", "function f( { return 1 }"),
        ("js", "const a = [1, 2;"),
        ("typescript", "interface A { name: string "),
        ("python", "for i in range(3)\n    print(i)"),
        ("json", '{"a": 1,, "b": 2}'),
    ],
)
def test_code_that_does_not_parse_in_its_language_is_in_doubt(language: str, code: str) -> None:
    assert "does not parse" in " ".join(problems(block(language, code)))


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("sql", "SELECT u.name, count(*) FILTER (WHERE o.paid) FROM users u JOIN orders o USING (user_id) GROUP BY 1;"),
        (
            "sql",
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);\nINSERT INTO t VALUES (1, 'a');",
        ),
        ("sql", "CREATE TABLE t (id SERIAL PRIMARY KEY, data JSONB);\nSELECT data->>'a' FROM t;"),
        ("sql", "SELECT TOP 5 * FROM t;"),
        ("sql", "SELECT ... FROM t;"),
        ("sql", "SELECT * FROM <table>;"),
        ("sql", "SELECT 1;\n-- ?column?\n-- 1"),
        ("sql", "EXPLAIN ANALYZE SELECT 1;"),
        ("psql", "\\d users"),
        ("sql", "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END $$ LANGUAGE plpgsql;"),
        ("sql", "SELECT nme FROM t; -- ERROR: column does not exist"),
        ("mysql", "SHOW TABLES;"),
        ("javascript", "const f = async (x) => { await x?.y ?? 1; };"),
        ("js", "{ name: 'a', age: 3 }"),
        ("jsx", "export default () => <div>{items.map((i) => <p key={i}>{i}</p>)}</div>;"),
        ("javascript", "app.get('/', (req, res) => {\n  ...\n});"),
        ("ts", "type A<T> = { [K in keyof T]?: T[K] };\nlet x: A<{ a: number }> = {};"),
        ("tsx", "const a: React.FC = () => <p>hi</p>;"),
        ("html", "<p>unclosed"),
        ("python fragment", "elif x:"),
        ("python", "def f(x):\n    ...\n"),
    ],
)
def test_code_as_lessons_show_it_passes(language: str, code: str) -> None:
    assert problems(block(language, code)) == []


@pytest.mark.parametrize("language", ["python", "python run"])
def test_a_name_that_only_one_side_has_is_in_doubt(language: str) -> None:
    lesson = block(language, "import numpy as np\n\nzz = np.eye(2)") + block(language, "print(A.sum())")
    assert problems(lesson) == ["The code uses `A`, which no block defines; it assigns `zz`, which none uses."]


@pytest.mark.parametrize(
    "lesson",
    [
        block("python", "df.head()"),
        block("python", "result = df.groupby('x').sum()") + block("python", "print(result)"),
        block("python", "def f(x):\n    return x\n") + block("python", "y = f(1)\ny"),
        block("python", "answer = 42"),
        block("python", ">>> A + 1\n2\n>>> zz = 3"),
    ],
)
def test_fragments_and_sessions_may_use_what_the_reader_has(lesson: str) -> None:
    assert problems(lesson) == []


@pytest.mark.parametrize(
    "code",
    ["import numpy as np\nnp.linalg.sv_decompose(a)", "import math\nmath.sqroot(2)", "import json\njson.parse('{}')"],
)
def test_a_call_that_does_not_exist_is_in_doubt(code: str) -> None:
    assert "does not exist" in " ".join(problems(block("python", code)))


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nnp.linalg.svd(np.eye(2)).S",
        "import os\nos.unknown()",
        "import json\njson = load()\njson.parse()",
        "import torch\ntorch.nonsense()",
    ],
)
def test_modules_that_are_not_looked_up_pass(code: str) -> None:
    assert problems(block("python", code)) == []


@pytest.mark.parametrize("language", ["python", "json", "sql", "javascript", "typescript"])
@pytest.mark.parametrize("code", ["(" * 5_000, "\x00", "\ud83d", "", "a" * 100_000, "é中\u202e", "[" * 15_000])
def test_no_code_raises(language: str, code: str) -> None:
    problems(block(language, code))
