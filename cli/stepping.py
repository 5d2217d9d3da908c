"""`roadmap step`: a run under one's hands, node by node."""

import asyncio
import shlex
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.inputs import read_request
from cli.opening import read_settings
from cli.options import RoadmapId, TaskId
from cli.output import clean, one_line, print_text, tell
from domain.errors import InvalidInput, RoadmapError

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.status import TaskView
    from orchestrator.stepper import Stepper

step = typer.Typer(name="step", help="Step a run node by node: look, change, go back, go on.", no_args_is_help=True)

PROMPT: Final = "step> "
HELP: Final = """\
next            run the next node
continue        run on to the end, a review or a break
break NODE      let `continue` stop before NODE; `break` alone forgets all
state [KEY]     the keys of the state, or one of them
diff            what the last node changed
set KEY JSON    replace a key of the state
history         where the run stood before
back N          stand where it stood N steps ago
graph           the graph, and where we are
log             the run's events
quit            leave: finished at its end, else cancelled and resumable
help            this"""


@step.command("create")
def step_create(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="What is to be learned.")],
    level: Annotated[str | None, typer.Option(metavar="LEVEL")] = None,
    hours_per_week: Annotated[str | None, typer.Option(metavar="N")] = None,
    user: Annotated[str | None, typer.Option(metavar="ID")] = None,
) -> None:
    """Step the creation of a roadmap."""
    options = {"current_level": level, "available_hours_per_week": hours_per_week, "user_id": user}
    wanted = read_request(goal, None, options)
    _step(lambda orchestrator: orchestrator.create(wanted))


@step.command("retry")
def step_retry(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID")],
    content_type: Annotated[str, typer.Argument(metavar="TYPE", help="tutorial, resources or quiz.")],
) -> None:
    """Step the retry of one content."""
    from domain.vocabulary import ContentType

    if content_type not in set(ContentType):
        raise InvalidInput(f"there is no content type {content_type!r}: tutorial, resources or quiz")
    _step(lambda orchestrator: orchestrator.retry(roadmap_id, concept_id, ContentType(content_type)))


@step.command("modify")
def step_modify(
    roadmap_id: RoadmapId, instructions: Annotated[str, typer.Argument(metavar="TEXT", help="What to change.")]
) -> None:
    """Step a change of the framework."""
    _step(lambda orchestrator: orchestrator.modify(roadmap_id, instructions))


@step.command("resume")
def step_resume(task_id: TaskId) -> None:
    """Go on stepping a run that is stale, cancelled or failed."""
    _step(lambda orchestrator: orchestrator.resume(task_id))


def _step(request: "Callable[[Orchestrator], Awaitable[TaskView]]") -> None:
    asyncio.run(_go(request))


async def _go(request: "Callable[[Orchestrator], Awaitable[TaskView]]") -> None:
    from orchestrator import Orchestrator

    async with Orchestrator.open(read_settings(), kind="stepper") as orchestrator:
        task = await request(orchestrator)
        print_text(f"Task {task.task_id} of roadmap {task.roadmap_id}; `help` lists the commands.")
        async with orchestrator.step(task.task_id) as stepper, _lines() as lines:
            shell = _Shell(orchestrator, stepper)
            try:
                await shell.run(lines)
            finally:
                await asyncio.shield(stepper.quit())
        print_text(f"Task {task.task_id} is {stepper.task.status}.")


