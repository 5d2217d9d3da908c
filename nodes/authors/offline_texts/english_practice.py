"""How each discipline is practised, in English. {c} is the concept, {k} a key term, {s} the subject."""

from collections.abc import Mapping
from typing import Final

from nodes.authors.offline_texts.english_crafts import LANGUAGE, MAKING, MUSIC
from nodes.authors.offline_texts.english_projects import GENERAL, PROJECT
from nodes.authors.offline_texts.shape import Capstone, Choice, Discipline, Exercise, Mistake, Practice, Statement

_CODE: Final = Practice(
    why=(
        "You will meet it in almost every program of some size, and reading other people's code is slow without it.",
        "It is easier to learn in a ten-line program now than to untangle in a large one later.",
    ),
    questions=(
        "What problem does {k} solve, and what would you have to write without it?",
        "What is the smallest piece of code that shows {k} at work? What do you expect it to print before you run it?",
        "Which error do you get when you use {k} wrongly, and what does its message tell you?",
        "When would you decide against {k}, and what would you use instead?",
        "How could a test show that your use of {k} is right?",
        "What does the official documentation say about {k} that surprised you?",
    ),
    steps=(
        "Read the section on {c} in the official documentation once, quickly; write down words that you do not know.",
        "Type the smallest example yourself, predict its output, run it, then change one thing at a time.",
        "Do the exercises below, one commit each, with a test or a printed result that proves the criterion.",
        "Close everything and write the central example again from memory; look up only what is missing.",
        "Explain {c} in five sentences, aloud or in writing, and note what you had to look up.",
    ),
    in_own_words="{k} is needed when ... ; it works by ...",
    example="a program of at most 15 lines that uses {k} and prints its result",
    exercises=(
        Exercise(
            "Write a program of at most 30 lines in which {c} is the point, not decoration.",
            "it runs from a clean folder and a README line says what it shows",
        ),
        Exercise(
            "Break your example on purpose in three ways and collect the error messages.",
            "for each message you can say in one sentence what it means and how to mend it",
        ),
        Exercise(
            "Write two tests around {k}: one for the usual case and one for an edge (empty, very large, wrong type).",
            "both tests pass, and each fails when you undo the line that it guards",
        ),
        Exercise(
            "Find {k} in the source of an open project and read thirty lines around it.",
            "you can say why the authors used it there and what would break without it",
        ),
        Exercise(
            "Take an older program of yours and improve it with what {c} gives you.",
            "the behaviour is the same, and the change fits into one readable commit",
        ),
    ),
    mistakes=(
        Mistake("Copying an example without running it", "type it, run it and change one line at a time"),
        Mistake("Changing several things at once until it works", "change one thing, run, and keep what you learnt"),
        Mistake(
            "Skipping the error message because it looks long", "read its first and its last line before you search"
        ),
        Mistake("Learning every option before using any", "use the common case today and look options up when needed"),
        Mistake("Leaving the exercise when it runs once", "add a test for an edge case before you go on"),
    ),
    choices=(
        Choice(
            "Your exercise on {c} gives a wrong result. What is the best first step?",
            "Reduce it to the smallest input that still fails",
            (
                "Rewrite the whole program in another style and hope that it helps",
                "Change several lines at once and run it again",
                "Copy a finished solution from the internet",
            ),
            "A small failing case shows the cause; large changes hide it.",
        ),
        Choice(
            "You want to check that you understand an example of {c}. What shows it best?",
            "You predict its output before running it",
            (
                "You have read it three times without stopping",
                "It looks like the example in the documentation",
                "It ran without an error message on the first try",
            ),
            "A prediction can turn out wrong, and only what can turn out wrong tests you.",
        ),
    ),
    statements=(
        Statement(
            "A test that cannot fail says nothing about your code.", True, "Undo the guarded line: the test must fail."
        ),
        Statement(
            "An error message is best skipped and searched as a whole.",
            False,
            "Its first and last lines name the cause.",
        ),
        Statement(
            "Code that ran once without errors needs no test.", False, "Edge cases are where the next error waits."
        ),
        Statement(
            "Typing an example yourself teaches more than reading it.", True, "Your own slips show what you overlooked."
        ),
    ),
    capstone=Capstone(
        "Your own project",
        ("Project plan: {s}", ("users", "scope", "milestones")),
        ("Build, test and publish: {s}", ("first usable version", "tests", "release")),
    ),
)
_NUMBERS: Final = Practice(
    why=(
        "Later results lean on it, and a gap here looks like a lack of talent there.",
        "It turns a vague question into one that can be computed and checked.",
    ),
    questions=(
        "Which question does {k} help to answer, and when is it of no use?",
        "What does {k} look like in the simplest case that you can work through by hand?",
        "Which assumptions stand behind {k}, and what happens when one of them fails?",
        "How would you draw {k}?",
        "How is {k} different from its nearest neighbour, and which example tells them apart?",
        "How could you check a result about {k} without repeating the same computation?",
    ),
    steps=(
        "Read the definition around {c} slowly and put each symbol or term into words of your own.",
        "Work one tiny example by hand, with numbers small enough to check in your head.",
        "Do the exercises below; write what you assume before you compute.",
        "Cover your notes and derive or compute the central example again.",
        "Write down where {c} would mislead somebody who ignores its assumptions.",
    ),
    in_own_words="{k} tells me ... ; it assumes that ...",
    example="four or five numbers on which you try {k} by hand",
    exercises=(
        Exercise(
            "Make up the smallest example in which {k} plays a part and work it through by hand.",
            "a second way of getting there gives the same result",
        ),
        Exercise(
            "Change one number or assumption of your example and predict how the result moves before you compute.",
            "prediction and result stand side by side with one sentence on the difference",
        ),
        Exercise(
            "Find a case in which {c} gives a misleading answer.",
            "you can name the assumption that it breaks",
        ),
        Exercise(
            "Do the same example with software or a spreadsheet.",
            "hand and machine agree, or you know the reason why they do not",
        ),
        Exercise(
            "Draw {k}: a picture, a plot or a diagram without formulas.",
            "somebody else can tell from the drawing what is meant",
        ),
    ),
    mistakes=(
        Mistake("Learning a formula without its assumptions", "write the assumptions beside each formula"),
        Mistake("Trusting a result because software printed it", "check one small case of it by hand"),
        Mistake("Reading proofs and solutions like a story", "stop after each line and try the next one yourself"),
        Mistake("Moving on with a term you cannot define", "define it aloud, with an example and a non-example"),
        Mistake("Computing before estimating", "guess size and sign first, then compute"),
    ),
    choices=(
        Choice(
            "A result in {c} looks surprising. What do you do first?",
            "Check a tiny case by hand",
            (
                "Trust it, because the software has printed it with many digits",
                "Look for another formula that gives a nicer number",
                "Leave it out of the notes and go on with the next part",
            ),
            "A case small enough for the head shows whether method or expectation was wrong.",
        ),
        Choice(
            "What belongs beside every formula in your notes?",
            "The assumptions under which it holds",
            (
                "The number of the page on which you found it first",
                "A second copy of it with other letters",
                "The name of the software that computes it for you",
            ),
            "Outside its assumptions a formula still gives numbers, only wrong ones.",
        ),
    ),
    statements=(
        Statement(
            "An estimate before the computation helps to notice errors.",
            True,
            "A wrong size or sign stands out at once.",
        ),
        Statement(
            "If software computed it, the assumptions do not matter.", False, "Software computes whatever you feed it."
        ),
        Statement(
            "A counterexample can teach as much as an example.", True, "It shows which assumption does the work."
        ),
        Statement(
            "Reading a worked solution is as good as solving it.", False, "Recognising a step is not finding it."
        ),
    ),
    capstone=Capstone(
        "Your own study",
        ("Question and data: {s}", ("research question", "source of data", "assumptions")),
        ("Carry out and write up: {s}", ("analysis", "figures", "limits")),
    ),
)
PRACTICE: Final[Mapping[Discipline, Practice]] = {
    "code": _CODE,
    "numbers": _NUMBERS,
    "language": LANGUAGE,
    "music": MUSIC,
    "making": MAKING,
    "general": GENERAL,
    "project": PROJECT,
}
