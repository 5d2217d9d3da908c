import pytest

from domain.language import guess_language, is_written_in


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


def test_an_english_text_does_not_pass_as_chinese() -> None:
    assert not is_written_in("This tutorial explains the basics of databases.", "zh")


def test_technical_words_do_not_make_a_chinese_text_foreign() -> None:
    assert is_written_in("使用 PostgreSQL 的 SELECT 语句查询数据，并用 EXPLAIN 查看执行计划。", "zh")


def test_a_text_without_letters_has_no_wrong_language() -> None:
    assert is_written_in("1 + 1 = 2", "ar")
