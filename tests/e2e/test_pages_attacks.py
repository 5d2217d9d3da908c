"""Hostile words wherever a learner or an author can write: none of them runs, even if the policy let it."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Dialog, Page

from domain.vocabulary import ContentType
from tests.e2e.browsing import Site, site
from tests.support.stocked import PAYLOADS, stock, structure, tell, waiting_task, write
from tests.support.xss import XSS

STORABLE = [text.replace("\x00", "") for text in XSS]
"""PostgreSQL takes no NUL, and so nothing with one gets there."""

RUNS = """
    window.ran = [];
    window.pwned = (...what) => window.ran.push(String(what));
    for (const name of ['alert', 'confirm', 'prompt']) window[name] = window.pwned;
"""

SUSPECT = """() => [...document.querySelectorAll('*')].flatMap(element => {
    const found = [];
    const own = ['app', 'ready'].some(name => element.src?.includes(`/static/${name}.js`));
    if (element.localName === 'script' && !own) found.push(element.outerHTML);
    const forbidden = ['iframe', 'object', 'embed', 'math', 'base', 'img', 'video', 'audio', 'style', 'foreignobject'];
    if (forbidden.includes(element.localName)) found.push(element.outerHTML);
    for (const {name, value} of element.attributes) {
        if (name.startsWith('on') || name === 'style' || name === 'srcdoc') found.push(element.outerHTML);
        if (/^(href|src|action|formaction|xlink:href)$/.test(name) && !/^(https?:|mailto:|[\\/#?]|$)/.test(value)) {
            found.push(element.outerHTML);
        }
    }
    return found.map(text => text.slice(0, 300));
})"""


def _hostile_contents() -> dict[ContentType, dict[str, object]]:
    """All of them in each place that contents have."""
    question = PAYLOADS[ContentType.QUIZ]["questions"][0]
    resource = PAYLOADS[ContentType.RESOURCES]["resources"][0]
    tutorial = {
        **PAYLOADS[ContentType.TUTORIAL],
        "content": "\n\n".join([*STORABLE, *(f"## {text}" for text in STORABLE), *(f"[x]({t})" for t in STORABLE)]),
        "summary": " ".join(STORABLE),
        "language": STORABLE[0],
    }
    links = [{**resource, "url": t, "title": t, "description": t, "type": t} for t in STORABLE]
    questions = [
        {**question, "question": t, "options": [t, t, "c", "d"], "explanation": t, "correct_answer": [0]}
        for t in STORABLE
    ]
    return {
        ContentType.TUTORIAL: tutorial,
        ContentType.RESOURCES: {"resources": links},
        ContentType.QUIZ: {"questions": questions},
    }


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        named = structure(
            "named", STORABLE[0], (2, 2, (len(STORABLE) + 3) // 4), lambda n: STORABLE[n % len(STORABLE)][:200]
        )
        asyncio.run(stock(served.database_url, [named]))
        _write_again(served.database_url)
        waiting_task(
            served.database_url,
            "t-bad",
            "named",
            status="human_review_pending",
            task_type="modification",
            error_message=STORABLE[1],
        )
        edited = named.model_dump(mode="json")
        story: list[tuple[str, dict[str, object]]] = [("run_started", {"attempt": 1, "worker_id": STORABLE[0]})]
        for text in STORABLE:
            story += [
                ("step_started", {"step": "edit_plan_analysis"}),
                ("edit_planned", {"feedback": text, "plan": {"feedback_summary": text, "operations": []}}),
                ("content_failed", {"concept_id": text, "content_type": "quiz", "reason": text}),
                ("review_decided", {"round": 1, "decision": "rejected", "feedback": text, "by": text}),
                (text, {"x": text}),
            ]
        issues = [{"severity": "warning", "category": t, "location": t, "issue": t, "suggestion": t} for t in STORABLE]
        validation = {"is_valid": True, "overall_score": 1, "issues": issues, "validation_summary": STORABLE[0]}
        story += [
            ("framework_edited", {"before": {**edited, "stages": []}, "after": edited}),
            ("framework_validated", {"validation": validation}),
            ("review_requested", {"round": 1, "deadline": None}),
        ]
        tell(served.database_url, "t-bad", story)
        with psycopg.connect(served.database_url, autocommit=True) as connection:
            for number, text in enumerate(STORABLE):
                connection.execute(
                    "INSERT INTO roadmap_metadata (roadmap_id, user_id, title) VALUES (%s, 'local', %s)",
                    (f"goal-{number}", text),
                )
        yield served


def _write_again(url: str) -> None:
    """Hostile contents in place of the harmless ones."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM content_versions")
    write(url, "named", _hostile_contents())


def visited(page: Page, served: Site) -> Iterator[str]:
    """Every kind of page that shows somebody's words, with its forms filled in and sent."""
    for path in (
        "/",
        "/?before=%22%3E%3Cscript%3Epwned()%3C/script%3E",
        "/?said=%3Cscript%3Epwned()%3C/script%3E",
        "/operations?user=%22%3E%3Cscript%3Epwned()%3C/script%3E&roadmap=named",
        "/roadmaps/%3Cscript%3Epwned()%3C%2Fscript%3E",
        "/roadmaps/named",
        "/roadmaps/named/plan",
        "/roadmaps/named/changes",
        "/roadmaps/named/runs?type=%22%3E%3Cscript%3Epwned()%3C/script%3E",
        "/roadmaps/named/concepts/c-1-1-1",
        "/tasks/t-bad",
        "/tasks/t-bad/review",
    ):
        page.goto(served.served.url + path)
        yield path
    page.goto(f"{served.served.url}/roadmaps/named/concepts/c-1-1-1")
    page.locator(".option input").first.check()
    page.get_by_role("button", name="Check my answers").click()
    page.locator(".score").wait_for()
    yield "a quiz that was answered"
    page.goto(served.served.url)
    page.get_by_label("Your goal").fill("\n".join(STORABLE)[:1900])
    page.get_by_label("Hours a week").fill(STORABLE[24])
    page.get_by_role("button", name="Create roadmap").click()
    page.locator("#error-available_hours_per_week").wait_for()
    yield "a form that was refused"


@pytest.mark.parametrize("policy", [pytest.param("with", marks=pytest.mark.soak), "without"])
def test_none_of_a_hundred_hostile_words_runs_anywhere(served: Site, browser: Browser, policy: str) -> None:
    """Without its policy as well, so that each wall is tried by itself."""
    assert len(STORABLE) >= 100
    page = served.page(bypass_csp=policy == "without")
    page.add_init_script(RUNS)
    dialogs: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    for place in visited(page, served):
        page.wait_for_timeout(100)
        assert page.evaluate("window.ran") == [], place
        assert page.evaluate(SUSPECT) == [], place
    assert not dialogs
    blocked = [said for said in served.complaints if "Content Security Policy" in said]
    assert not blocked, "what the policy stops ought to have been stopped before"
    served.close_pages()


def test_a_link_of_an_author_sends_no_referrer(served: Site, browser: Browser) -> None:
    page = served.open("/roadmaps/named/concepts/c-1-1-1")
    for link in page.locator(".prose a[href^=http], .links a").all():
        rel = link.get_attribute("rel") or ""
        assert {"noopener", "noreferrer"} <= set(rel.split())
    served.close_pages()
