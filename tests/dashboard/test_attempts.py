from dashboard.attempts import KEYS_MAX, WINDOW_MS, Attempts, line_of

LIMITS = {"email marie": 3, "address 192.0.2.1": 5}


def test_the_attempt_after_the_last_one_waits_for_the_end_of_the_window():
    attempts = Attempts()
    assert [attempts.take(LIMITS, now_ms) for now_ms in (0, 1000, 2000)] == [0, 0, 0]
    assert attempts.take(LIMITS, 60_000) == 14 * 60
    assert attempts.take(LIMITS, WINDOW_MS - 1) == 1
    assert attempts.take(LIMITS, WINDOW_MS) == 0


def test_an_address_that_tries_many_names_is_slowed_down_too():
    attempts = Attempts()
    waits = [attempts.take({f"email {n}": 3, "address 192.0.2.1": 5}, 0) for n in range(6)]
    assert waits[:5] == [0] * 5
    assert waits[5] == WINDOW_MS // 1000


def test_a_refused_attempt_uses_up_nothing_of_the_other_limit():
    attempts = Attempts()
    for _ in range(50):
        attempts.take({"email marie": 3, "address 192.0.2.1": 5}, 0)
    assert attempts.take({"email paul": 3, "address 192.0.2.1": 5}, 0) == 0


def test_a_success_is_given_back():
    attempts = Attempts()
    for _ in range(20):
        assert attempts.take(LIMITS, 0) == 0
        attempts.give_back(LIMITS, 0)


def test_a_flood_of_names_stays_within_its_bound_and_forgets_the_oldest():
    attempts = Attempts()
    attempts.take({"email marie": 1}, 0)
    assert attempts.take({"email marie": 1}, 0) > 0
    for n in range(KEYS_MAX):
        attempts.take({f"email {n}": 1}, 0)
    assert attempts.take({"email marie": 1}, 0) == 0
    assert attempts.take({f"email {KEYS_MAX - 1}": 1}, 0) > 0


def test_a_line_is_one_address_or_the_whole_of_an_ipv6_network():
    assert line_of("192.0.2.7") == "192.0.2.7"
    assert line_of("2001:db8:1:2::3") == line_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert line_of("2001:db8:1:3::3") != line_of("2001:db8:1:2::3")
    assert line_of("") == ""
