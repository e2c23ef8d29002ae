"""Algeria's 58 wilayas, findable by number or by name.

People write a place in many ways: `16`, `Algiers`, `Alger`, `BEJAIA`, `Béjaïa`.
The order keeps one spelling, so that one place is one place in every list and every report.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

#: In the order of their official numbers, 1 to 58 (1–48 since 1984, 49–58 since 2019).
NAMES = (
    "Adrar", "Chlef", "Laghouat", "Oum El Bouaghi", "Batna", "Béjaïa", "Biskra", "Béchar", "Blida", "Bouira",
    "Tamanrasset", "Tébessa", "Tlemcen", "Tiaret", "Tizi Ouzou", "Algiers", "Djelfa", "Jijel", "Sétif",
    "Saïda", "Skikda", "Sidi Bel Abbès", "Annaba", "Guelma", "Constantine", "Médéa", "Mostaganem", "M'Sila",
    "Mascara", "Ouargla", "Oran", "El Bayadh", "Illizi", "Bordj Bou Arréridj", "Boumerdès", "El Tarf",
    "Tindouf", "Tissemsilt", "El Oued", "Khenchela", "Souk Ahras", "Tipaza", "Mila", "Aïn Defla", "Naâma",
    "Aïn Témouchent", "Ghardaïa", "Relizane", "Timimoun", "Bordj Badji Mokhtar", "Ouled Djellal",
    "Béni Abbès", "In Salah", "In Guezzam", "Touggourt", "Djanet", "El M'Ghair", "El Menia",
)  # fmt: skip

#: Other spellings that people really type.
ALIASES = {"alger": 16, "dzair": 16, "wahran": 31, "bougie": 6, "bone": 23, "ainsalah": 53, "elmeniaa": 58}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wilaya:
    """One province: its official `number` (1 to 58) and its `name` in one spelling."""

    number: int
    name: str


#: All of them, for the checkout page's list.
WILAYAS = tuple(Wilaya(number=number, name=name) for number, name in enumerate(NAMES, start=1))


def find_wilaya(text: str) -> Wilaya | None:
    """The wilaya that `text` means, a number, or a name whatever its accents and capitals; or None."""
    key = _plain(text)
    number = int(key[:4]) if key.isascii() and key.isdigit() else _BY_NAME.get(key, 0)
    return WILAYAS[number - 1] if 1 <= number <= len(WILAYAS) else None


def _plain(text: str) -> str:
    """`Aïn Témouchent` and `AIN-TEMOUCHENT` both become `aintemouchent`."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


_BY_NAME = {_plain(wilaya.name): wilaya.number for wilaya in WILAYAS} | ALIASES
