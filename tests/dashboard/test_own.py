"""Leaving one's own devices out: by an address of the card's own site, clicked or scanned."""

from html import unescape

from dashboard import qr
from schema.directory import cards


def test_the_address_of_the_switch_is_on_the_cards_own_site_as_link_and_as_code(world):
    with world.directory.write() as conn:
        cards.change(conn, world.mine.id, url="https://carte.example/marie?lang=fr")
    address = "https://carte.example/marie?lang=fr&balise=off"
    for role in (world.owner, world.viewer):
        page = world.visitor(role).get(f"/cards/{world.mine.id}/own").text
        assert f'href="{address}"' in unescape(page)
        assert qr.svg(address) in page


def test_being_counted_again_goes_through_the_page_of_the_objection(world):
    page = world.visitor(world.owner).get(f"/cards/{world.mine.id}/own").text
    assert f'href="{world.origin}/objection?card={world.mine.id}"' in page


def test_nobody_else_learns_the_address(world):
    assert world.visitor(world.stranger).get(f"/cards/{world.mine.id}/own").status_code == 404
