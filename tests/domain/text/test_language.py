import pytest

from domain.text.language import LanguageGuess, guess_goal_language, guess_language, is_language, is_written_in


@pytest.mark.parametrize(
    ("goal", "language"),
    [
        ("become a backend engineer", "en"),
        ("学习 Rust 和 PostgreSQL", "zh"),
        ("日本語を勉強する", "ja"),
        ("한국어 배우기", "ko"),
        ("تعلم البرمجة", "ar"),
        ("выучить Python", "ru"),
        ("ללמוד לבשל", "he"),
        ("🎸🎸🎸 !!", "en"),
        ("", "en"),
    ],
)
def test_the_script_of_a_goal_suggests_its_language(goal: str, language: str) -> None:
    assert guess_language(goal) == language


@pytest.mark.parametrize(
    ("goal", "language"),
    [
        ("Gitarre spielen lernen", "de"),
        ("Docker und Kubernetes im Betrieb", "de"),
        ("apprendre Rust", "fr"),
        ("faire du pain au levain", "fr"),
        ("quiero ser ingeniera de datos", "es"),
        ("fazer pão em casa", "pt"),
        ("voglio imparare a programmare in Python", "it"),
        ("schaken leren", "nl"),
        ("grać w szachy", "pl"),
        ("Django ile web geliştirme", "tr"),
        ("навчитися грати на гітарі", "uk"),
        ("یادگیری پایتون", "fa"),
    ],
)
def test_a_goal_in_another_language_is_not_taken_for_that_of_its_script(goal: str, language: str) -> None:
    """Goals in German got contents in English."""
    assert guess_goal_language(goal) == LanguageGuess(language, in_doubt=False)


@pytest.mark.parametrize(
    "goal",
    [
        "learn French cooking",
        "learn Spanish",
        "learn tai chi",
        "understand Kant and Hegel",
        "negotiate in Spanish",
        "speak Portuguese in six months",
        "haute couture sewing",
        "Schubert lieder accompaniment",
        "TensorFlow, PyTorch, JAX",
        "PostgreSQL performance tuning",
        "SQL",
    ],
)
def test_an_english_goal_with_foreign_or_technical_words_stays_english(goal: str) -> None:
    assert guess_goal_language(goal).code == "en"


def test_an_unidentifiable_goal_is_in_doubt() -> None:
    for goal in ("SQL", "12345", "🎸🎸🎸 !!", "aprender a programar en Python", ""):
        assert guess_goal_language(goal) == LanguageGuess("en", in_doubt=True)
    assert guess_goal_language("x\ud800\x00").code == "en"
    assert guess_goal_language("学习 Rust") == LanguageGuess("zh", in_doubt=False)


def test_a_code_that_names_no_language_is_known_for_one() -> None:
    assert all(map(is_language, ("en", "de", "zh-TW", "pt-BR", "sr-Latn", "tlh", "deu")))
    assert not any(
        map(is_language, ("xx", "zz", "xyz", "und", "mul", "zxx", "mis", "root", "", "German", "e\x00", "\ud800"))
    )


@pytest.mark.parametrize("code", ["qaa", "QTZ", "qab-DE", "x-ours", "mul-Latn", "und_DE"])
def test_a_code_for_private_use_is_no_language(code: str) -> None:
    assert not is_language(code)


@pytest.mark.parametrize("code", ["qu", "quc", "qya", "en-x-ours"])
def test_a_language_that_begins_like_a_private_code_is_one(code: str) -> None:
    assert is_language(code)


def test_an_english_text_does_not_pass_as_chinese() -> None:
    assert not is_written_in("This tutorial explains the basics of databases.", "zh")


def test_technical_words_do_not_make_a_chinese_text_foreign() -> None:
    assert is_written_in("使用 PostgreSQL 的 SELECT 语句查询数据，并用 EXPLAIN 查看执行计划。", "zh")


def test_a_text_without_letters_has_no_wrong_language() -> None:
    assert is_written_in("1 + 1 = 2", "ar")
