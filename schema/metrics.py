"""What each figure means, in one sentence. Help, exports and the public page read it from here."""

from dataclasses import dataclass

RECIPE = 3
"""Version of the definitions and of their calculation, written beside every figure of a closed day.
Raise it when a result changes: closed days are then computed again, and until that is done they are
answered from raw events."""

GAP_MS = 30 * 60_000
"""A visit goes on for as long as no pause is longer."""
BOUNCE_BELOW_S = 10


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    label: str
    definition: str


METRICS: tuple[Metric, ...] = (
    Metric(
        "views",
        "Views",
        "The card was opened and visible on a screen. Reloading the page within 30 minutes, or "
        "coming back to it, does not count again.",
    ),
    Metric(
        "visits",
        "Visits",
        "Someone looked at the card, once or several times without a pause of more than 30 "
        "minutes.",
    ),
    Metric(
        "visitors",
        "Visitors",
        "An estimate of how many different people came, day by day. Someone who comes back another "
        "day counts again: nobody is recognised from one day to the next.",
    ),
    Metric(
        "contact_clicks",
        "Contact clicks",
        "Someone tapped a button that leads to you: phone, SMS, e-mail, WhatsApp, contact file, "
        "form or booking.",
    ),
    Metric(
        "clicks",
        "Clicks",
        "Someone tapped a button of the card, whichever it is.",
    ),
    Metric(
        "contact_rate",
        "Contact rate",
        "Of all visits, the part in which someone tapped a button that leads to you.",
    ),
    Metric(
        "click_rate",
        "Contact clicks per view",
        "Contact clicks divided by views. With fewer than 30 views the sample is weak.",
    ),
    Metric(
        "bounces",
        "Short visits",
        "Visits with a single view, no click, and less than 10 seconds spent on the card.",
    ),
    Metric(
        "engaged_s_median",
        "Time spent",
        "How long the card was on the screen and in use, for the visit in the middle: half of the "
        "visits were shorter, half were longer.",
    ),
    Metric(
        "last_visit",
        "Last visit",
        "The day and the hour of the last view, in the card's time zone. Never the minute.",
    ),
    Metric(
        "automatic",
        "Automatic traffic set aside",
        "Robots, link previews and scanners. Kept and counted apart, never in your figures.",
    ),
)

BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
