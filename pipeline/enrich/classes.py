"""Who made an event: a person, or one of the kinds of automatic traffic, and by which rule.

Every event keeps its class and the id of the rule that gave it, so that a rule which proves wrong
can be found and undone. The rules are read from the top and the first match wins: what tells most
comes first, the general words last. What no rule matches is `human`: browsers inside apps
(Instagram, Facebook, LinkedIn, TikTok) are people, and their agents look much like the previews
of the same companies.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import look_up

AutomaticClass = Literal["bot", "preview", "scanner", "prefetch", "headless", "datacentre", "owner"]
HUMAN = "human"

AGENTS_MAX = 50_000
"""Distinct agents remembered between batches."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    gives: AutomaticClass
    pattern: re.Pattern[str]


def _rule(rule_id: str, gives: AutomaticClass, pattern: str) -> Rule:
    return Rule(rule_id, gives, re.compile(pattern, re.IGNORECASE))


RULES: tuple[Rule, ...] = (
    # iMessage borrows the names of two other previews at once, behind a Safari of 2015.
    _rule("preview.imessage", "preview", r"facebookexternalhit/.*\bFacebot\b.*\bTwitterbot/"),
    _rule("preview.line", "preview", r"line-poker/"),
    _rule("preview.facebook", "preview", r"facebookexternalhit|facebookcatalog|\bFacebot\b"),
    _rule("preview.meta", "preview", r"\bmeta-external(agent|fetcher)\b"),
    # Signal sends this name too. A person who taps a link in WhatsApp comes with their browser.
    _rule("preview.whatsapp", "preview", r"^WhatsApp/"),
    _rule("preview.linkedin", "preview", r"\bLinkedInBot/"),
    _rule("preview.x", "preview", r"\bTwitterbot/"),
    _rule("preview.telegram", "preview", r"\bTelegramBot\b"),
    _rule("preview.slack", "preview", r"\bSlackbot\b|\bSlack-ImgProxy\b"),
    _rule("preview.discord", "preview", r"\bDiscordbot/"),
    _rule("preview.teams", "preview", r"\bSkypeUriPreview\b|\bMicrosoftPreview/"),
    _rule("preview.viber", "preview", r"^Viber\b"),
    _rule("preview.snapchat", "preview", r"Snap URL Preview"),
    _rule("preview.pinterest", "preview", r"\bPinterest(bot)?/0|\bPinterestbot\b"),
    _rule("preview.reddit", "preview", r"\bredditbot\b"),
    _rule("preview.mastodon", "preview", r"\bMastodon/|\bPleroma\b|\bMisskey/"),
    _rule("preview.bluesky", "preview", r"\bBluesky Cardyb\b"),
    _rule("preview.embed", "preview", r"\bIframely/|\bEmbedly/|\bvkShare\b|\bWeChatShareExt"),
    _rule(
        "preview.google", "preview", r"Google-PageRenderer|\bGoogle-Snippet\b|Google Web Preview"
    ),
    _rule("scanner.safelinks", "scanner", r"\bBingPreview/|\bSafeLinks\b|\bMSOffice\b"),
    _rule("scanner.mail", "scanner", r"\bProofpoint\b|\bMimecast\b|\bBarracuda|\bTrendMicro\b"),
    _rule("scanner.image-proxy", "scanner", r"\bGoogleImageProxy\b|\bYahooMailProxy\b"),
    _rule("headless.chrome", "headless", r"\bHeadlessChrome\b"),
    _rule("headless.tool", "headless", r"\bPhantomJS\b|\bPuppeteer\b|\bPlaywright\b|\bSelenium\b"),
    _rule(
        "headless.audit", "headless", r"\bChrome-Lighthouse\b|\bGTmetrix\b|\bPTST/|Speed Insights"
    ),
    _rule(
        "bot.search", "bot", r"\bGooglebot\b|\bbingbot\b|\bYandexBot\b|\bBaiduspider\b|\bApplebot\b"
    ),
    _rule("bot.ai", "bot", r"\bGPTBot\b|\bClaudeBot\b|\bCCBot\b|\bPerplexityBot\b|\bBytespider\b"),
    _rule("bot.seo", "bot", r"\bAhrefsBot\b|\bSemrushBot\b|\bMJ12bot\b|\bDotBot\b"),
    _rule("bot.monitor", "bot", r"\bUptimeRobot\b|\bPingdom|\bStatusCake\b|\bBetterUptime\b"),
    _rule("bot.library", "bot", r"^(curl|wget|python|java|go-http|okhttp|axios|node|ruby|php)\b"),
    _rule("bot.library", "bot", r"\bpython-(requests|urllib)|\baiohttp/|\bApache-HttpClient\b"),
    # Cubot makes telephones.
    _rule("bot.word", "bot", r"(?<!cu)bot\b|\bcrawl|crawler\b|\bspider\b|\bscraper\b|\+https?://"),
    _rule("bot.silent", "bot", r"^\s*$"),
)


def add_classes(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    """`mark` is what the collector knew from the request itself, and it outweighs the agent."""
    marked = pl.col("mark") != ""
    return look_up(frame, "agent", classify_agent, ("class", "rule")).with_columns(
        pl.when(marked).then("mark").otherwise("class").alias("class"),
        pl.when(marked).then(pl.lit("mark.") + pl.col("mark")).otherwise("rule").alias("rule"),
    )


@lru_cache(maxsize=AGENTS_MAX)
def classify_agent(agent: str) -> tuple[str, str]:
    """(class, id of the rule)."""
    for rule in RULES:
        if rule.pattern.search(agent):
            return rule.gives, rule.id
    return HUMAN, ""
