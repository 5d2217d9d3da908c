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


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "elif x:\n    y()"),
        ("python", "except ValueError as e:\n    print(e)"),
        ("python", "case [x, y]:\n    print(x)"),
        ("python", "x = [1, 2, …]"),
        ("python", "for x in <list>:\n    print(x)"),
        ("python", "pip install pandas\nimport math"),
        ("python", "Traceback (most recent call last):\nNameError: name 'x' is not defined"),
        ("sql", "WHERE amount > 100"),
        ("sql", "LEFT JOIN orders o ON o.id = c.id"),
        ("sql", "ORDER BY total DESC LIMIT 5"),
        ("sql", "id INTEGER PRIMARY KEY,\nname TEXT NOT NULL"),
        ("sql", "SELECT 'a, from b' AS c FROM t;"),
        ("js", "render() {\n  return 1;\n}"),
        ("js", "} else {\n  f();\n}"),
        ("js", "case 'a':\n  f();\n  break;"),
        ("js", "name: 'a',\nage: 3"),
        ("js", "function f(x: number): string { return ''; }"),
        ("js", "await org.ls('a')\n=>\nRoster { a: 'b' }"),
        ("js", "npm install react"),
        ("json", '"scripts": {\n  "start": "node ."\n}'),
        ("json", '{"a": 1}\n\n{\n  "b": 2\n}'),
    ],
)
def test_a_fragment_is_no_syntax_error(language: str, code: str) -> None:
    assert problems(block(language, code)) == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("sql", "SELECT name, FROM users;"),
        ("sql", "SELECT name FROM users WHERE name = 'Ada;"),
        ("sql", "WHERE a = "),
        ("js", "fucntion f() { return 1; }"),
        ("js", "function f() {\n  if (x) {\n    y();\n}"),
        ("python", "if x = 3:\n    pass"),
        ("python", "def f():\n    x = 1\n   y = 2"),
        ("json", '{"a": 1 "b": 2}'),
    ],
)
def test_an_error_is_no_fragment(language: str, code: str) -> None:
    assert "does not parse" in " ".join(problems(block(language, code)))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def area(r):\n    return r\n\nprint(aera(2))", "area"),
        ("total = 0\nfor n in [1, 2]:\n    totl += n\nprint(total)", "total"),
        ("text = 'abc'\nprnt(text)", "print"),
    ],
)
def test_a_misspelt_name_is_in_doubt(code: str, name: str) -> None:
    assert f"is `{name}` meant?" in " ".join(problems(block("python", code)))


@pytest.mark.parametrize(
    "code",
    [
        "for value in values:\n    print(value)",
        "summary = df.describe()",
        "counts = Counter(words)\nword = 'a'\nprint(word)",
        "x1 = 1\nprint(x2)\nprint(x1)",
    ],
)
def test_a_name_of_the_reader_is_no_misspelt_one(code: str) -> None:
    assert problems(block("python", code)) == []


def test_an_attribute_that_a_built_in_type_does_not_have_is_in_doubt() -> None:
    assert problems(block("python", "x = [1]\nx.add(2)")) == ["`x` is a list, which has no `add`."]
    assert problems(block("python", "s = 'a'\ns.uppercase()")) == ["`s` is a str, which has no `uppercase`."]
    assert problems(block("python", "x = [1]\nx.add(2)  # AttributeError: an error on purpose")) == []
    assert problems(block("python", "x = [1]\nx.add(2)") + block("text", "AttributeError: no add")) == []
    assert problems(block("python", "x = [1]\nx = set(x)\nx.add(2)")) == []
    assert problems(block("python", "def f(x):\n    x.add(1)\n\nx = [1]\nf(set(x))")) == []


@pytest.mark.parametrize(
    "code", ["import itertools\nitertools.batched('ab', 1)", "import numpy as np\nnp.trapz([1])\nnp.trapezoid([1])"]
)
def test_names_of_newer_and_older_versions_pass(code: str) -> None:
    assert problems(block("python", code)) == []
