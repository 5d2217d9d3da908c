"""Hours and deadlines in goals are taken where nothing else can be meant."""

import pytest

from domain.pace.goal_pace import deadline_in, hours_in
from tests.support.deadlines import TODAY


def test_what_a_goal_clearly_says_of_time_is_read(subtests: pytest.Subtests) -> None:
    for goal, hours, deadline in [
        ("learn Go, 4 hours a week", 4, None),
        ("learn Go in 3 months, 4 hours a week", 4, "in 3 months"),
        ("learn Go, 4 hours a week, in 3 months.", 4, "in 3 months"),
        ("10h/week piano", 10, None),
        ("piano 10 h / wk", 10, None),
        ("up to 6 hours per week of Go", 6, None),
        ("1.5 hours a week of Go", 1.5, None),
        ("learn Spanish by March 2027", None, "by March 2027"),
        ("每周6小时学习Go", 6, None),
        ("学Go，每周６小时，三个月内", 6, "三个月内"),
        ("3个月内学会西班牙语", None, "3个月内"),
        ("Klavier, 2 Stunden pro Woche", 2, None),
        ("Klavier lernen in 3 Monaten", None, "in 3 Monaten"),
        ("aprender Go en 3 meses, 5 horas por semana", 5, "en 3 meses"),
        ("apprendre Go en 3 mois, 5 heures par semaine", 5, "en 3 mois"),
        ("выучить Go за 3 месяца, 6 часов в неделю", 6, "за 3 месяца"),
        ("Goを3か月以内に学ぶ、週6時間", 6, "3か月以内"),
        ("Go 3개월 안에 배우기, 주 6시간", 6, "3개월 안에"),
    ]:
        with subtests.test(goal=goal, hours=hours, deadline=deadline):
            assert (hours_in(goal), deadline_in(goal, TODAY)) == (hours, deadline)


def test_what_may_mean_something_else_is_left_in_the_goal(subtests: pytest.Subtests) -> None:
    for goal in [
        "win the 24 hours of Le Mans",
        "read Around the World in 80 Days",
        "I work 40 hours a week and want to learn the piano",
        "ich arbeite 40 Stunden pro Woche und will Klavier lernen",
        "4-6 hours a week of Go",
        "4 to 6 hours a week of Go",
        "learn Go, 4 hours a week or 6 hours a week",
        "500 hours a week",
        "history of Rome by 1500",
        "the revolutions of March 1848",
        "what happened in the last 3 months",
        "过去3个月内的新闻",
        "数据分析，3-6个月内",
        "in 3 months I want to know Go",
        "learn statistics in R",
        "the World Cup in June 2030",
        "become fluent before summer",
        "x" * 2000,
        "in " * 600,
        "每周" * 900,
        "4 hours " * 250,
    ]:
        with subtests.test(goal=goal):
            assert (hours_in(goal), deadline_in(goal, TODAY)) == (None, None)


def test_a_past_date_in_a_goal_is_no_deadline() -> None:
    assert deadline_in("understand what was known by March 2020", TODAY) is None
