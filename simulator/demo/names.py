"""Invented people: names, companies and job titles in French and English. Every address ends in `.example`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_FIRST_FR = (
    "Camille", "Élodie", "Jean-Baptiste", "Chloé", "Mathieu", "Aïcha", "Loïc", "Noémie", "François", "Inès",
    "Théo", "Océane", "Rémi", "Fatou", "Gaëlle", "Bastien", "Maëlle", "Hervé", "Solène", "Karim",
    "Anne-Sophie", "Cédric", "Yasmine", "Benoît", "Léa",
)  # fmt: skip
_LAST_FR = (
    "Lefèvre", "Garnier", "N’Diaye", "Muller", "d’Alembert", "Chevalier", "Le Goff", "Benali", "Rousseau", "Fontaine",
    "Mercier", "Lemaître", "Faure", "Da Costa", "Perrin", "Girard", "Bouchard", "Renaud", "Marchand", "Picard",
    "Vasseur", "Guérin", "Dumont", "Traoré", "Delmas", "Hamon", "Besson", "Royer",
)  # fmt: skip
_FIRST_EN = (
    "Grace", "Oliver", "Siobhán", "Marcus", "Priya", "Hannah", "Callum", "Zoë", "Winston", "Imogen",
    "Dylan", "Freya", "Nadia", "Rupert", "Tess", "Jonah", "Beatrix", "Liam", "Amara", "Edwin",
    "Poppy", "Gareth", "Maud", "Silas", "Una",
)  # fmt: skip
_LAST_EN = (
    "O’Connor", "Whitfield", "Ashworth", "McAllister", "Pemberton", "Okafor", "Hargreaves", "Sinclair", "Blackwood",
    "Fairbairn", "Thornton", "Kapoor", "Llewellyn", "Davenport", "O’Neill", "Bradshaw", "Winterbourne", "Holloway",
    "Mayfield", "Stanhope", "Tremblay", "Abernathy", "Cartwright", "Ellery", "Quigley", "Rowntree", "Yates", "Marlowe",
)  # fmt: skip
_TITLES_FR = ("Directrice marketing", "Chef de projet", "Responsable événementiel", "Ingénieur données", "Acheteuse",
              "Directeur général", "Chargée de communication", "Développeur")  # fmt: skip
_TITLES_EN = ("Head of Marketing", "Product Manager", "Events Lead", "Data Engineer", "Buyer", "Managing Director",
              "Communications Officer", "Developer")  # fmt: skip
COMPANIES = (
    ("Ateliers du Rhône", "ateliers-rhone.example"),
    ("Bourdon & Fils", "bourdon.example"),
    ("Crédit Armor", "credit-armor.example"),
    ("Données Claires", "donnees-claires.example"),
    ("Énergie Lumen", "lumen.example"),
    ("Fjord Logistics", "fjord.example"),
    ("Greyfriars Press", "greyfriars.example"),
    ("Hopper Analytics", "hopper.example"),
    ("Kestrel Biotech", "kestrel.example"),
    ("L’Oie d’Or", "oiedor.example"),
)
"""(name, domain) of the companies that everybody works for."""


@dataclass(frozen=True, slots=True)
class Human:
    """One invented person."""

    number: int
    first_name: str
    last_name: str
    title: str
    company: str
    domain: str

    @property
    def email(self) -> str:
        """The address as Salesforce stores it."""
        return f"{plain(self.first_name)}.{plain(self.last_name)}@{self.domain}"


def human(number: int) -> Human:
    """Return the person of a number below 1,400; two numbers are never the same person."""
    is_french = number % 2 == 0
    first_names, last_names = (_FIRST_FR, _LAST_FR) if is_french else (_FIRST_EN, _LAST_EN)
    titles = _TITLES_FR if is_french else _TITLES_EN
    half = number // 2
    company, domain = COMPANIES[half % len(COMPANIES)]
    return Human(
        number=number,
        first_name=first_names[half % len(first_names)],
        last_name=last_names[half % len(last_names)],  # 25 and 28 share no factor: 700 different pairs
        title=titles[half % len(titles)],
        company=company,
        domain=domain,
    )


def plain(text: str) -> str:
    """Reduce a name to the letters, digits and hyphens of an address."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9-]", "", decomposed)
