"""Goals as people write them: title and curriculum are right, or the neutral plan is taken and says so."""

import pytest
from hypothesis import given

from domain.request import Preferences
from domain.text.goals import MAX_TITLE_CHARS, read_goal
from nodes.offline.goals import reading_of
from tests.nodes.offline.plans import goals, preferences

NEUTRAL, EXAM = "any", "exam"

TABLE = [
    # English: subjects, with backgrounds, spans and purposes
    ("become a backend engineer in Go", "Backend engineer in Go", "go+backend"),
    ("As a busy mom, I want to learn coding from the ground up, 3 hours a week", "Coding", "programming"),
    ("As a busy mom, from the ground up: knitting", "Knitting", NEUTRAL),
    ("I'm a nurse and want to pass the AWS exam", "AWS exam", EXAM),
    ("I am a nurse who wants to learn Python", "Python", "python"),
    ("Not programming! I want to learn carpentry", "Carpentry", NEUTRAL),
    ("I don't want to learn Java but Kotlin", "Kotlin", "programming"),
    ("I want to learn guitar like my father", "Guitar", "music"),
    ("At age 60 I want to learn piano from zero, 20 minutes a day", "Piano", "music"),
    ("After 10 years as a chef I want to learn accounting", "Accounting", NEUTRAL),
    ("As a Java developer I want to learn Go", "Go", "go"),
    ("I know Python and want to learn Rust", "Rust", "rust"),
    ("6 hours a week: learn Linux", "Linux", "linux"),
    ("understand statistics for my thesis", "Statistics", "statistics"),
    ("learn HTML, CSS and JavaScript for my job", "HTML, CSS and JavaScript", "javascript+frontend"),
    ("i wnat to lern python pls", "Python", "python"),
    ("I work as a waiter, I have two kids, and I want to become an electrician", "Electrician", NEUTRAL),
    ("I want to learn how to cook healthy meals for my family", "Cook healthy meals", "cooking"),
    # spans, hours and other people in the middle
    ("I want to learn, in 3 months, how to bake sourdough", "Bake sourdough", NEUTRAL),
    ("take 30 minutes a day to learn Arabic", "Arabic", "human-language"),
    ("win the 24 hours of Le Mans", "Win the 24 hours of Le Mans", NEUTRAL),
    ("a 6-month plan for learning piano", "Piano", "music"),
    ("In 3 Monaten will ich Python können", "Python", "python"),
    ("Als Anfänger Schach lernen, bis Ende Juni", "Schach", NEUTRAL),
    ("Ich bin Krankenschwester und möchte die AWS-Prüfung bestehen", "AWS-Prüfung", EXAM),
    ("ich arbeite 40 Stunden pro Woche und will Klavier lernen", "Klavier", "music"),
    ("Necesito aprobar el examen DELE B2 antes de junio de 2027", "Examen DELE B2", EXAM),
    ("en 6 meses quiero tocar el piano", "Tocar el piano", "music"),
    ("Je suis infirmière et je veux passer la certification AWS", "Certification AWS", EXAM),
    ("J'apprends l'anglais depuis 2 ans, je veux passer le TOEFL en 3 mois", "TOEFL", EXAM),
    ("Sono un cuoco, vorrei imparare la fotografia entro giugno 2027", "Fotografia", NEUTRAL),
    ("за 3 месяца выучить английский с нуля", "Английский", "human-language"),
    ("не программирование, а столярное дело", "Столярное дело", NEUTRAL),
    ("半年で日本語能力試験N2に合格したい", "日本語能力試験N2", EXAM),
    ("プログラミングではなく木工を学びたい", "木工", NEUTRAL),
    ("나는 간호사인데 AWS 자격증을 따고 싶어요", "AWS 자격증", EXAM),
    ("프로그래밍이 아니라 목공을 배우고 싶어요", "목공", NEUTRAL),
    ("我想在半年内通过雅思7分", "雅思7分", EXAM),
    # exams, and those who are no beginners
    ("IELTS 7", "IELTS 7", EXAM),
    ("get a 7 in IELTS by June", "Get a 7 in IELTS", EXAM),
    ("pass my driving test", "Driving test", EXAM),
    ("improve my English from B2 to C1", "English from B2 to C1", NEUTRAL),
    ("Business English", "Business English", NEUTRAL),
    # words that mean more than one thing
    ("bake sourdough bread", "Bake sourdough bread", NEUTRAL),
    ("French cooking", "French cooking", "cooking"),
    ("Spanish literature", "Spanish literature", NEUTRAL),
    ("learn about the island of Java", "Island of Java", NEUTRAL),
    ("Learn Go, the board game", "Go, the board game", NEUTRAL),
    ("play Go with my grandfather", "Play Go", NEUTRAL),
    ("learn to go with the flow", "Go with the flow", NEUTRAL),
    ("learn to react calmly", "React calmly", NEUTRAL),
    ("learn to react", "React", NEUTRAL),
    ("learn React", "React", "frontend"),
    ("I want to keep pythons as pets", "Keep pythons as pets", NEUTRAL),
    ("Rust removal on old cars", "Rust removal on old cars", NEUTRAL),
    ("swift birds", "Swift birds", NEUTRAL),
    ("Taylor Swift songs on guitar", "Taylor Swift songs on guitar", NEUTRAL),
    ("spring cleaning", "Spring cleaning", NEUTRAL),
    ("go to the gym and become stronger", "Go to the gym and become stronger", NEUTRAL),
    ("learn to avoid food poisoning", "Avoid food poisoning", NEUTRAL),
    # German
    ("ich möchte Gitarre spielen lernen", "Gitarre spielen", "music"),
    ("Ich will in 6 Monaten Spanisch lernen", "Spanisch", "human-language"),
    ("Ich bin Krankenschwester und möchte programmieren lernen", "Programmieren", "programming"),
    ("Ich möchte nicht programmieren, sondern kochen lernen", "Kochen", "cooking"),
    # French
    ("Je veux apprendre à cuisiner", "Cuisiner", "cooking"),
    ("Je suis infirmière, je veux apprendre le piano", "Piano", "music"),
    ("Je ne veux pas apprendre l'anglais mais l'espagnol", "Espagnol", "human-language"),
    # Spanish, Italian, Portuguese
    ("Quiero aprender a programar desde cero", "Programar", "programming"),
    ("No quiero programar, quiero aprender a cocinar", "Cocinar", "cooking"),
    ("voglio imparare la chitarra", "Chitarra", "music"),
    ("Quero aprender violão em 3 meses", "Violão", "music"),
    # Russian, Arabic, Hebrew, Turkish, Dutch, Polish, Hindi
    ("Хочу выучить испанский язык с нуля", "Испанский язык", "human-language"),
    ("я медсестра, хочу научиться программированию", "Программированию", "programming"),
    ("أريد أن أتعلم البرمجة بلغة بايثون", "البرمجة بلغة بايثون", "python"),
    ("ללמוד לנגן בפסנתר", "לנגן בפסנתר", "music"),
    ("gitar çalmayı öğrenmek istiyorum", "Gitar çalmayı", "music"),
    ("Ik wil piano leren spelen", "Piano", "music"),
    ("chcę nauczyć się grać na gitarze", "Grać na gitarze", "music"),
    ("मैं गिटार सीखना चाहता हूँ", "गिटार", "music"),
    # Japanese, Korean
    ("プログラミングを学びたい", "プログラミング", "programming"),
    ("3ヶ月で日本語を勉強したい", "日本語", "human-language"),
    ("기타를 배우고 싶어요", "기타", "music"),
    # Chinese
    ("我想成为一名木匠", "木匠", NEUTRAL),
    ("我是护士，想通过AWS考试", "AWS考试", EXAM),
    ("不是编程！我想学木工", "木工", NEUTRAL),
    ("我想从零开始学钢琴，每周3小时", "钢琴", "music"),
    ("用Python做数据分析", "用Python做数据分析", "python+data-science"),
    ("准备雅思考试，目标7分", "雅思考试", EXAM),
    ("想学好商务英语", "商务英语", NEUTRAL),
    ("学习围棋", "围棋", NEUTRAL),
    # nothing to read
    ("🎸🎸🎸", "Your goal", NEUTRAL),
]