@dataclass
class _Shell:
    """Reads commands and carries them out; an error is one line, and the run stays where it was."""

    orchestrator: "Orchestrator"
    stepper: "Stepper"
    breaks: list[str] = field(default_factory=list)

    async def run(self, lines: AsyncIterator[str]) -> None:
        await self._say_where()
        async for line in lines:
            try:
                words = shlex.split(line) if not line.strip().startswith("set ") else line.split(maxsplit=2)
            except ValueError as error:
                print_text(f"This cannot be read: {error}.")
                continue
            if not words:
                continue
            if words[0] in {"quit", "exit", "q"}:
                return
            try:
                await self._do(words)
            except RoadmapError as error:
                print_text(one_line(str(error)))
            if self.stepper.ended is not None:
                return

    async def _do(self, words: Sequence[str]) -> None:
        command, arguments = words[0], list(words[1:])
        match command, arguments:
            case (("next" | "n"), []):
                await self._advance(None)
            case (("continue" | "c"), []):
                await self._advance(self.breaks)
            case "break", nodes:
                self._break(nodes)
            case "state", [*key] if len(key) < 2:
                await self._state(*key)
            case "diff", []:
                await self._diff()
            case "set", [key, value]:
                await self.stepper.set(key, value)
                await self._say_where()
            case "history", []:
                for moment in await self.stepper.history():
                    print_text(f"{moment.number:>3}  {moment.created_at[:19]}  {', '.join(moment.next_nodes) or 'end'}")
            case "back", [number] if number.isascii() and number.isdigit():
                await self.stepper.back(int(number))
                await self._say_where()
            case "graph", []:
                print_text(self.stepper.attempt.graph.get_graph().draw_mermaid())
                await self._say_where()
            case "log", []:
                for event in await self.orchestrator.events(self.stepper.task.task_id):
                    print_text(f"{event.sequence:>4}  {event.type}")
            case (("help" | "h" | "?"), []):
                print_text(HELP)
            case _:
                raise InvalidInput(f"There is no command {' '.join(words)!r}; `help` lists them.")

    async def _advance(self, stop_before: list[str] | None) -> None:
        if await self.stepper.is_at_end():
            raise InvalidInput("The run is at its end; `quit` records it, `back` goes back.")
        await self.stepper.advance(stop_before)
        await self._diff()
        if self.stepper.ended is None:
            await self._say_where()

    def _break(self, nodes: list[str]) -> None:
        known = self.stepper.attempt.graph.nodes
        unknown = [node for node in nodes if node not in known]
        if unknown:
            raise InvalidInput(f"There is no node {unknown[0]!r} in this graph.")
        self.breaks = [*self.breaks, *nodes] if nodes else []
        print_text(f"Stops before: {', '.join(self.breaks) or 'nothing'}.")

    async def _state(self, key: str | None = None) -> None:
        import json

        state = await self.stepper.state()
        if key is None:
            for name, value in state.items():
                print_text(f"{name:<14} {one_line(json.dumps(value, ensure_ascii=False), 90)}")
        elif key in state:
            print_text(json.dumps(state[key], ensure_ascii=False, indent=2))
        else:
            raise InvalidInput(f"The state has no {key!r} yet; `state` lists its keys.")

    async def _diff(self) -> None:
        changes = await self.stepper.changes()
        if not changes:
            print_text("  nothing in the state changed")
        for key, (before, after) in changes.items():
            print_text(f"  {key}: {_short(before)} -> {_short(after)}")

    async def _say_where(self) -> None:
        nodes = await self.stepper.next_nodes()
        print_text(f"Next: {', '.join(nodes)}" if nodes else "The end; `quit` records it.")


def _short(value: Any) -> str:
    import json

    return "nothing" if value is None else one_line(json.dumps(value, ensure_ascii=False), 70)


@asynccontextmanager
async def _lines() -> AsyncIterator[AsyncIterator[str]]:
    """Lines of standard input: with editing and completion on a terminal, echoed behind the prompt on a pipe.

    Read in a thread of its own that ends with the process, since nothing can interrupt a read.
    """
    terminal = sys.stdin.isatty()
    if terminal:
        _complete()
    loop = asyncio.get_running_loop()
    asked: asyncio.Queue[asyncio.Future[str | None]] = asyncio.Queue()

    def read() -> None:
        while True:
            try:
                future = asyncio.run_coroutine_threadsafe(asked.get(), loop).result()
            except (CancelledError, RuntimeError):  # the stepper was left
                return
            try:
                line: str | None = input(PROMPT) if terminal else sys.stdin.readline() or None
            except (EOFError, KeyboardInterrupt, UnicodeDecodeError):
                line = None
            loop.call_soon_threadsafe(_answer, future, line)

    threading.Thread(target=read, daemon=True).start()

    async def lines() -> AsyncIterator[str]:
        while True:
            future: asyncio.Future[str | None] = loop.create_future()
            asked.put_nowait(future)
            line = await future
            if line is None:
                return
            if not terminal:
                print_text(f"{PROMPT}{clean(line.rstrip())}")
            yield line

    try:
        yield lines()
    except asyncio.CancelledError:
        tell("Interrupted: the run is cancelled, and can be resumed.")
        raise


def _answer(future: "asyncio.Future[str | None]", line: str | None) -> None:
    if not future.done():
        future.set_result(line)


def _complete() -> None:
    import readline

    commands = [line.split()[0] for line in HELP.splitlines()]

    def candidates(text: str, state: int) -> str | None:
        found = [command for command in commands if command.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer(candidates)
    readline.parse_and_bind("tab: complete")
