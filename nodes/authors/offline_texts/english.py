"""The offline author's English."""

from typing import Final

from nodes.authors.offline_texts.english_practice import PRACTICE
from nodes.authors.offline_texts.shape import EditWords, PlanWords, QuizWords, ResourceWords, TutorialWords, Wording

_PLAN: Final = PlanWords(
    nothing_named="your goal",
    with_tool="{field} with {tool}",
    both="{first} and {second}",
    title={
        "beginner": "{s}, from the ground up",
        "intermediate": "{s}, the next level",
        "advanced": "{s}, in depth",
    },
    refresher_stage="Closing the gaps",
    refresher_module="What you should already know",
    refresher="Refresher: {m}",
    stage=(
        "What you work on: {items}.",
        "The parts of this stage: {items}.",
        "Step by step: {items}.",
    ),
    module=("Covers: {items}.", "You work through: {items}.", "Its concepts: {items}."),
    concept=(
        "What {k} are about, how they hang together, and a first use of your own.",
        "Get to know {k}, see them at work and try them yourself.",
        "Understand {k} well enough to explain them and to use them in a small task.",
        "From {k} to an example that you have made yourself.",
    ),
    concept_plain=(
        "Understand it well enough to explain it, and carry out one small task with it.",
        "Work it out step by step and finish with a result that you can show.",
        "Learn what matters about it, try it, and note what is still open.",
    ),
    parts_module="The parts of your goal",
    part="Getting to know {s}",
    work_as="the work of {s}",
    new_module="Core of {s}",
    new_concepts=("The key ideas of {s}", "Guided practice: {s}"),
    level={
        "beginner": "a beginner",
        "intermediate": "somebody with some experience",
        "advanced": "an experienced learner",
    },
    time="{hours} hours a week",
    deadline="{hours} hours a week, to be ready by: {deadline}",
    difficulty={
        "beginner": "Starts from the basics and rises to a first project of your own.",
        "intermediate": "Refreshes the basics briefly, then concentrates on practice.",
        "advanced": "Skips the basics and goes into depth.",
    },
    path={
        "beginner": "foundations first",
        "intermediate": "practice first",
        "advanced": "specialisation",
    },
    profile="{level} with {time} and this goal: {s}. "
    "(Read by the offline draft author, by rules; no model looked at it.)",
    brings="Brings along: {items}.",
    gaps={
        "beginner": ("Vocabulary and basic ideas: {s}", "Regular practice", "A finished project to show"),
        "intermediate": ("Confident practice without a guide: {s}", "Larger pieces of work", "Feedback by others"),
        "advanced": ("The hard parts, in depth: {s}", "Judgement between alternatives", "Passing knowledge on"),
    },
    suggestions=(
        "Reserve fixed times in your week: several short sessions beat one long one.",
        "Keep everything that you make in one place, with its date.",
        "Begin thinking about your project early; write ideas down as they come.",
    ),
    dimensions=("Coverage", "Order", "Balance", "Time"),
    rationales=(
        "{concepts} concepts in {stages} stages.",
        "{linked} of {concepts} concepts name what they build on.",
        "The largest stage holds {share}% of the hours.",
        "{hours} hours are about {weeks} weeks at this pace.",
    ),
    review="Reviewed by the offline draft author: counted, not judged. "
    "{concepts} concepts, {hours} hours, about {weeks} weeks.",
    too_long=(
        "The plan holds {hours} hours, but only about {available} are there.",
        "Plan more time, or take concepts out.",
    ),
)
_EDIT: Final = EditWords(
    done="Changes: {items}.",
    not_done="Not done: {items}.",
    nothing="Nothing to change.",
    unknown="“{text}” (the offline author understands add, drop, rename X to Y, and more, fewer or N hours)",
    no_such="“{text}” (there is no such part)",
    several="“{text}” (it could mean {items}; give the full name)",
    already="“{text}” (there is such a part already)",
    unchanged="“{text}” (that changes nothing)",
    last_one="“{text}” (nothing would be left)",
    full="“{text}” (the roadmap already holds as many concepts as are allowed)",
    kinds={"stage": "stage", "module": "module", "concept": "concept"},
    add="add {kind} “{name}”",
    add_to="add {kind} “{name}” to “{parent}”",
    remove="drop {kind} “{name}”",
    rename="rename “{name}” to “{new}”",
    hours="“{name}”: {hours} hours",
    reasons={
        "asked": "asked for",
        "empty_stage": "the stage was empty",
        "empty_module": "the module was empty",
        "no_concepts": "the roadmap had no concept",
        "unknown_prerequisite": "a prerequisite did not exist",
        "later_prerequisite": "a prerequisite came later",
        "cyclic_prerequisite": "prerequisites ran in a circle",
        "hours": "the hours were out of bounds",
        "too_many_concepts": "there were more concepts than allowed",
        "duplicate_name": "two parts had the same name",
        "duplicate_id": "two parts had the same id",
    },
    cannot_mend="“{text}” (the offline author cannot mend this)",
    separator="; ",
)
_TUTORIAL: Final = TutorialWords(
    intro=(
        "**{c}** belongs to the module *{m}*. {d}",
        "In the stage *{s}*, this is the place for **{c}**. {d}",
        "You are about to study **{c}**, a part of *{m}*. {d}",
        "**{c}** is one of the steps on the way through *{m}* (stage *{s}*). {d}",
    ),
    builds_on="It builds on {p}. If that feels shaky, spend ten minutes there first.",
    key_terms="Key terms to watch for: {terms}.",
    what="What it is and why it matters",
    questions=(
        "Core ideas as questions",
        "Study with these questions in front of you and answer each in two or three sentences of your own."
        " A question that you cannot answer tells you what to read next.",
    ),
    plan=(
        "Practice plan: {hours} hours",
        "The plan fits the {hours} hours set aside for **{c}**; take longer where it is worth it.",
    ),
    sittings="Spread it over about {count} sittings with a night between them rather than doing it in one go.",
    step="{number}. **{minutes} min.** {text}",
    notes=(
        "A page of notes that works",
        "Copy this page and fill it in while you study. The first lines show how it is meant.",
    ),
    note_lines=(
        "Concept:          {c}\nBelongs to:       {m} / {s}\nIn my own words:  {own}\nSmallest example: {example}\n"
        "What it is not:   (something that looks like {k} but is different, and why)\n"
        "Still unclear:    (one question at least; it is your first task next time)\n"
        "Repeat on:        day 1, day 3, day 10"
    ),
    exercises=("Exercises", "Do them in this order. Each has a criterion, so that you know when to stop."),
    done_when="Done when",
    stop=".",
    mistakes="Common mistakes",
    mistake="- **{mistake}.** Better: {better}.",
    checklist="Checklist",
    checks=(
        "I can explain {c} to somebody in two minutes without notes.",
        "I have answered the questions above in my own words.",
        "At least two exercises meet their criterion.",
        "I know one thing about {k} that is still open, and where I could look it up.",
        "My page of notes is filled in and the days for repeating are in my calendar.",
    ),
    preference=(
        "Suited to how you like to learn: {items}.",
        {
            "visual": "draw a diagram of {k} before you write about it",
            "text": "write your answers out in full sentences",
            "audio": "say your answers aloud and record them",
            "hands_on": "begin with the first exercise and read only when you get stuck",
        },
    ),
    asked="You asked: “{i}”. {answer}",
    asked_shorter="This version is shorter. Anything else in it takes a language model, and this draft had none.",
    asked_longer="This version is longer. Anything else in it takes a language model, and this draft had none.",
    asked_other="The draft author works by rules and cannot do that; make the wish a task of your own.",
    draft="Written by the offline draft author: a frame for studying, not a lesson. Let good sources fill it.",
    summary=(
        "A study plan for {c}: questions, practice for about {hours} hours, exercises and a checklist.",
        "How to study {c} in about {hours} hours: questions, a plan, exercises with criteria, mistakes.",
        "{c}, step by step: what to ask, what to practise and how to see that it worked (about {hours} hours).",
    ),
    shorter=r"\b(?:short|shorter|brief|briefer|concise|compact|less text|half the length)\b",
    longer=r"\b(?:long|longer|detailed|more detail|more details|in depth|more exercises|thorough)\b",
)
_QUIZ: Final = QuizWords(
    terms=(
        "Which of these groups of key terms belongs to “{c}”?",
        "The tutorial on {c} names them as key terms: {terms}.",
    ),
    advice=(
        "While studying “{c}”, which of these habits helps?",
        "The others are the common mistakes of the tutorial; this is what it recommends instead.",
    ),
    finished=(
        "Which of these show that an exercise on “{c}” is done?",
        "A criterion can be checked from outside; a feeling of knowing cannot.",
    ),
    shallow=(
        "The page about it has been read twice and nothing seems difficult",
        "The time that was planned for it is over",
        "The terms look familiar when they come up somewhere",
        "Somebody else has solved it and the solution looks right",
        "It was marked with a coloured pen in the text",
    ),
    yes_no=("True", "False"),
    spare_terms=(
        "first overview",
        "sources",
        "time plan",
        "feedback",
        "review",
        "presentation",
        "vocabulary",
        "comparison",
    ),
)
_RESOURCES: Final = ResourceWords(
    encyclopedia=(
        "Wikipedia: {q}",
        "Encyclopedia articles on {q}; good for an overview and for the sources at the end.",
    ),
    own_encyclopedia=(
        "Wikipedia ({language}): {q}",
        "Articles in your own language; this draft author wrote in English.",
    ),
    textbooks=("Wikibooks: {q}", "Free textbooks and manuals that mention {q}."),
    open_library=(
        "Open Library: books on {q}",
        "Books to borrow or preview; compare two tables of contents before you choose.",
    ),
    worldcat=("WorldCat: libraries with books on {q}", "Finds books and the nearest library that holds them."),
    courses=("MIT OpenCourseWare: {q}", "Course material of a university, free of charge."),
    official=("A place of reference for {s}; look for: {q}.", "Worth a bookmark for {s}; try it with: {q}."),
    queries=("{q} introduction", "{q} exercises"),
)
ENGLISH: Final = Wording(
    language="en",
    comma=", ",
    last=" and ",
    quotes=("“", "”"),
    emphasis=("*", "*"),
    space=" ",
    plan=_PLAN,
    edit=_EDIT,
    tutorial=_TUTORIAL,
    quiz=_QUIZ,
    resources=_RESOURCES,
    practice=PRACTICE,
    cannot_write="You asked for the language “{language}”; "
    "the offline draft author writes English and Chinese only, so this is English.",
)
