"""Exports over HTTP: the notes of their owner, and the language of what the program adds."""

from collections.abc import Callable
from typing import Any

import httpx

from domain.vocabulary import Role
from repository.db.database import Database
from tests.backend.conftest import Serve
from tests.backend.places import fill

EXPORT = "/api/v1/roadmaps/r-1/export"
NOTE = "/api/v1/roadmaps/r-1/concepts/c-1-1-1/note"
WORDS = "Mine: **bold** <script>alert(1)</script> كلمة"


async def test_own_notes_stand_in_an_export_and_nobody_elses(
    serve: Serve, bearer: Callable[..., Any], database: Database
) -> None:
    await fill(database)
    client = await serve(auth="token")
    ann, rita = await bearer("ann"), await bearer("rita", Role.REVIEWER)
    for headers, words in ((ann, WORDS), (rita, "Words of Rita")):
        assert (await client.put(NOTE, json={"note": words, "version": 0}, headers=headers)).status_code == 200
    for kind, expected in (("markdown", "Mine: **bold**"), ("html", "Mine: <strong>bold</strong>")):
        own = (await client.get(EXPORT, params={"format": kind}, headers=ann)).text
        assert (expected in own, "Words of Rita" in own, "<script>alert" in own) == (True, False, False)
        without = (await client.get(EXPORT, params={"format": kind, "notes": "false"}, headers=ann)).text
        others = (await client.get(EXPORT, params={"format": kind}, headers=rita)).text
        for text in (without, others):
            assert ("Mine:" in text, "Words of Rita" in text, "My note" in text) == (False, False, False)


async def test_an_export_is_in_the_language_that_is_asked_for(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    english, chinese = [
        (await client.get(EXPORT, params={"language": code}, headers={"accept-language": "zh"})).text
        for code in ("en", "zh")
    ]
    assert ("## Overview" in english, "## 概览" in chinese, "Overview" in chinese) == (True, True, False)
    page = (await client.get(EXPORT, params={"language": "zh", "format": "html"})).text
    assert '<h2 id="contents" lang="zh">内容</h2>' in page
    assert (await client.get(EXPORT, params={"language": "xx"})).status_code == 422
    shown = await client.get("/roadmaps/r-1", headers={"accept-language": "zh"})
    assert "/export?format=html&amp;language=zh" in shown.text
