"""QR codes are read back by a reader, from the pixels that a phone would see."""

import re
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from dashboard.qr import BLACK, LEVELS, LOGO_SHARE, PNG_PIXELS_MIN, QUIET_MODULES, Look, png, svg
from schema.errors import BadInput

LINK = "https://stats.example.fr/q/aB3dE9xK"
LOOKS = [
    *(Look(level=level) for level in LEVELS),
    *(Look(colour=colour) for colour in ("#0f766e", "#834616", "#33508a", "#c8102e")),
    Look(level="h", logo=True),
    Look(colour="#0f766e", level="h", logo=True),
]
each_look = pytest.mark.parametrize("look", LOOKS, ids=str)


def pixels(picture: bytes):
    return cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)


def read(image) -> str:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    return str(text)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 400, "height": 400})
    yield page
    page.close()


@each_look
def test_a_png_is_read_back(look):
    assert read(pixels(png(LINK, look))) == LINK


@each_look
def test_an_svg_is_read_back_as_a_browser_draws_it_on_black(page, look):
    page.set_content(f"<body style='margin:0;background:#000;padding:20px'>{svg(LINK, look)}")
    assert read(pixels(page.screenshot())) == LINK


@pytest.mark.parametrize(
    "text", ["https://a.fr/q/x", LINK, "https://" + "a" * 60 + ".fr/q/aB3dE9xK"]
)
def test_with_a_logo_in_its_middle_it_is_still_read(text):
    image = pixels(png(text, Look(level="h", logo=True)))
    side = len(image)
    room = int(side * LOGO_SHARE * 0.8)
    first = (side - room) // 2
    image[first : first + room, first : first + room] = (110, 118, 15)
    assert read(image) == text


def test_a_blurred_and_tilted_code_of_a_cheap_print_is_read():
    image = cv2.resize(pixels(png(LINK)), (240, 240), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((120, 120), 9, 0.8)
    image = cv2.warpAffine(image, turn, (240, 240), borderValue=(255, 255, 255))
    assert read(cv2.GaussianBlur(image, (3, 3), 0)) == LINK


@each_look
def test_the_quiet_zone_is_white_all_around(look):
    image = pixels(png(LINK, look))
    side = len(image)
    assert side >= PNG_PIXELS_MIN
    dark = np.argwhere(image.min(axis=2) < 128)
    module = _first_dark(image) // QUIET_MODULES
    assert dark.min() == QUIET_MODULES * module
    assert dark.max() == side - 1 - QUIET_MODULES * module


def _first_dark(image) -> int:
    return int(np.argwhere(image.min(axis=2) < 128).min())


def test_a_logo_finds_its_room_white(page):
    image = pixels(png(LINK, Look(level="h", logo=True)))
    side = len(image)
    middle = slice(int(side * 0.43), int(side * 0.57))
    assert image[middle, middle].min() == 255
    assert pixels(png(LINK, Look(level="h")))[middle, middle].min() == 0


def test_the_colour_is_the_one_asked_for():
    drawn = svg(LINK, Look(colour="#0f766e"))
    assert re.search(r'stroke="#0f766e"', drawn)
    blue, green, red = pixels(png(LINK, Look(colour="#0f766e"))).reshape(-1, 3).min(axis=0)
    assert (red, green, blue) == (0x0F, 0x76, 0x6E)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"colour": "red"}, "The colour 'red' cannot be read"),
        ({"colour": "#12345"}, "cannot be read"),
        ({"colour": "#ffd700"}, "The colour '#ffd700' is too light for readers"),
        ({"colour": BLACK, "logo": True}, "cannot have the level 'm'; give 'h'"),
    ],
)
def test_what_no_reader_could_read_is_refused(given, sentence):
    with pytest.raises(BadInput, match=sentence):
        Look(**given)