@pytest.mark.parametrize(("goal", "title", "curriculum"), TABLE)
def test_a_goal_is_read_rightly_or_not_at_all(goal: str, title: str, curriculum: str) -> None:
    reading = reading_of(preferences(goal))
    assert reading.subject == title
    assert "+".join(subject.key for subject, _ in reading.curricula) == curriculum


@pytest.mark.parametrize("goal", ["improve my Spanish", "learn Spanish", "learn Spanish, advanced"])
def test_who_speaks_already_is_not_greeted(goal: str) -> None:
    plain = reading_of(preferences("learn Spanish"))
    advanced = reading_of(Preferences(learning_goal=goal, current_level="advanced"))
    assert plain.main.key == advanced.main.key == "human-language"
    assert reading_of(preferences("improve my Spanish")).is_neutral


@given(goal=goals)
def test_any_goal_is_read_into_a_short_line_of_its_own_words(goal: str) -> None:
    said = read_goal(goal).subject
    assert len(said) <= MAX_TITLE_CHARS
    assert "\n" not in said
    assert reading_of(preferences(goal)).curricula


@pytest.mark.parametrize("sign", ["a" * 2000, "learn " * 300, "I want to " * 200, "(" * 1000, "学" * 1500, "to " * 600])
def test_a_long_goal_is_read_quickly(sign: str) -> None:
    """No pattern of goals.toml takes more than a moment, whatever is repeated."""
    read_goal(sign[:2000])
    reading_of(preferences(sign[:2000]))
