"""What others publish, in the form in which they publish it: DESTA's list of treaties, travels of US officials."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingestion_house import House

from orchestration.ingestion import OutcomeStatus

HEADER = ("number", "base_treaty", "name", "entry_type", "year", "entryforceyear", "wto_name", "c1", "c2", "mc1", "mc2")
TREATY = ("1", "1", "Ruritania Syldavia", "base_treaty", "1999", "2001", "NA", "643", "398", "0", "1")


def desta(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, delimiter: str = ";") -> str:
    """Write a list of treaties as published: every text in quotes, numbers without."""
    lines = (
        delimiter.join(cell if cell.isdigit() or cell == "NA" else f'"{cell}"' for cell in row)
        for row in (header, *rows)
    )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("count", [1, 2, 120])
def test_an_entry_has_as_many_members_as_its_largest_neighbour_needs_columns(
    house: House, count: int, delimiter: str
) -> None:
    places = [str(place) for place in range(1, count + 1)]
    header = (*HEADER[:7], *(f"c{place}" for place in places), *(f"mc{place}" for place in places))
    row = (*TREATY[:7], *(place for place in places), *("2" for _ in places))
    house.drop("desta/DESTA_2023-01-15.csv", desta(row, header=header, delimiter=delimiter))
    house.refresh()

    assert house.ask("select number, wto_name, members from landing.desta") == [
        ("1", None, " ".join(f"{place}/2" for place in places))
    ]
    assert house.ask("select dataset_key, as_of::date::varchar, mode, is_complete from ops.deliveries") == [
        ("desta", "2023-01-15", "replace", True)
    ]


def test_a_member_that_is_no_code_costs_its_row_and_says_in_which_column(house: House) -> None:
    other = ("2", "2", "Strelsau pact", "base_treaty", "2000", "NA", "NA", "Kosovo", "NA", "NA", "NA")
    short = ("3", "3", "Cut off", "base_treaty")
    nameless = ("4", "4", "NA", "base_treaty", "2000", "NA", "NA", "36", "NA", "0", "NA")
    house.drop("desta/2023-01-15/DESTA.csv", desta(TREATY, other, short, nameless))
    house.refresh()

    assert house.ask("select number from landing.desta") == [("1",)]
    assert house.ask(
        "select row_number, column_name, found, key_values from ops.rejected_rows order by row_number"
    ) == [
        (2, "c1", "Kosovo", '{"number": "2"}'),
        (3, None, "4 cells", '{"number": "3"}'),
        (4, "name", "", '{"number":"4"}'),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (desta(TREATY, header=("id", *HEADER[1:])), "the columns number are missing"),
        (desta(TREATY, header=(*HEADER[:8], "c1", *HEADER[9:])), "c1 stands there twice"),
        (desta(TREATY)[:-4] + '"never closed', "not valid CSV"),
        (b"number;name;entry_type;c1\n1;Caf\xe9;base_treaty;4\n", "not UTF-8"),
        ("", "are missing"),
    ],
)
def test_a_list_of_treaties_that_cannot_be_read_is_refused_whole(
    house: House, content: str | bytes, reason: str
) -> None:
    house.drop("desta/2023-01-15.csv", content)
    (outcome,) = house.refresh().deliveries
    assert outcome.status is OutcomeStatus.REFUSED
    assert reason in outcome.reason
    assert house.ask("select count(*) from landing.desta") == [(0,)]


# Travels


def trip(number: str, start: str = "2025-02-01", **other: str) -> str:
    extra = "".join(f"<{name}>{text}</{name}>" for name, text in other.items())
    return (
        f'<trip who="doe-jane" role="secretary"><id>{number}</id><role>secretary</role><name>Jane  Doe</name>'
        f"<start-date>{start}</start-date><end-date>{start}</end-date>"
        f'<country id="korea-south">Korea, Republic of</country><locale/><remarks>Met\n   everybody.</remarks>'
        f"<created-by>a</created-by><created-datetime/>{extra}</trip>"
    )


def trips(*content: str) -> str:
    return f"<trips>{''.join(content)}</trips>"


def test_a_release_of_travels_lies_in_the_folders_of_its_publisher(house: House) -> None:
    house.drop("state_travels/2018-03-12/president-travels/doe.xml", trips(trip("1")))
    house.drop("state_travels/2018-03-12/secretary-travels/doe.xml", trips(trip("Travel-2-secretary", extra="kept")))
    house.drop("state_travels/2018-03-12/code-tables/travel-role-codes.xml", "<code-table/>")
    house.drop("state_travels/2018-03-12/README.md", "A note.")
    (outcome,) = house.refresh().deliveries

    assert (outcome.dataset_key, outcome.rows_accepted) == ("travels", 2)
    assert house.ask(
        "select trip_id, who, role, name, country_id, country, locale, remarks, created_datetime, _extra "
        "from landing.state_travels order by trip_id"
    ) == [
        ("1", "doe-jane", "secretary", "Jane Doe", "korea-south", "Korea, Republic of", None, "Met everybody.", None,
         None),
        ("Travel-2-secretary", "doe-jane", "secretary", "Jane Doe", "korea-south", "Korea, Republic of", None,
         "Met everybody.", None, '{"extra": "kept"}'),
    ]  # fmt: skip


def test_a_trip_without_an_id_is_kept_and_one_without_a_readable_date_is_quarantined(house: House) -> None:
    nameless = trip("1").replace("<id>1</id>", "").replace(' who="doe-jane"', "")
    house.drop("state_travels/2018-03-12/doe.xml", trips(nameless, trip("2", start="spring")))
    house.refresh()
    assert house.ask("select trip_id, who, name from landing.state_travels") == [(None, None, "Jane Doe")]
    assert house.ask(
        "select row_number, column_name, found from ops.rejected_rows where column_name = 'start_date'"
    ) == [(2, "start_date", "spring")]


def test_the_shapes_that_travels_had_over_time_say_the_same(house: House) -> None:
    fields = {
        "id": "1", "role": "president", "name": "Jane Doe", "start-date": "1909-10-16", "end-date": "1909-10-16",
        "country": "Mexico", "locale": "Juarez", "remarks": "Met.",
    }  # fmt: skip
    elements = [f"<{name}>{value}</{name}>" for name, value in fields.items()]
    attributes = " ".join(f'{name}="{value}"' for name, value in fields.items())
    shapes = {
        "in-another-order": f"<trips><trip>{''.join(reversed(elements))}</trip></trips>",
        "as-attributes": f"<trips><trip {attributes}/></trips>",
        "in-both": f"<trips><trip {attributes}>{''.join(elements).replace('Juarez', '')}</trip></trips>",
        "with-a-namespace": f'<h:trips xmlns:h="http://h.example"><h:trip {attributes}/></h:trips>',
        "with-a-default-one": f'<trips xmlns="http://h.example"><!-- 1 --><trip>{"".join(elements)}</trip></trips>',
        "without-a-role": f"<trips><trip>{''.join(elements[:1] + elements[2:])}</trip></trips>",
        "with-markup": f"<trips><trip>{''.join(elements)}</trip></trips>".replace(
            "Jane Doe", "<p>Jane</p>\n <p>Doe</p>"
        ),
    }
    for number, (name, content) in enumerate(shapes.items(), start=1):
        house.drop(f"state_travels/2018-03-{number:02}/president-travels/{name}.xml", content)
    assert [one.reason for one in house.refresh().deliveries] == [""] * len(shapes)
    assert house.ask(
        "select distinct trip_id, role, name, start_date, end_date, country, locale, remarks, _extra "
        "from landing.state_travels"
    ) == [(*fields.values(), None)]
    assert house.ask("select count(*) from landing.state_travels") == [(len(shapes),)]


@pytest.mark.parametrize(
    "content",
    [
        "<trips><trip>",
        "<travels/>",
        "<trips><journey/></trips>",
        '<!DOCTYPE trips [<!ENTITY e SYSTEM "file:///etc/passwd">]><trips><trip><id>&e;</id></trip></trips>',
        '<!DOCTYPE trips [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><trips>&b;</trips>',
    ],
)
def test_one_unreadable_file_refuses_the_release_of_which_all_else_would_pass_for_withdrawn(
    house: House, content: str
) -> None:
    house.drop("state_travels/2018-03-12/president-travels/a.xml", trips(trip("1")))
    house.drop("state_travels/2018-03-12/secretary-travels/b.xml", content)
    (outcome,) = house.refresh().deliveries
    assert outcome.status is OutcomeStatus.REFUSED
    assert "b.xml" in outcome.reason
    assert house.ask("select count(*) from landing.state_travels") == [(0,)]


# Lists of members


def test_a_list_of_members_is_replaced_whole_where_its_manifest_says_so(house: House) -> None:
    header = "document_id,organization,valid_on,member\n"
    members = [f"press,Example Union,2020-01-01,{name}\n" for name in ("Norway", "Pakistan", "iso3:RUS")]
    path: Path = house.drop("membership_lists/example-union.csv", header + "".join(members))
    house.drop("membership_lists/example-union.csv.manifest.json", '{"mode": "replace"}')
    house.refresh()
    path.write_text(header + "".join(members[:2]) + "press,Example Union,2020-01-01,Uzbekistan\n")
    house.refresh()
    assert house.ask(
        "select mode, is_complete, rows_accepted, count(*) over (partition by dataset_key) from ops.deliveries"
    ) == [("replace", True, 3, 2), ("replace", True, 3, 2)]
