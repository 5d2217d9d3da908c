from domain.checks.expected import Expected, Subject
from domain.checks.findings import Kind
from domain.checks.prose.subject import check_subject

SORTING = Subject("Sorting a table", "Order rows by one or several columns.", ("sort", "order", "ascending"))
LOOKUP = Subject("Lookup formulas", "Find a value in another table with XLOOKUP.", ("XLOOKUP", "VLOOKUP", "match"))
CHARTS = Subject("Charts", "Draw a column chart and label its axes.", ("chart", "axis", "legend"))
SORTED = "To sort a table, choose a column and an order, ascending or descending. Sort the rows by several columns."
LOOKED_UP = "XLOOKUP finds a value in another table. Formulas with VLOOKUP match the first column only. Lookup by name."


def kinds(text: str, subject: Subject, *others: Subject) -> list[Kind]:
    return [finding.kind for finding in check_subject(text, Expected(subject=subject, others=others, language="en"))]


def test_the_lesson_of_another_concept_is_refused() -> None:
    assert kinds(SORTED, LOOKUP, SORTING, CHARTS) == [Kind.DOUBT]
    assert kinds(LOOKED_UP, SORTING, LOOKUP, CHARTS) == [Kind.DOUBT]


def test_a_lesson_about_its_concept_passes_also_where_it_names_another() -> None:
    assert kinds(SORTED, SORTING, LOOKUP, CHARTS) == []
    assert kinds(f"{LOOKED_UP} Sort the table first: the order of its rows counts.", LOOKUP, SORTING, CHARTS) == []


def test_a_lesson_in_other_words_than_its_description_passes() -> None:
    assert kinds("Arrange entries alphabetically or by size.", SORTING, LOOKUP, CHARTS) == []


def test_a_content_that_hardly_mentions_its_concept_is_in_doubt() -> None:
    roses = "Prune roses in spring, before the buds open, with clean shears, above an eye that points outwards. " * 2
    mulch = "Cover the soil with bark or leaves, so that it keeps its moisture and weeds stay away until autumn comes."
    expected = Expected(subject=LOOKUP, others=(SORTING, CHARTS), language="en")
    assert [finding.kind for finding in check_subject(roses + mulch, expected)] == [Kind.DOUBT]
    german = Subject("Nachschlagen", "Einen Wert in einer anderen Tabelle finden, mit dem Verweis.", ("Verweis",))
    expected = Expected(subject=german, others=(SORTING, CHARTS), language="en")
    assert list(check_subject(roses + mulch, expected)) == [], "it is described in another language"


def test_languages_without_spaces_are_compared_by_pairs_of_characters() -> None:
    chords, scales = (
        Subject("和弦", "三个音同时响起。", ("和弦", "三和弦")),
        Subject("音阶", "一个接一个的音。", ("音阶", "全音")),
    )
    melody = Subject("旋律写作", "乐句与动机。", ("旋律", "动机"))
    assert kinds("三和弦由三个音组成。和弦有大小之分。", chords, scales, melody) == []
    assert kinds("三和弦由三个音组成。三个音同时响起就是和弦。", scales, chords, melody) == [Kind.DOUBT]


def test_nothing_is_said_without_other_concepts_or_terms() -> None:
    assert kinds(SORTED, LOOKUP) == []
    assert kinds(SORTED, Subject("A"), SORTING) == []
    assert list(check_subject(SORTED, Expected())) == []


def test_worksheets_by_rules_are_about_the_goal_as_a_whole() -> None:
    assert list(check_subject(SORTED, Expected(subject=LOOKUP, others=(SORTING, CHARTS), language=None))) == []
