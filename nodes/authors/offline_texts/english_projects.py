"""How other subjects and projects are practised, in English. {c} is the concept, {k} a key term, {s} the subject."""

from typing import Final

from nodes.authors.offline_texts.shape import Capstone, Choice, Exercise, Mistake, Practice, Statement

GENERAL: Final = Practice(
    why=(
        "It gives you a handle on the subject: something to look for, to ask about and to try.",
        "Much of what follows becomes easier to place once you have a picture of it.",
    ),
    questions=(
        "What does {k} mean, in a sentence that a friend outside the field would understand?",
        "Which real case shows {k} best, and which case looks similar but is something else?",
        "Who works with {k} every day, and what would they say that beginners get wrong?",
        "What would be different if {k} did not exist?",
        "On which point do good sources disagree about {k}?",
        "What do you still need to know before you could decide or act with {k}?",
    ),
    steps=(
        "Skim two sources on {c} and write down what both of them say and where they differ.",
        "Put the main idea into three sentences of your own and add an example from your life or work.",
        "Do the exercises below; write the result down, however short it is.",
        "Close your notes and answer the questions above from memory; mark what was missing.",
        "Tell somebody about {c} for two minutes, or write it as a letter to them.",
    ),
    in_own_words="{k} means that ... ; it matters because ...",
    example="one real case of {k} that you have seen yourself or read about",
    exercises=(
        Exercise(
            "Describe one real case of {k} on half a page: what happened, who decided, what followed.",
            "it names its source, and somebody outside the field understands it",
        ),
        Exercise(
            "Compare two sources on {c} in a table: claim, evidence, what is missing.",
            "there are three rows at least and one sentence on which source you trust more and why",
        ),
        Exercise(
            "Use {k} on a small question of your own this week.",
            "you have written down what you expected and what happened",
        ),
        Exercise(
            "Ask somebody with experience two questions about {k}, or find their answers in an interview.",
            "you have noted one thing that contradicts what you thought before",
        ),
        Exercise(
            "Draw a map of {c}: the main idea in the middle, four to six related ideas, a word on each line.",
            "you can redraw it without looking",
        ),
    ),
    mistakes=(
        Mistake("Reading more and more before trying anything", "try one small thing after each source"),
        Mistake("Marking sentences instead of thinking", "close the page and write the idea in your own words"),
        Mistake("Believing the first source", "compare two that do not depend on each other"),
        Mistake("Learning terms without a case", "tie every term to one real case"),
        Mistake("Never looking back", "repeat after one, three and ten days"),
    ),
    choices=(
        Choice(
            "Two sources say different things about {k}. What is a good next step?",
            "Look at the evidence that each of them gives",
            (
                "Take the one that is written in a more lively way",
                "Leave the point out, since nobody can know",
                "Take the one that you happened to read first",
            ),
            "Sources differ in evidence, not only in tone; that is what can be checked.",
        ),
        Choice(
            "You have read a text about {c}. What shows best that you understood it?",
            "You can give an example of your own",
            (
                "You have marked the important sentences in it",
                "You recognise the terms whenever you meet them again",
                "You have read it to the end in a single sitting",
            ),
            "An example of your own cannot be copied from the text.",
        ),
    ),
    statements=(
        Statement(
            "Explaining an idea to somebody shows where your gaps are.",
            True,
            "You stumble exactly where you are unsure.",
        ),
        Statement(
            "Recognising a term means that you understand it.", False, "Understanding shows in use and in examples."
        ),
        Statement(
            "Repeating after a pause works better than rereading at once.", True, "Recalling strengthens memory."
        ),
        Statement(
            "One good source makes a second one unnecessary.", False, "Errors show when two sources are compared."
        ),
    ),
    capstone=Capstone(
        "Your own project",
        ("Plan a project of your own: {s}", ("goal", "scope", "time plan")),
        ("Carry out and present: {s}", ("result", "presentation", "looking back")),
    ),
)
PROJECT: Final = Practice(
    why=(
        "Here everything before it comes together: a real task shows what you have and what is still missing.",
        "One small project that is finished says more than three large ones that are not.",
    ),
    questions=(
        "Whose problem does the project solve, and how would you see that it is solved?",
        "What belongs to the smallest version that is of use, and what can wait?",
        "What is the greatest risk around {k}, and how can you test it early?",
        "Which three things that you have learnt will you need, and which of them is still shaky?",
        "If only half of the time were left, what would you keep?",
        "Who can give you feedback, and on which day will you show it?",
    ),
    steps=(
        "Write half a page: the goal, the people it is for, and how you will see that it is finished.",
        "List the tasks, the least certain ones first, none longer than two hours.",
        "Make the smallest complete version; end every sitting with something that can be shown.",
        "Show it to somebody, write down what they say, and change the one thing that matters most.",
        "Look back in writing: what worked, what did not, what to learn next.",
    ),
    in_own_words="This project lets ... do ... ; it is finished when ...",
    example="a first version that can be shown to somebody within a week",
    exercises=(
        Exercise(
            "Write the project down on half a page: goal, audience, and what it will not do.",
            "somebody outside the field can repeat what it is about",
        ),
        Exercise(
            "Break {k} into tasks of two hours at most and put them in order.",
            "every task says what can be seen once it is finished",
        ),
        Exercise("Make the smallest complete version.", "it can be shown from beginning to end, however rough it is"),
        Exercise(
            "Let somebody try it or look at it while you stay silent.",
            "you have three of their remarks in writing and have acted on one",
        ),
        Exercise("Write one page that looks back.", "it names one real mistake and one real next step"),
    ),
    mistakes=(
        Mistake("Planning something huge at the start", "plan a version that fits into a week"),
        Mistake("Leaving the least certain part to the end", "test it first with a small experiment"),
        Mistake("Showing it only when it is finished", "ask for feedback on the smallest version"),
        Mistake("Beginning without a criterion for the end", "write one sentence: finished means that ..."),
        Mistake("Changing the project when it gets hard", "make it smaller, but finish it"),
    ),
    choices=(
        Choice(
            "The time for your project is running out. What is best?",
            "Make it smaller and finish the core",
            (
                "Keep every feature and do each of them by half",
                "Start again with another project that looks simpler",
                "Polish the surface first and leave the rest for later",
            ),
            "A small complete result can be shown, and gets feedback.",
        ),
        Choice(
            "Which part of a project comes first?",
            "The one you are least certain about",
            (
                "The one that is most fun and easiest to do",
                "The one that other people will see first",
                "The one that will take the largest share of the time",
            ),
            "The uncertain part decides whether the project can work; know it early.",
        ),
    ),
    statements=(
        Statement(
            "A written criterion for the end helps to finish.",
            True,
            "Without it there is always one more thing to change.",
        ),
        Statement(
            "Nobody should see your work before it is perfect.", False, "Early feedback is the cheapest to act on."
        ),
        Statement("Small tasks make progress visible.", True, "A small task is either finished or not."),
        Statement("Looking back is useful only after a failure.", False, "What worked is worth writing down, too."),
    ),
    capstone=Capstone(
        "Your own project",
        ("Project plan: {s}", ("goal", "scope", "milestones")),
        ("Carry out your project: {s}", ("result", "feedback", "looking back")),
    ),
)
