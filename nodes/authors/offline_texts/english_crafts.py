"""How languages, music and making are practised, in English. {c} is the concept, {k} a key term, {s} the subject."""

from typing import Final

from nodes.authors.offline_texts.shape import Capstone, Choice, Exercise, Mistake, Practice, Statement

LANGUAGE: Final = Practice(
    why=(
        "You will need it in the first real conversation, and it grows only by being used.",
        "It is one of the pieces from which native speakers build most of what they say every day.",
    ),
    questions=(
        "In which three situations of your own week would you use {k}?",
        "How does {k} sound in fast, natural speech? What gets swallowed?",
        "How does your own language express {k}, and where does a word-for-word translation go wrong?",
        "What is the shortest sentence with {k} that you could say to a friend today?",
        "Which mistake with {k} would be misunderstood, and which one only sounds foreign?",
        "How does {k} change when you speak politely or to a stranger?",
    ),
    steps=(
        "Listen to a short recording that contains {c}, twice without text and once with it.",
        "Write five sentences about your own life with {k}, and say each of them aloud.",
        "Do the exercises below; speak before you write wherever it is possible.",
        "Cover your sentences, say them again from memory and repair what broke.",
        "Use {c} once in a real message or conversation, and note how it was received.",
    ),
    in_own_words="I use {k} when I want to say ...",
    example="one sentence with {k} that is true for you today",
    exercises=(
        Exercise(
            "Write eight true sentences about your week with {k}.",
            "a speaker or a grammar book has confirmed each of them, or you have corrected it",
        ),
        Exercise(
            "Record yourself for one minute using {c}, without notes.",
            "you have listened to it and written down two things to say better",
        ),
        Exercise(
            "Collect six uses of {k} from a text or a recording made for native speakers.",
            "you can say for each why this form was chosen",
        ),
        Exercise(
            "Make ten cards with whole sentences, not single words, around {c}.",
            "on the third day you still know eight of them",
        ),
        Exercise(
            "Play a scene (shop, train, introduction) that needs {k}, alone or with a partner.",
            "you get through it without switching to your own language",
        ),
    ),
    mistakes=(
        Mistake("Learning single words from a list", "learn whole sentences that you would really say"),
        Mistake("Waiting to speak until it is perfect", "speak from the first day and collect corrections"),
        Mistake("Translating word for word", "ask how a native speaker would say the whole thing"),
        Mistake("Reading with the sound switched off", "hear each new phrase before you learn to spell it"),
        Mistake("Studying for three hours on one day", "study twenty minutes on six days"),
    ),
    choices=(
        Choice(
            "You have learnt the rule behind {c}. What makes it stay?",
            "Using it in sentences about your own day",
            (
                "Reading the rule again until it feels familiar",
                "Learning the table of all exceptions by heart at once",
                "Waiting for a lesson in which it will be repeated",
            ),
            "What you have said yourself is remembered; what you have only recognised fades.",
        ),
        Choice(
            "A partner corrects a sentence of yours. What helps most?",
            "Saying the corrected sentence again at once",
            (
                "Explaining why your own version was logical",
                "Nodding and going on so that the talk keeps flowing",
                "Changing to a topic in which you know more words",
            ),
            "Repeating the right form ties the correction to your own thought.",
        ),
    ),
    statements=(
        Statement(
            "Short daily sessions beat one long one a week.", True, "Memory grows by being asked again after a pause."
        ),
        Statement(
            "You should speak only when you make no mistakes.", False, "Corrected mistakes are how forms settle."
        ),
        Statement(
            "Whole sentences are easier to recall than word lists.", True, "They bring grammar and use with them."
        ),
        Statement("Every sentence can be translated word for word.", False, "Languages cut up meaning differently."),
    ),
    capstone=Capstone(
        "Using it for real",
        ("Prepare a real conversation: {s}", ("topics", "useful sentences", "questions")),
        ("A week of real conversations: {s}", ("conversation", "corrections", "looking back")),
    ),
)

