from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.mapping import countries
from tandem.mapping.addresses import FIELDS, NormalAddress, normalise
from tandem.mapping.lookups import load_lookup
from tandem.mapping.postcodes import normal_postcode
from tandem.mapping.regions import region_at, rules_of
from tandem.sandbox.play.places import PLACES

from .conftest import MAPPINGS

OWN: Mapping[str, str] = countries.lookup_names(
    load_lookup(MAPPINGS / "lookups" / "countries.yaml", MAPPINGS)[0].values
)


def normal(*, complete: bool = True, **sent: str) -> NormalAddress:
    return normalise(sent, OWN, complete=complete)


def american(**changes: str) -> NormalAddress:
    sent = {"line1": "1 Main St", "city": "Los Angeles", "region": "CA", "postcode": "90001", "country": "US"}
    return normal(**sent | changes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("United States of America", "US"),
        ("uk", "GB"),
        ("GBR", "GB"),
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("Republic of Ireland", "IE"),
        ("RSA", "ZA"),
        ("Channel Islands", "JE"),
        ("Hong Kong", "HK"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("European Community", "EU"),
        ("Unspecified", "ZZ"),
        ("zz", None),
        ("Deutschland", "DE"),
        ("Österreich", "AT"),
        ("España", "ES"),
        ("日本", "JP"),
        ("the Netherlands", "NL"),
        ("Côte d'Ivoire", "CI"),
        ("Saint Lucia", "LC"),
        ("St. Kitts & Nevis", "KN"),
        ("Trinidad and Tobago", "TT"),
        ("Nowhere", None),
        ("XA", None),
    ],
)
def test_countries_by_code_or_name(text: str, code: str | None):
    assert countries.country_of(text, OWN) == code


def test_an_unknown_country_is_a_problem_with_what_would_be_right():
    address = american(country="Grmany")
    assert address.problems == [("country", "'Grmany' is no known country; did you mean Germany?")]
    assert address.fields["country"] == "Grmany"
    (problem,) = american(country="Qqqqqqq").problems
    assert problem[1].endswith("write its English name or its ISO 3166 code")
    assert american(country="").problems == [("country", "is missing; a name or an ISO 3166 code is needed")]


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("US", "California", "CA"),
        ("US", "us-ca", "CA"),
        ("US", "ca", "CA"),
        ("CA", "Ontario", "ON"),
        ("CA", "Québec", "QC"),
        ("CA", "quebec", "QC"),
        ("AU", "New South Wales", "NSW"),
        ("JP", "Tokyo", "13"),
        ("JP", "東京都", "13"),
        ("IE", "Dublin", "D"),
        ("IE", "County Cork", "CO"),
        ("IE", "Co. Galway", "G"),
        ("ES", "Madrid", "M"),
        ("IT", "torino", "TO"),
        ("BR", "Sao Paulo", "SP"),
        ("MX", "Jalisco", "JAL"),
        ("HK", "Kowloon", "Kowloon"),
        ("AE", "Dubai", "DU"),
    ],
)
def test_regions_by_code_or_name(country: str, region: str, code: str):
    found = rules_of(country).region(region)
    assert found is not None
    assert found.code == code


def test_every_region_is_known_by_its_own_code():
    for country in countries.names().values():
        rules = rules_of(country)
        for region in rules.regions.values():
            again = rules.region(region.code)
            assert again is not None
            assert again.code == region.code


def test_an_unknown_state_is_a_problem_where_the_country_needs_one():
    (problem,) = american(region="Califronia").problems
    assert problem == ("region", "'Califronia' is no region of US; did you mean 'California'?")
    (problem,) = american(region="Qqqq").problems
    assert "known are 'Alabama', 'Alaska'" in problem[1]
    assert problem[1].endswith("more")


def test_where_it_is_not_needed_it_is_kept_and_doubted():
    address = normal(country="IE", line1="1 Quay", city="Dublin", region="Leinster", postcode="D02 Y754")
    assert address.problems == []
    assert address.fields["region"] == "Leinster"
    assert [name for name, _message in address.doubts] == ["region"]


def test_a_country_without_regions_keeps_what_was_written():
    address = normal(country="Germany", line1="Weg 1", city="Köln", region=" Nordrhein-  Westfalen", postcode="D-50667")
    assert address.fields["region"] == "Nordrhein- Westfalen"
    assert address.fields["postcode"] == "50667"
    assert (address.problems, address.doubts) == ([], [])


def test_a_region_that_repeats_the_country_says_nothing():
    assert normal(country="SG", line1="1 Road", region="Singapore", postcode="238801").fields["region"] == ""
    assert [name for name, _message in american(region="USA", postcode="09").problems] == ["postcode", "region"]


def test_a_missing_region_is_taken_from_the_postcode():
    address = american(region="")
    assert address.fields["region"] == "CA"
    assert address.doubts == [("region", "was empty; CA (California) is where the postcode is")]
    (problem,) = normal(country="CN", line1="1 Road", city="Town", postcode="100096").problems
    assert problem[0] == "region"
    assert "is missing; CN addresses need one; known are 'Anhui Sheng'" in problem[1]


def test_a_region_that_contradicts_the_postcode_is_doubted():
    address = american(postcode="10001")
    assert address.problems == []
    assert address.doubts == [("region", "postcode 10001 belongs to NY (New York)")]
    assert region_at("US", "00000") is None


