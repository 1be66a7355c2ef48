"""Device, browser and system of a user agent, in the sense of the `user-agents` library.

Its own parsing takes hundreds of microseconds for each agent. Its classification is kept and fed
with the matches of ua-parser's Rust engine, which takes about twenty.
"""

import re
from functools import cache

import polars as pl
from ua_parser import Domain, Result
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver
from user_agents import parsers

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import LookUp, by_value

IN_APP: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Instagram", re.compile(r"\bInstagram[ /]")),
    ("Threads", re.compile(r"\bBarcelona \d")),
    (
        "Messenger",
        re.compile(r"\bFBAN/Messenger|\bFB_IAB/(MESSENGER|Orca)|\bMessenger(Lite)?ForiOS\b"),
    ),
    ("Facebook", re.compile(r"\bFB(AN|AV|_IAB)\b|\[FB")),
    ("LinkedIn", re.compile(r"\bLinkedInApp\b|\bLinkedIn/\d")),
    ("TikTok", re.compile(r"musical_ly|BytedanceWebview|\bTikTok\b|\btrill_")),
    ("Snapchat", re.compile(r"\bSnapchat[ /]")),
    ("X", re.compile(r"\bTwitter for (iPhone|iPad)\b|\bTwitterAndroid\b")),
    ("Pinterest", re.compile(r"\bPinterest/")),
    ("WhatsApp", re.compile(r"\bWhatsApp/")),
    ("Telegram", re.compile(r"\bTelegram-Android/|\bTelegram/")),
    ("WeChat", re.compile(r"\bMicroMessenger/")),
    ("LINE", re.compile(r"\bLine/\d")),
    ("Teams", re.compile(r"\bTeams(Mobile)?[-/]")),
    ("Outlook", re.compile(r"\bOutlook-(iOS|Android)/")),
    ("Google app", re.compile(r"\bGSA/")),
)
"""Browsers inside apps, named as people name the app. The first match wins."""

SHOWN_BROWSER = {
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "DuckDuckGo Mobile": "DuckDuckGo",
}
SHOWN_SYSTEM = {"Mac OS X": "macOS"}


def add_agents(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    return _agents().beside(frame)


@cache
def _agents() -> LookUp:
    return LookUp("agent", by_value(describe_agent, ("device", "browser", "os")))


def describe_agent(agent: str) -> tuple[str, str, str]:
    """(device, browser, system), each empty when the agent does not tell."""
    found = _resolver()(agent, Domain.ALL).complete()
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    in_app = next((name for name, pattern in IN_APP if pattern.search(agent)), "")
    return (
        _device(agent, found),
        in_app or SHOWN_BROWSER.get(browser, browser),
        SHOWN_SYSTEM.get(system, system),
    )


@cache
def _resolver() -> Resolver:
    return Resolver(load_lazy_builtins())


def _device(agent: str, found: Result) -> str:
    classified = _classified(agent, found)
    # An iPad with Chrome is both to the library: the larger screen is the truer answer.
    if classified.is_tablet and not _says_mobile(agent):
        return "tablet"
    if classified.is_mobile or classified.is_tablet:
        return "mobile"
    return "desktop" if classified.is_pc else ""


def _says_mobile(agent: str) -> bool:
    """The library takes an Android without the words `Mobile Safari` side by side for a tablet."""
    return "Android" in agent and " Mobile " in agent and "Mobile Safari" not in agent


def _classified(agent: str, found: Result) -> parsers.UserAgent:
    """What `parsers.UserAgent(agent)` builds, without the slow parsing in its constructor."""
    full = found.with_defaults()
    classified = parsers.UserAgent.__new__(parsers.UserAgent)
    classified.ua_string = agent
    browser, system, device = full.user_agent, full.os, full.device
    classified.browser = parsers.parse_browser(
        browser.family, browser.major, browser.minor, browser.patch
    )
    classified.os = parsers.parse_operating_system(
        system.family, system.major, system.minor, system.patch
    )
    classified.device = parsers.parse_device(device.family, device.brand, device.model)
    return classified
