import polars as pl
import pytest

from pipeline.enrich.classes import RULES, add_classes
from pipeline.enrich.known import NOTHING
from schema.testing.events import AGENTS

MOZILLA = "Mozilla/5.0 (compatible; "

AUTOMATIC = {
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko)"
    " Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0": (
        "preview",
        "preview.imessage",
    ),
    "facebookexternalhit/1.1;line-poker/1.0": ("preview", "preview.line"),
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": (
        "preview",
        "preview.facebook",
    ),
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)": (
        "preview",
        "preview.meta",
    ),
    "WhatsApp/2.23.20.0 A": ("preview", "preview.whatsapp"),
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)": (
        "preview",
        "preview.linkedin",
    ),
    "Twitterbot/1.0": ("preview", "preview.x"),
    "TelegramBot (like TwitterBot)": ("preview", "preview.telegram"),
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": ("preview", "preview.slack"),
    f"{MOZILLA}Discordbot/2.0; +https://discordapp.com)": ("preview", "preview.discord"),
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5": (
        "preview",
        "preview.teams",
    ),
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/103.0.5060.134 BingPreview/1.0b": (
        "scanner",
        "scanner.safelinks",
    ),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0": (
        "headless",
        "headless.chrome",
    ),
    f"{MOZILLA}Googlebot/2.1; +http://www.google.com/bot.html)": ("bot", "bot.search"),
    f"{MOZILLA}GPTBot/1.2; +https://openai.com/gptbot)": ("bot", "bot.ai"),
    f"{MOZILLA}AhrefsBot/7.0; +http://ahrefs.com/robot/)": ("bot", "bot.seo"),
    "curl/8.9.1": ("bot", "bot.library"),
    "python-requests/2.32.3": ("bot", "bot.library"),
    f"{MOZILLA}SomethingNew-Crawler/0.1)": ("bot", "bot.word"),
    "": ("bot", "bot.silent"),
}

PEOPLE = (
    *AGENTS,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148 Instagram 390.0.0.28.85 (iPhone14,5; iOS 18_5; fr_FR; fr)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBDV/iPhone14,5;FBLC/fr_FR]",
    "Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/140.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/520.0.0.44.99;]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148 [LinkedInApp]/9.31.1172",
    "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/140.0 Mobile Safari/537.36 musical_ly_2023400040 BytedanceWebview/d8a21c6",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148 Snapchat/13.40.0.44 (like Safari/8621.2.5.10.10, panda)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Mobile/15E148 [Pinterest/iOS]",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko)"
    " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
)


def classify(agent, mark=""):
    [verdict] = (
        add_classes(pl.DataFrame({"agent": [agent], "mark": [mark]}), NOTHING)
        .select("class", "rule")
        .rows()
    )
    return verdict


@pytest.mark.parametrize(("agent", "verdict"), AUTOMATIC.items(), ids=lambda each: str(each)[:40])
def test_automatic_traffic_is_told_apart_with_its_rule(agent, verdict):
    assert classify(agent) == verdict


@pytest.mark.parametrize("agent", PEOPLE, ids=lambda each: each[-40:])
def test_a_browser_stays_human_also_inside_an_app(agent):
    assert classify(agent) == ("human", "")


def test_what_the_collector_marked_outweighs_the_agent():
    assert classify(AGENTS[0], "prefetch") == ("prefetch", "mark.prefetch")
    assert classify("curl/8", "owner") == ("owner", "mark.owner")


def test_rows_keep_their_order_and_their_own_verdict():
    frame = pl.DataFrame({"agent": ["curl/8", AGENTS[0], "curl/8"], "mark": ["", "", "owner"]})
    assert add_classes(frame, NOTHING)["class"].to_list() == ["bot", "human", "owner"]


def test_the_id_of_a_rule_begins_with_its_class():
    assert all(rule.id.partition(".")[0] == rule.gives for rule in RULES)