@pytest.mark.parametrize(
    ("country", "written", "form"),
    [
        ("US", "951011234", "95101-1234"),
        ("US", "95014", "95014"),
        ("US", "9501", None),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M25BQ", "M2 5BQ"),
        ("GB", " ls1   4ap ", "LS1 4AP"),
        ("GB", "12345", None),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("NL", "1234ab", "1234 AB"),
        ("SE", "SE-111 51", "11151"),
        ("PL", "00950", "00-950"),
        ("PT", "1100048", "1100-048"),
        ("BR", "01304000", "01304-000"),
        ("JP", "1040061", "104-0061"),
        ("IE", "d02y754", "D02 Y754"),
        ("IE", "Dublin 4", None),
        ("LT", "LT-01103", "01103"),
        ("DE", "D-50667", "50667"),
        ("CH", "CH 8001", "8001"),
        ("CZ", "11000", "110 00"),
        ("LV", "1073", "LV-1073"),
        ("MT", "vlt1110", "VLT 1110"),
        ("HK", "999 077", "999 077"),
        ("JE", "je24we", "JE2 4WE"),
    ],
)
def test_postcodes_in_the_form_of_their_country(country: str, written: str, form: str | None):
    assert normal_postcode(written, country) == form
    if form is not None:
        assert normal_postcode(form, country) == form


@pytest.mark.parametrize("country", ["Hong Kong", "AE", "QA", "BH", "OM", "KW", "SA"])
def test_case_120_no_postcode_is_accepted_where_there_may_be_none(country: str):
    address = normal(country=country, line1="1 Nathan Road", city="Central", region="")
    assert address.problems == []


def test_case_120_an_empty_postcode_of_the_us_is_a_problem():
    assert american(postcode="").problems == [("postcode", "is missing; US addresses need one, such as 95014")]
    (problem,) = american(postcode="ABC").problems
    assert problem == ("postcode", "'ABC' is no postcode of US, such as 95014")


def test_a_wrong_postcode_where_none_is_needed_is_kept_and_doubted():
    address = normal(country="KW", line1="1 Street", postcode="PO Box 7")
    assert address.problems == []
    assert address.fields["postcode"] == "PO Box 7"
    assert address.doubts == [("postcode", "'PO Box 7' is no postcode of KW, such as 54541")]


def test_what_a_letter_needs_is_a_problem_only_where_something_is_sent():
    bare = normal(country="GB")
    assert [name for name, _message in bare.problems] == ["postcode", "line1", "city"]
    billing = normal(country="GB", postcode="nonsense", complete=False)
    assert billing.problems == []
    assert [name for name, _message in billing.doubts] == ["postcode", "line1", "city"]
    assert normal(country="US", region="Nowhereland", complete=False).problems != []


def test_casing_lines_and_blanks():
    address = american(name=" Ann  Smith ", city="los angeles", line1="", line2="c/o  Bob", line3="1 Main St")
    assert address.fields["name"] == "Ann Smith"
    assert address.fields["city"] == "LOS ANGELES"
    assert [address.fields[name] for name in ("line1", "line2", "line3")] == ["c/o Bob", "1 Main St", ""]
    assert normal(country="CH", line1="Weg 1", city="Zürich", postcode="8001").fields["city"] == "Zürich"


def test_an_empty_address_stays_empty():
    address = normal(name=" ", country="")
    assert not any(address.fields.values())
    assert (address.problems, address.doubts) == ([], [])


def test_a_country_without_rules_loses_nothing():
    address = normal(country="Unspecified", line1="1 Road", city="Town", region="R", postcode="ab 1")
    assert address.problems == []
    assert address.fields | {"country": "ZZ"} == address.fields
    assert (address.fields["region"], address.fields["postcode"]) == ("R", "AB 1")
    assert rules_of("EU").regions == {}


@pytest.mark.parametrize("name", sorted(PLACES))
def test_the_places_of_real_sales_are_normal(name: str):
    place = PLACES[name]
    address = normal(country=name, line1=place.street, city=place.city, region=place.region, postcode=place.postcode)
    assert (address.problems, address.doubts) == ([], [])
    assert countries.is_code(address.fields["country"])


texts = st.text(max_size=12)
known = st.sampled_from(sorted({*countries.names().values(), *OWN, "Nowhere", "", "United Kingdom", "Hong Kong"}))


@settings(deadline=None)
@given(
    st.fixed_dictionaries({name: texts for name in FIELDS if name != "country"}),
    known,
    st.booleans(),
)
def test_the_normal_form_is_normal_already(sent: dict[str, str], country: str, complete: bool):
    once = normalise(sent | {"country": country}, OWN, complete=complete)
    twice = normalise(once.fields, OWN, complete=complete)
    assert twice.fields == once.fields


@settings(deadline=None)
@given(st.fixed_dictionaries({name: st.text(alphabet="abc 1", max_size=8) for name in FIELDS}), known)
def test_no_text_is_lost(sent: dict[str, str], country: str):
    address = normalise(sent | {"country": country}, OWN)
    for name in ("name", "company", "phone", "email"):
        assert address.fields[name] == " ".join(sent[name].split())
    street = " ".join(" ".join(sent[name] for name in ("line1", "line2", "line3")).split())
    assert " ".join(filter(None, (address.fields[name] for name in ("line1", "line2", "line3")))) == street
