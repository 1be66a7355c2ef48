import re

from balise.bar import drawn


def test_a_bar_tells_how_much_is_done_how_quickly_and_how_long_it_takes(capsys):
    with drawn("events") as told:
        for done in (1_000, 2_000, 3_000):
            told(done, 3_000)
    assert re.search(r"events .* 3000/3000 [\d,]+/s \d:\d\d:\d\d", capsys.readouterr().err)


def test_what_an_earlier_run_had_done_is_no_part_of_the_rate(capsys):
    with drawn("events") as told:
        told(3_000, 4_000)
    assert "/s" not in capsys.readouterr().err


def test_without_a_word_of_progress_nothing_is_drawn(capsys):
    with drawn("events"):
        pass
    assert capsys.readouterr().err == ""
