"""A card's contact file: vCard 3.0, the version that every phone's address book imports."""

from base64 import b64encode

from balise.demo.people import DemoCard

_LINE_BYTES_MAX = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def vcard(card: DemoCard, address: str, portrait: bytes) -> bytes:
    """`portrait` is a PNG."""
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:urn:balise:{card.id}",
        f"N:{_joined(card.last_name, card.first_name, '', '', '')}",
        f"FN:{_text(card.full_name)}",
        f"ORG:{_text(card.company)}",
        f"TITLE:{_text(card.job)}",
        f"TEL;TYPE=CELL,VOICE,PREF:{card.mobile}",
        f"TEL;TYPE=WORK,VOICE:{card.landline}",
        f"EMAIL;TYPE=INTERNET,WORK:{card.email}",
        f"URL:{card.website}",
        "ADR;TYPE=WORK:" + _joined("", "", card.street, card.town, "", card.postcode, card.country),
        f"NOTE:{_text(card.pitch)}",
        f"SOURCE:{address}",
        f"PHOTO;ENCODING=b;TYPE=PNG:{b64encode(portrait).decode()}",
        "END:VCARD",
    )
    return b"".join(_folded(line) for line in lines)


def _joined(*parts: str) -> str:
    return ";".join(map(_text, parts))


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Lines of at most 75 bytes, continued after a space, never cut inside a character."""
    done = bytearray()
    width = 0
    for character in line:
        encoded = character.encode()
        if width + len(encoded) > _LINE_BYTES_MAX:
            done += b"\r\n "
            width = 1
        done += encoded
        width += len(encoded)
    return bytes(done) + b"\r\n"
