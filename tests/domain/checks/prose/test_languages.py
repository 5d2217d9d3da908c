import pytest

from domain.checks.prose.languages import check_language

PROSE = {
    "en": "Before you begin, put the pan on a low flame and wait until the butter has melted. Then stir in the flour.",
    "de": "Bevor du anfängst, stelle die Pfanne auf kleine Hitze und warte, bis die Butter "
    "geschmolzen ist. Dann rühre um.",
    "es": "Antes de empezar, pon la sartén a fuego lento y espera hasta que la mantequilla se haya derretido del todo.",
    "fr": "Avant de commencer, posez la poêle sur un feu doux et attendez que le beurre soit fondu. Ajoutez la farine.",
    "pt": "Antes de começar, ponha a frigideira em fogo baixo e espere até que a manteiga "
    "esteja derretida. Depois mexa.",
    "it": "Prima di iniziare, metti la padella a fuoco basso e aspetta che il burro sia "
    "sciolto. Poi aggiungi la farina.",
    "nl": "Zet voor je begint de pan op een laag vuur en wacht tot de boter gesmolten is. Roer daarna de bloem erdoor.",
    "pl": "Zanim zaczniesz, postaw patelnię na małym ogniu i poczekaj, aż masło się "
    "rozpuści. Potem wsyp mąkę i mieszaj.",
    "ru": "Прежде чем начать, поставьте сковороду на слабый огонь и подождите, пока масло растает. Затем всыпьте муку.",
    "uk": "Перш ніж почати, поставте пательню на слабкий вогонь і зачекайте, поки масло розтане. Потім всипте борошно.",
    "zh": "开始之前，把锅放在小火上，等黄油完全融化，然后慢慢加入面粉并不停地搅拌，直到没有结块为止。",
    "ja": "始める前に、フライパンを弱火にかけてバターが溶けるまで待ちます。それから小麦粉を加えてよく混ぜてください。",
}
PARAGRAPHS = {language: [text] * 6 for language, text in PROSE.items()}


@pytest.mark.parametrize("language", PROSE)
def test_prose_in_the_language_that_was_asked_for_passes(language: str) -> None:
    assert not list(check_language(PARAGRAPHS[language], language))


@pytest.mark.parametrize(
    ("written", "asked"),
    [("en", "de"), ("de", "en"), ("es", "pt"), ("pt", "es"), ("fr", "it"), ("nl", "de"), ("ru", "uk"), ("en", "zh"),
     ("zh", "ja"), ("ru", "en"), ("pl", "en")],
)  # fmt: skip
def test_prose_in_another_language_is_refused_also_of_the_same_script(written: str, asked: str) -> None:
    assert [finding.rule for finding in check_language(PARAGRAPHS[written], asked)] == ["text.language"]


def test_code_formulas_and_names_are_no_prose() -> None:
    code = "Rufe `sum(values for values in the_list_of_all_the_values)` auf: $the value of the sum$. "
    assert not list(check_language([code + PROSE["de"]] * 6, "de"))


@pytest.mark.parametrize(("taught", "reader"), [("en", "zh"), ("en", "de"), ("es", "en"), ("ja", "en")])
def test_a_language_lesson_is_written_in_two_languages(taught: str, reader: str) -> None:
    assert not list(check_language([PROSE[taught], PROSE[reader]] * 4, reader))


def test_a_short_text_proves_nothing() -> None:
    assert not list(check_language(["Le do-ré-mi"], "en"))
    assert not list(check_language([], "en"))


def test_a_language_without_data_is_judged_by_its_script() -> None:
    assert not list(check_language(PARAGRAPHS["en"], "tlh"))
