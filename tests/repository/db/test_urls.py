import pytest

from domain.errors import InvalidInput
from repository.db.urls import asyncpg_arguments, psycopg_arguments, read_url, where


def test_a_url_that_cannot_be_used_is_refused_without_its_password(subtests: pytest.Subtests) -> None:
    for url in [
        "",
        "u:secret@h/db",
        "mysql://u:secret@h/db",
        "host=h password=secret",
        "postgresql://u:%secret@h/db",
        "postgresql://u:sec ret@h/db",
        "postgresql://u:secret@[h/db",
        "postgresql://u:secret@h:port/db",
        "postgresql://u:secret@h:0/db",
        "postgresql://u:secret@h:65536/db",
        "postgresql://u:secret@h,i,j:1,2/db?port=1,2",
        "postgresql://u:secret@h/db?secret=1",
        "postgresql://u:secret@h/db?sslmode=secret",
        "postgresql://u:secret@h/db?target_session_attrs=secret",
        "postgresql://u:secret@h/db?connect_timeout=secret",
        "postgresql://u:secret@h/db?keepalives_idle=1.5",
        "postgresql://u:secret@h/db?sslrootcert=/nowhere",
    ]:
        with subtests.test(url=url):
            with pytest.raises(InvalidInput) as refused:
                read_url(url)
            assert "secret" not in str(refused.value)
            assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "query",
    ["channel_binding=require", "gssencmode=require", "sslcertmode=require", "require_auth=md5", "hostaddr=::1"],
)
def test_what_one_driver_cannot_keep_is_refused_rather_than_forgotten(query: str) -> None:
    with pytest.raises(InvalidInput, match=query.partition("=")[0]):
        read_url(f"postgresql://u:p@h/db?{query}")


def test_a_password_is_cut_where_libpq_cuts_it() -> None:
    url = "postgresql://u:a?b#c%40d:e@h/db"
    assert read_url(url) == {"user": "u", "password": "a?b#c@d:e", "host": "h", "dbname": "db"}
    (arguments,) = asyncpg_arguments(url, application_name="x", settings={})
    assert (arguments["password"], arguments["host"], arguments["database"]) == ("a?b#c@d:e", "h", "db")


def test_each_host_gets_its_own_time_with_asyncpg_as_with_libpq() -> None:
    url = "postgresql://u:p@h,[::1]:7,i:8/db?connect_timeout=1"
    arguments = asyncpg_arguments(url, application_name="x", settings={})
    assert [(a["host"], a.get("port"), a["timeout"]) for a in arguments] == [("h", None, 2), ("::1", 7, 2), ("i", 8, 2)]
    sockets = asyncpg_arguments("postgresql:///db?host=/a,/b&port=7", application_name="x", settings={})
    assert [(a["host"], a["port"]) for a in sockets] == [("/a", 7), ("/b", 7)]


def test_what_only_libpq_knows_does_not_reach_the_server_as_a_setting() -> None:
    url = "postgresql://u:p@h/db?sslmode=require&keepalives=1&tcp_user_timeout=9&channel_binding=prefer&sslsni=1"
    (arguments,) = asyncpg_arguments(url, application_name="x", settings={"jit": "off"})
    assert arguments["server_settings"] == {"application_name": "x", "jit": "off"}
    assert arguments["dsn"] == "postgresql://?sslmode=require"


def test_our_time_limits_come_after_the_options_of_the_url() -> None:
    url = "postgresql://u:p@h/db?options=-c%20work_mem%3D8MB%20-c%20jit%3Don&application_name=mine&connect_timeout=3"
    asked = psycopg_arguments(url, application_name="x", settings={"jit": "off"})
    assert asked["options"] == "-c work_mem=8MB -c jit=on -c jit=off"
    assert (asked["application_name"], asked["connect_timeout"], asked["keepalives_idle"]) == ("mine", "3", 30)
    (arguments,) = asyncpg_arguments(url, application_name="x", settings={"jit": "off"})
    assert arguments["server_settings"] == {
        "application_name": "mine",
        "options": "-c work_mem=8MB -c jit=on",
        "jit": "off",  # the server reads `options` first
    }


def test_messages_name_the_server_without_its_password() -> None:
    assert where("postgresql://u:secret@h:6432/db?sslmode=require") == "h:6432/db"
    assert where("postgresql://u:secret@/db?host=%2Ftmp%2Fx") == "/tmp/x:5432/db"
    assert where("postgresql://u:secret@h,i:7/db") == "h:5432,i:7/db"
