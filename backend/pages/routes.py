"""All routes of the pages."""

from typing import Final

from fastapi import APIRouter

from backend.pages import concepts, home, login, operations, roadmaps, runs, static_files

ROUTERS: Final[tuple[APIRouter, ...]] = (
    static_files.router,
    login.router,
    home.router,
    roadmaps.router,
    concepts.router,
    runs.router,
    operations.router,
)
