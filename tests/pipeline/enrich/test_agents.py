import pytest

from pipeline.enrich.agents import describe_agent

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"

SEEN = {
    f"{IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": (
        "mobile",
        "Safari",
        "iOS",
    ),
    f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {KHTML} Chrome/140.0.0.0 Mobile Safari/537.36": (
        "mobile",
        "Chrome",
        "Android",
    ),
    f"Mozilla/5.0 (Linux; Android 14; SM-X710) {KHTML} Chrome/140.0.0.0 Safari/537.36": (
        "tablet",
        "Chrome",
        "Android",
    ),
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " CriOS/140.0.0.0 Mobile/15E148 Safari/604.1": ("tablet", "Chrome", "iOS"),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/140.0.0.0 Safari/537.36"
    " Edg/140.0.0.0": ("desktop", "Edge", "Windows"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Safari/605.1.15": ("desktop", "Safari", "macOS"),
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": (
        "desktop",
        "Firefox",
        "Linux",
    ),
    f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.85 (iPhone14,5; iOS 18_5;"
    " fr_FR; fr; scale=3.00; 1170x2532; 762581104)": ("mobile", "Instagram", "iOS"),
    f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38;FBDV/iPhone14,5]": (
        "mobile",
        "Facebook",
        "iOS",
    ),
    f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31.1172": (
        "mobile",
        "LinkedIn",
        "iOS",
    ),
    f"Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) {KHTML} Version/4.0 Chrome/140.0.0.0"
    " Mobile Safari/537.36 musical_ly_2023400040 BytedanceWebview/d8a21c6": (
        "mobile",
        "TikTok",
        "Android",
    ),
}


@pytest.mark.parametrize(("agent", "described"), SEEN.items(), ids=lambda each: str(each)[-40:])
def test_an_agent_is_described_as_people_would(agent, described):
    assert describe_agent(agent) == described


@pytest.mark.parametrize("agent", ["", "x", "\x00\ufffd", "(" * 5000, "é" * 300])
def test_an_agent_that_tells_nothing_is_described_by_nothing(agent):
    assert describe_agent(agent) == ("", "", "")