MUSIC: Final = Practice(
    why=(
        "Pieces that you love rest on it, and clean basics make them come faster than repeating them does.",
        "Hands and ears learn it slowly but keep it for years, so a calm start pays.",
    ),
    questions=(
        "How does {k} sound when it is right? Which recording shows it?",
        "Where in your hands, arms or breath do you feel {k}, and where is there tension?",
        "At which tempo can you play {k} three times without a slip?",
        "In which piece that you know does {k} appear?",
        "What is the smallest pattern of two or four notes in which {k} can be practised?",
        "How would you show {k} to somebody without naming it?",
    ),
    steps=(
        "Listen to {c} in two recordings and sing or tap what you hear before you play.",
        "Play the smallest pattern with {k} very slowly, with a metronome, until it is easy three times in a row.",
        "Do the exercises below in short turns of five to ten minutes with a pause between them.",
        "Put {c} back into a piece: four bars around it, slowly, then a little faster.",
        "Record one minute, listen to it the next day, and note one thing for the next session.",
    ),
    in_own_words="{k} sounds right when ... ; my hands must ...",
    example="two bars with {k}, at a tempo at which nothing goes wrong",
    exercises=(
        Exercise(
            "Play a pattern with {k} at half tempo with a metronome.",
            "it is even three times in a row; only then is the metronome raised by four beats",
        ),
        Exercise(
            "Record one minute of {c} and listen without the instrument in your hands.",
            "you have written down one thing that is good and one that you will change",
        ),
        Exercise(
            "Play {k} in two other keys, registers or rhythms.",
            "you do not need to look at the notes for it",
        ),
        Exercise(
            "Find {k} in a piece that you like and practise only the four bars around it.",
            "the bars flow into the piece without a stop before or after them",
        ),
        Exercise(
            "Play {c} for somebody, or for the camera, once and without starting again.",
            "you have played through to the end whatever happened",
        ),
    ),
    mistakes=(
        Mistake("Practising at the tempo of the recording", "start at a tempo at which nothing goes wrong"),
        Mistake("Starting again from the top after each slip", "repeat the two bars around the slip"),
        Mistake("Playing through tension or pain", "stop, loosen, and go on slower"),
        Mistake("Practising only what already sounds good", "give the hard bars the first ten minutes"),
        Mistake("Playing without listening", "record yourself and listen the next day"),
    ),
    choices=(
        Choice(
            "A passage with {k} goes wrong at the same place each time. What helps?",
            "Practising the two bars around it slowly",
            (
                "Playing the whole piece again from the beginning",
                "Playing it faster so that the slip passes unnoticed",
                "Leaving the passage out until the rest is finished",
            ),
            "A slip that is repeated is learnt; slow bars give the hands another habit.",
        ),
        Choice(
            "When is it time to raise the metronome?",
            "After three even repetitions in a row",
            (
                "After every repetition, so that no time gets lost",
                "As soon as the pattern has worked for the first time",
                "When the exercise has become too boring to go on",
            ),
            "Three in a row show that it was not luck.",
        ),
    ),
    statements=(
        Statement("Slow practice is only for beginners.", False, "Professionals learn new passages slowly, too."),
        Statement(
            "A recording of yourself shows what you miss in playing.",
            True,
            "Hands busy with notes leave the ear less room.",
        ),
        Statement("Pain in the hand is a sign of good practice.", False, "It is a sign to stop and loosen."),
        Statement("Ten minutes every day do more than an hour on Sunday.", True, "Movement is stored in the pauses."),
    ),
    capstone=Capstone(
        "Your own programme",
        ("Choose and plan a programme: {s}", ("programme", "hard passages", "practice plan")),
        ("Rehearse and perform: {s}", ("rehearsal", "recording", "performance")),
    ),
)
MAKING: Final = Practice(
    why=(
        "It shows at once in the work: people feel it even when they cannot name it.",
        "It is one of the choices that tell a careful piece of work from a lucky one.",
    ),
    questions=(
        "What changes in a piece of work when {k} is missing or overdone?",
        "Which work that you admire handles {k} well, and how exactly?",
        "Which two ways of handling {k} could you try today with what you have at hand?",
        "For whom does {k} matter most: you, the person who uses the work, or somebody else?",
        "How would you notice, without being told, that {k} has succeeded?",
        "Which rule about {k} have you heard, and when may it be broken?",
    ),
    steps=(
        "Look at three examples of {c} and note what they share before you read about it.",
        "Make a quick, rough attempt with {k}; it is for learning and may be thrown away.",
        "Do the exercises below and keep each version with its date.",
        "Show one version to somebody, and ask what they notice first.",
        "Make it once more from the beginning with what you have learnt, and put both side by side.",
    ),
    in_own_words="{k} is the choice between ... and ... ; it serves ...",
    example="one small piece in two versions that differ only in {k}",
    exercises=(
        Exercise(
            "Make the same small piece twice, with {k} handled in two different ways.",
            "you can say which version is better, for whom and why",
        ),
        Exercise(
            "Copy the handling of {k} from a work that you admire, as closely as you can.",
            "you have noted two decisions that you would not have taken yourself",
        ),
        Exercise(
            "Limit yourself: make something that shows {c} in thirty minutes with three means at most.",
            "it is finished, not merely begun, when the time is over",
        ),
        Exercise(
            "Ask two people what they notice in your work, without explaining {k} beforehand.",
            "you have their words in writing and one change that follows from them",
        ),
        Exercise(
            "Improve an older piece of yours with {c} alone and leave the rest as it was.",
            "before and after stand side by side with a sentence about the difference",
        ),
    ),
    mistakes=(
        Mistake("Collecting tools and books before making anything", "make something small with what you have today"),
        Mistake("Explaining the work while others look at it", "stay silent first and write down what they notice"),
        Mistake("Changing everything between two attempts", "change one choice so that you can see its effect"),
        Mistake("Throwing the early versions away", "keep each version with its date"),
        Mistake("Polishing details of a weak idea", "make three rough versions before you refine one"),
    ),
    choices=(
        Choice(
            "You want to learn what {k} does. Which pair of attempts tells you most?",
            "Two versions that differ in {k} only",
            (
                "Two versions that are different in every respect",
                "One long attempt that you improve until it seems perfect",
                "Two attempts in which {k} is handled the same way",
            ),
            "With one difference, you know what made the effect.",
        ),
        Choice(
            "You show your work to somebody. What brings you most?",
            "Listening first, and writing down what they notice",
            (
                "Explaining the idea beforehand so that they see it right",
                "Asking whether they like it and leaving it at that",
                "Showing it only after everything has been finished",
            ),
            "What people notice unasked is what the work really says.",
        ),
    ),
    statements=(
        Statement(
            "A rough version that is finished teaches more than an idea.", True, "Only finished work can be looked at."
        ),
        Statement(
            "Good feedback starts with your own explanation.", False, "An explanation hides what the work itself says."
        ),
        Statement(
            "Copying a master for practice is a way to learn.",
            True,
            "It makes you notice decisions; say that it is a copy.",
        ),
        Statement(
            "You need the best tools before you can begin.", False, "Limits train choices; tools can come later."
        ),
    ),
    capstone=Capstone(
        "Your own work",
        ("Idea, audience and plan: {s}", ("idea", "audience", "plan")),
        ("Make, show and revise: {s}", ("draft", "feedback", "revision")),
    ),
)
