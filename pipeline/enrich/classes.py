"""Who made an event: a person, or one of the kinds of automatic traffic, and by which rule.

Every event keeps its class and the id of the rule that gave it, so that a rule which proves wrong
can be found and undone. The rules are read from the top and the first match wins: what tells most
comes first, the general words last. What no rule matches is `human`: browsers inside apps
(Instagram, Facebook, LinkedIn, TikTok) are people, and their agents look much like the previews
of the same companies.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipeline.enrich.known import Known

AutomaticClass = Literal["bot", "preview", "scanner", "prefetch", "headless", "datacentre", "owner"]
HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    gives: AutomaticClass
    pattern: str
    """Upper and lower case are one. Matched by Polars, thirty times as fast as Python's `re`."""


RULES: tuple[Rule, ...] = (
    # iMessage borrows the names of two other previews at once, behind a Safari of 2015.
    Rule("preview.imessage", "preview", r"facebookexternalhit/.*\bFacebot\b.*\bTwitterbot/"),
    Rule("preview.line", "preview", r"line-poker/"),
    Rule("preview.facebook", "preview", r"facebookexternalhit|facebookcatalog|\bFacebot\b"),
    Rule("preview.meta", "preview", r"\bmeta-external(agent|fetcher)\b"),
    # Signal sends this name too. A person who taps a link in WhatsApp comes with their browser.
    Rule("preview.whatsapp", "preview", r"^WhatsApp/"),
    Rule("preview.linkedin", "preview", r"\bLinkedInBot/"),
    Rule("preview.x", "preview", r"\bTwitterbot/"),
    Rule("preview.telegram", "preview", r"\bTelegramBot\b"),
    Rule("preview.slack", "preview", r"\bSlackbot\b|\bSlack-ImgProxy\b"),
    Rule("preview.discord", "preview", r"\bDiscordbot/"),
    Rule("preview.teams", "preview", r"\bSkypeUriPreview\b|\bMicrosoftPreview/"),
    Rule("preview.viber", "preview", r"^Viber\b"),
    Rule("preview.snapchat", "preview", r"Snap URL Preview"),
    Rule("preview.pinterest", "preview", r"\bPinterest(bot)?/0|\bPinterestbot\b"),
    Rule("preview.reddit", "preview", r"\bredditbot\b"),
    Rule("preview.mastodon", "preview", r"\bMastodon/|\bPleroma\b|\bMisskey/"),
    Rule("preview.bluesky", "preview", r"\bBluesky Cardyb\b"),
    Rule("preview.embed", "preview", r"\bIframely/|\bEmbedly/|\bvkShare\b|\bWeChatShareExt"),
    Rule("preview.google", "preview", r"Google-PageRenderer|\bGoogle-Snippet\b|Google Web Preview"),
    Rule("scanner.safelinks", "scanner", r"\bBingPreview/|\bSafeLinks\b|\bMSOffice\b"),
    Rule("scanner.mail", "scanner", r"\bProofpoint\b|\bMimecast\b|\bBarracuda|\bTrendMicro\b"),
    Rule("scanner.image-proxy", "scanner", r"\bGoogleImageProxy\b|\bYahooMailProxy\b"),
    Rule("headless.chrome", "headless", r"\bHeadlessChrome\b"),
    Rule("headless.tool", "headless", r"\bPhantomJS\b|\bPuppeteer\b|\bPlaywright\b|\bSelenium\b"),
    Rule(
        "headless.audit", "headless", r"\bChrome-Lighthouse\b|\bGTmetrix\b|\bPTST/|Speed Insights"
    ),
    Rule(
        "bot.search", "bot", r"\bGooglebot\b|\bbingbot\b|\bYandexBot\b|\bBaiduspider\b|\bApplebot\b"
    ),
    Rule("bot.ai", "bot", r"\bGPTBot\b|\bClaudeBot\b|\bCCBot\b|\bPerplexityBot\b|\bBytespider\b"),
    Rule("bot.seo", "bot", r"\bAhrefsBot\b|\bSemrushBot\b|\bMJ12bot\b|\bDotBot\b"),
    Rule("bot.monitor", "bot", r"\bUptimeRobot\b|\bPingdom|\bStatusCake\b|\bBetterUptime\b"),
    Rule("bot.library", "bot", r"^(curl|wget|python|java|go-http|okhttp|axios|node|ruby|php)\b"),
    Rule("bot.library", "bot", r"\bpython-(requests|urllib)|\baiohttp/|\bApache-HttpClient\b"),
    # Cubot makes telephones.
    Rule(
        "bot.word",
        "bot",
        r"(^|[^u]|[^c]u)bot\b|\bcrawl|crawler\b|\bspider\b|\bscraper\b|\+https?://",
    ),
    Rule("bot.silent", "bot", r"^\s*$"),
)


_CLASS_OF_RULE = {"": HUMAN} | {rule.id: rule.gives for rule in RULES}


def add_classes(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    """`mark` is what the collector knew from the request itself, and it outweighs the agent."""
    rule = pl.coalesce(*map(_id_if_matched, RULES), pl.lit(""))
    verdicts = (
        frame.select(pl.col("agent").unique())
        .with_columns(rule.alias("rule"))
        .with_columns(pl.col("rule").replace_strict(_CLASS_OF_RULE).alias("class"))
    )
    marked = pl.col("mark") != ""
    return frame.join(verdicts, on="agent", how="left", maintain_order="left").with_columns(
        pl.when(marked).then("mark").otherwise("class").alias("class"),
        pl.when(marked).then(pl.lit("mark.") + pl.col("mark")).otherwise("rule").alias("rule"),
    )


def _id_if_matched(rule: Rule) -> pl.Expr:
    matched = pl.col("agent").str.contains(f"(?i){rule.pattern}")
    return pl.when(matched).then(pl.lit(rule.id))
