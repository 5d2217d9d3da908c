import pytest

from domain.checks.expected import Expected, Subject
from domain.checks.findings import Kind
from domain.checks.prose.wording import check_characters, check_lessons, check_phrases

LESSON = "A lesson about chords. They are built of thirds, and every third counts."


def rules(text: str, expected: Expected | None = None) -> list[str]:
    return [finding.rule for finding in check_phrases(text, expected or Expected()) if finding.kind is not Kind.HINT]


@pytest.mark.parametrize(
    "text",
    [
        f"Sure! Here's the tutorial you asked for:\n\n{LESSON}",
        f"# Certainly!\n\n{LESSON}",
        f"Here is your tutorial on chords, as requested:\n\n{LESSON}",
        f"{LESSON}\n\nLet me know if you want me to go on!",
        f"{LESSON}\n\nI hope this helps.",
        f"{LESSON}\n\nWould you like me to write the next one?",
        f"当然！以下是课程。\n\n{LESSON}",
        f"{LESSON}\n\n希望这篇教程对你有所帮助！",
        f"Natürlich! {LESSON}",
        f"{LESSON}\n\nIch hoffe, das hilft dir weiter.",
        f"¡Claro! {LESSON}",
        f"Bien sûr ! {LESSON}",
        f"{LESSON} As an AI language model, I cannot hear music.",
        f"{LESSON} 作为一个人工智能语言模型，我不能听音乐。",
        f"Here's a tutorial on chords:\n\n{LESSON}",
        f"Thank you for your question! {LESSON}",
        f"Got it. Here is the lesson:\n\n{LESSON}",
        f"Natürlich, hier ist die gewünschte Lektion:\n\n{LESSON}",
        f"{LESSON}\n\nIf you need anything else, just ask!",
        f"{LESSON}\n\nI can also provide more examples if you wish.",
        f"{LESSON}\n\n(Note: I shortened this lesson because of the length limit.)",
        f"{LESSON}\n\nSi tienes preguntas, no dudes en preguntarme.",
        f"{LESSON}\n\nこのレッスンが役に立てば幸いです。",
    ],
)
def test_chat_with_the_person_who_asked_is_in_doubt(text: str) -> None:
    assert rules(text) == ["text.chat"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot write this.",
        "抱歉，我无法完成这个请求。",
        "I must decline to write this lesson.",
        "Unfortunately, I am not able to write about this.",
        "Lo siento, no puedo ayudar con eso.",
        "我无法提供这方面的内容。",
        "申し訳ありませんが、お手伝いできません。",
    ],
)
def test_a_refusal_is_no_lesson(text: str) -> None:
    assert "text.refusal" in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "Of course, the dominant may also resolve to the sixth.",
        "Sure-fire ways to a good start: tune first.",
        "Here is the chord in three positions.",
        "Say: “Let me know if you are free.” That is polite English." + 40 * " Then practise the sentence aloud.",
        "Certainly the oldest rule: no parallel fifths.",
        "Artificial intelligence models learn from data.",
        "Je n'hésite pas ; n'hésitez pas à vérifier vos résultats.",
        "If you have any questions, ask your teacher.",
        "Of course, we all hear the fifth.",
        "A model answer:\n\n> I hope this helps. Please let me know if you need more.",
        "The chatbot said: “As an AI language model, I cannot feel.”",
        "I can't help but notice the fifth.",
        "Sorry, I can't come: how to decline an invitation.",
        "> Dear [Customer name here],",
        "Press [Insert Chart] and [Insert Image], then 【插入】.",
        "Add a proof. The rest of the code stays as it is.",
        "I am sorry is said when something was not meant.",
    ],
)
def test_words_that_only_look_like_chat_pass(text: str) -> None:
    assert rules(text) == []


def test_phrases_that_the_learner_gave_pass() -> None:
    assert rules(f"{LESSON}\n\nI hope this helps.", Expected(given="the phrase “I hope this helps”")) == []


@pytest.mark.parametrize("text", ["$\x0crac{1}{2}$", "$\x08eta$", "a\x00b", "\x1b[31mred"])
def test_the_rest_of_a_formula_as_control_character_is_broken(text: str) -> None:
    assert [finding.kind for finding in check_characters(text)] == [Kind.BROKEN]


def test_line_breaks_and_tabs_are_text() -> None:
    assert not list(check_characters("a\n\tb\r\n"))


OTHERS = Expected(others=tuple(Subject(f"Concept {number}") for number in range(4)))


@pytest.mark.parametrize(
    "text", ["In lesson 27 we return to it.", "See lesson 0.", "Siehe Lektion 12.", "见第 30 课。"]
)
def test_a_lesson_that_does_not_exist_is_in_doubt(text: str) -> None:
    assert [finding.rule for finding in check_lessons(text, OTHERS)] == ["text.lessons"]


@pytest.mark.parametrize(
    "text", ["In lesson 3 we return to it.", "Chapter 27 of the book", "`lesson 27`", "a lesson in 27 steps"]
)
def test_lessons_that_exist_and_chapters_of_books_pass(text: str) -> None:
    assert not list(check_lessons(text, OTHERS))
    assert not list(check_lessons("lesson 99", Expected()))
