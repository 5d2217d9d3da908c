"""The commands of `roadmap step`: inspect a run or move it, and print the result.

An error is printed in one line and leaves the run where it was.
"""

import asyncio
import shlex
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cli.output.run_state import change_lines, contents_line, graph_lines, mermaid, value_line
from cli.output.stdio import print_text
from cli.terminal.prompt import Conversation
from domain.errors import InvalidInput, RoadmapError, Superseded
from domain.vocabulary import ContentStatus
from rendering.text.event_text import details, line_of
from rendering.text.text import one_line

if TYPE_CHECKING:
    from langchain_core.runnables.graph import Graph

    from orchestrator import Orchestrator
    from orchestrator.execution.stepper import Moment, Stepper
    from repository.runs.events import Event

HELP: Final = """\
next            run the next node, or all of several parallel ones
continue        run until the end, a review or a breakpoint
break [NODE]    set a breakpoint before NODE; without NODE, clear all breakpoints
state [KEY]     show the state; with KEY, one value as JSON
diff            show what the last `next` or `continue` changed in the state
set KEY JSON    replace a value of the state
history         show the previous positions of the run
back [N]        go back N steps (default: 1)
graph [mermaid] show the nodes and the current position
log [N]         show the last N events of the run (default: 20)
quit            leave; a run at its end is completed, any other is cancelled and can be resumed
help            show this help"""

SHORT: Final = {"n": "next", "c": "continue", "b": "break", "h": "help", "?": "help", "q": "quit", "exit": "quit"}
USAGE_CHARACTERS: Final = 16
"""Width of the first column of HELP."""
COMMANDS: Final = tuple(line.split()[0] for line in HELP.splitlines())
DEFAULT_EVENTS: Final = 20


