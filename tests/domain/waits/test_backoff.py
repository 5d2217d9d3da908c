from domain.waits.backoff import Backoff


def test_delays_grow_to_the_longest() -> None:
    backoff = Backoff(0.5, 30.0, jitter=(1.0, 1.0))
    assert [backoff.delay(failures) for failures in (1, 2, 3, 7, 8)] == [0.5, 1.0, 2.0, 30.0, 30.0]


def test_jitter_spreads_delays_within_its_bounds() -> None:
    delays = {Backoff(4.0, 60.0, jitter=(0.75, 1.25)).delay(1) for _ in range(50)}
    assert len(delays) > 1
    assert all(3.0 <= delay <= 5.0 for delay in delays)


def test_any_number_of_failures_has_a_delay() -> None:
    """A growing power once overflows a float."""
    assert Backoff(5.0, 21_600.0, growth=4.0, jitter=(1.0, 1.0)).delay(100_000) == 21_600.0
