"""Where the people of the retail file live: one street, city and postcode in each of its countries, by its rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An address that a letter could carry, without the house number."""

    street: str
    city: str
    region: str
    postcode: str


PLACES: dict[str, Place] = {
    "United Kingdom": Place("High Street", "Leeds", "", "LS1 4AP"),
    "Australia": Place("George Street", "Sydney", "NSW", "2000"),
    "Austria": Place("Ringstrasse", "Wien", "", "1010"),
    "Bahrain": Place("Government Avenue", "Manama", "", "317"),
    "Belgium": Place("Rue Neuve", "Bruxelles", "", "1000"),
    "Brazil": Place("Rua Augusta", "São Paulo", "SP", "01304-000"),
    "Canada": Place("Queen Street", "Toronto", "ON", "M5H 2N2"),
    "Channel Islands": Place("King Street", "St Helier", "", "JE2 4WE"),
    "Cyprus": Place("Ledra Street", "Nicosia", "", "1010"),
    "Czech Republic": Place("Dlouhá", "Praha", "", "110 00"),
    "Denmark": Place("Vestergade", "København", "", "1456"),
    "EIRE": Place("Grafton Street", "Dublin", "", "D02 Y754"),
    "Finland": Place("Mannerheimintie", "Helsinki", "", "00100"),
    "France": Place("Rue de Rivoli", "Paris", "", "75001"),
    "Germany": Place("Hauptstraße", "Köln", "", "50667"),
    "Greece": Place("Ermou", "Athina", "", "105 63"),
    "Hong Kong": Place("Nathan Road", "Tsim Sha Tsui", "Kowloon", ""),
    "Iceland": Place("Laugavegur", "Reykjavík", "", "101"),
    "Israel": Place("Dizengoff Street", "Tel Aviv", "", "6433222"),
    "Italy": Place("Via Roma", "Torino", "TO", "10121"),
    "Japan": Place("1-2-3 Ginza", "Chuo-ku", "Tokyo", "104-0061"),
    "Lebanon": Place("Hamra Street", "Beirut", "", "1103 2030"),
    "Lithuania": Place("Gedimino pr.", "Vilnius", "", "01103"),
    "Malta": Place("Republic Street", "Valletta", "", "VLT 1110"),
    "Netherlands": Place("Damrak", "Amsterdam", "", "1012 LG"),
    "Norway": Place("Storgata", "Oslo", "", "0155"),
    "Poland": Place("Nowy Swiat", "Warszawa", "", "00-029"),
    "Portugal": Place("Rua Augusta", "Lisboa", "", "1100-048"),
    "RSA": Place("Long Street", "Cape Town", "", "8001"),
    "Saudi Arabia": Place("Olaya Street", "Riyadh", "", "12213"),
    "Singapore": Place("Orchard Road", "Singapore", "", "238801"),
    "Spain": Place("Calle Mayor", "Madrid", "M", "28013"),
    "Sweden": Place("Drottninggatan", "Stockholm", "", "111 51"),
    "Switzerland": Place("Bahnhofstrasse", "Zürich", "", "8001"),
    "USA": Place("Main Street", "Springfield", "IL", "62701"),
    "United Arab Emirates": Place("Sheikh Zayed Road", "Dubai", "Dubai", ""),
}

NOWHERE = Place("Street not given", "City not given", "", "")
"""For invoices whose country is none, such as "Unspecified"."""


def place_of(country: str) -> Place:
    """The place in a country of the file."""
    return PLACES.get(country, NOWHERE)