class Shell:
    """Read and execute commands until the run has ended or the user quits."""

    def __init__(self, orchestrator: "Orchestrator", stepper: "Stepper", conversation: Conversation) -> None:
        self._orchestrator = orchestrator
        self._stepper = stepper
        self._conversation = conversation
        self._breaks: list[str] = []
        conversation.complete = self.complete

    async def run(self) -> None:
        """Raises Superseded if another process has taken over the run."""
        while self._stepper.ended is None and (line := await self._conversation.line(await self._prompt())) is not None:
            try:
                words = read_words(line)
            except ValueError as error:
                print_text(f"Cannot parse the command: {error}.")
                continue
            if words[:1] == ["quit"]:
                return
            if words:
                await self._execute(words)

    async def _prompt(self) -> str:
        nodes = await self._stepper.next_nodes()
        return f"next: {' + '.join(nodes)}> " if nodes else "at the end> "

    async def _execute(self, words: Sequence[str]) -> None:
        try:
            if not await self._conversation.interruptible(self._parse(words)):
                print_text("Stopped before the unfinished node.")
        except Superseded:
            raise
        except RoadmapError as error:
            print_text(one_line(str(error)))
        except Exception as error:  # a node under development may raise anything
            print_text(f"{type(error).__name__}: {one_line(str(error), 500)}")

    def _parse(self, words: Sequence[str]) -> Coroutine[Any, Any, None]:
        command, arguments = words[0], list(words[1:])
        match command, arguments:
            case "next", []:
                return self._advance(None)
            case "continue", []:
                return self._advance(self._breaks)
            case "break", nodes:
                return self._break(nodes)
            case "state", []:
                return self._state()
            case "state", [key]:
                return self._value(key)
            case "diff", []:
                return self._diff()
            case "set", [key, value]:
                return self._set(key, value)
            case "history", []:
                return self._history()
            case "back", [] | [_]:
                return self._back(read_number(*arguments, default=1))
            case "graph", [] | ["mermaid"]:
                return self._graph(drawn=bool(arguments))
            case "log", [] | [_]:
                return self._log(read_number(*arguments, default=DEFAULT_EVENTS))
            case "help", []:
                return self._help()
            case _ if command in COMMANDS:
                line = next(line for line in HELP.splitlines() if line.split()[0] == command)
                raise InvalidInput(f"Usage: {line[:USAGE_CHARACTERS].strip()}")
        raise InvalidInput(f"Unknown command {one_line(command)!r}; `help` lists all commands.")

    async def _advance(self, stop_before: list[str] | None) -> None:
        if await self._stepper.is_at_end():
            raise InvalidInput("The run is at its end: `quit` completes it, `back` goes back.")
        number = len(await self._stepper.history())
        await self._stepper.advance(stop_before)
        moments = await self._stepper.history()
        ran = [node for moment in reversed(moments[1 : len(moments) - number + 1]) for node in moment.next_nodes]
        print_text(f"  ran {', '.join(ran) or 'init'}")
        await self._diff()

    async def _diff(self) -> None:
        changes = await self._stepper.changes()
        for key, (before, after) in changes.items():
            for line in change_lines(key, before, after):
                print_text(f"  {line}")
        statuses = await self._contents()
        if statuses:
            print_text(f"  {contents_line(statuses)}")
        elif not changes:
            print_text("  The state did not change.")

    async def _contents(self) -> Counter[ContentStatus]:
        """Count the contents of this run by status; they are rows, not part of the state."""
        task = self._stepper.task
        roadmap = await self._orchestrator.roadmap(task.roadmap_id or "")
        return Counter(content.status for content in roadmap.contents if content.task_id == task.task_id)

    async def _break(self, nodes: list[str]) -> None:
        known = self._stepper.nodes()
        unknown = [node for node in nodes if node not in known]
        if unknown:
            raise InvalidInput(f"Unknown node {one_line(unknown[0])!r}; known: {', '.join(known)}.")
        self._breaks = list(dict.fromkeys([*self._breaks, *nodes])) if nodes else []
        print_text(f"Breakpoints: {', '.join(self._breaks) or 'none'}.")

    async def _state(self) -> None:
        state = await self._stepper.state()
        for key, value in state.items():
            print_text(f"  {value_line(key, value)}")
        if not state:
            print_text("  The state is empty until the first node has run.")

    async def _value(self, key: str) -> None:
        import json

        state = await self._stepper.state()
        if key not in state:
            raise InvalidInput(f"The state has no key {one_line(key)!r}; `state` lists the keys.")
        print_text(json.dumps(state[key], ensure_ascii=False, indent=2))

    async def _set(self, key: str, value: str) -> None:
        before = (await self._stepper.state()).get(key)
        await self._stepper.set(key, value)
        for line in change_lines(key, before, (await self._stepper.state()).get(key)):
            print_text(f"  {line}")

    async def _history(self) -> None:
        for moment in await self._stepper.history():
            print_text(f"  {_moment_line(moment)}")

    async def _back(self, number: int) -> None:
        await self._stepper.back(number)
        print_text(f"  Back before {', '.join(await self._stepper.next_nodes()) or 'the end'}.")

    async def _graph(self, *, drawn: bool) -> None:
        graph: Graph = self._stepper.attempt.graph.get_graph()
        here = await self._stepper.next_nodes()
        for line in [mermaid(graph, here)] if drawn else graph_lines(graph, here):
            print_text(line)

    async def _log(self, number: int) -> None:
        events: list[Event] = []
        while page := await self._orchestrator.events.page(
            self._stepper.task.task_id, after=events[-1].sequence if events else 0
        ):
            events += page
        if len(events) > number:
            print_text(f"  ... {len(events) - number} earlier events; `log {len(events)}` shows all")
        for event in events[-number:]:
            print_text(line_of(event))
            for line in details(event):
                print_text(f"{'':<11}{line}")

    async def _help(self) -> None:
        print_text(HELP)

    def complete(self, before: Sequence[str]) -> Sequence[str]:
        """Return the candidates for the next word; called in the main thread."""
        from nodes.state import SHAPES

        match before:
            case []:
                return COMMANDS
            case ["break" | "b", *_]:
                return self._stepper.nodes()
            case ["state" | "set"]:
                return sorted(SHAPES)
            case ["graph"]:
                return ["mermaid"]
        return []


def read_words(line: str) -> list[str]:
    """Split a line as a shell does. `set` takes the rest of the line verbatim, since JSON has quotes of its own."""
    first = line.split(maxsplit=1)[:1]
    words = line.split(maxsplit=2) if first == ["set"] else shlex.split(line)
    return [SHORT.get(words[0], words[0]), *(word.strip() for word in words[1:])] if words else []


def read_number(word: str | None = None, *, default: int) -> int:
    """Parse a count of steps or events. Raises InvalidInput."""
    if word is None:
        return default
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 10):
        raise InvalidInput(f"{one_line(word)!r} is not a number.")
    return int(word)


def _moment_line(moment: "Moment") -> str:
    """Format a position: `  2  12:00:00  before curriculum_design`."""
    at = datetime.fromisoformat(moment.created_at).astimezone().strftime("%H:%M:%S") if moment.created_at else ""
    where = f"before {', '.join(moment.next_nodes)}" if moment.next_nodes else "at the end"
    how = {"update": "  (set or resumed)", "fork": "  (back)"}.get(moment.source, "")
    return f"{moment.number or 'now':>3}  {at}  {where}{how}"


async def leave(stepper: "Stepper") -> None:
    """Record the end of the run in its row, even if the conversation was cancelled."""
    await asyncio.shield(stepper.quit())
