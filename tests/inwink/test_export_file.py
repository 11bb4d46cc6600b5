"""How files of the grid export are read: encodings, delimiters, headings, locales, row numbers."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from connector.core.participant import Json, Participant
from connector.core.state import Registration
from connector.inwink.export_file import (
    REJECTED_HEADINGS,
    InvalidParticipant,
    UnreadableFile,
    read_columns,
    read_export,
)

FRENCH = (
    "Identifiant unique;Adresse e-mail;Prénom;Nom;Fonction;Société;Statut d'inscription;Est venu;Modifié le;Régime\r\n"
    "6f1d;Ada@Example.org;Ada;Lovelace;CTO;Analytical;Inscrit;Non;23/11/2026 10:30;végan\r\n"
)
ENGLISH = (
    "Unique Id,Email,First name,Last name,Position,Company,Registration status,Came,Last modified,Régime\n"
    '6f1d,Ada@Example.org,Ada,Lovelace,CTO,Analytical,Registered,FALSE,"11/23/2026, 10:30:00 AM",végan\n'
)
ADA = Participant(
    event_id="a2c9",
    key="6f1d",
    values={
        "id": "6f1d",
        "email": "Ada@Example.org",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "position": "CTO",
        "company": "Analytical",
        "registration": Registration.REGISTERED,
        "came": False,
        "custom": {"fields.Régime": "végan"},
    },
    updated_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
)

Write = Callable[[bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path; the name does not tell what it is."""

    def write_file(content: bytes | str) -> Path:
        path = tmp_path / "export"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def read(path: Path, *, locale: str = "fr") -> list[tuple[int, Participant | list[str]]]:
    """Read a whole file of the event a2c9, with times of Paris; refused rows as their errors."""
    rows = read_export(path, event_id="a2c9", locale=locale, zone=ZoneInfo("Europe/Paris"))
    return [(number, row.errors if isinstance(row, InvalidParticipant) else row) for number, row in rows]


def values(path: Path) -> list[tuple[int, Json]]:
    return [(number, row.values if isinstance(row, Participant) else row) for number, row in read(path)]


def workbook(path: Path, *rows: list[object], sheet_before: list[object] | None = None) -> Path:
    book = Workbook(write_only=True)
    if sheet_before is not None:
        book.create_sheet("About").append(sheet_before)
    sheet = book.create_sheet("Participants")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def zipped(*names: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("other.txt", *names):
            archive.writestr(name, "<a/>")
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(("text", "locale"), [(FRENCH, "fr"), (ENGLISH, "en"), (FRENCH.replace(";", "\t"), "fr")])
def test_csv_in_any_encoding_delimiter_and_language(write: Write, encoding: str, text: str, locale: str) -> None:
    assert read(write(text.encode(encoding)), locale=locale) == [(2, ADA)]


def test_excels_line_that_names_the_delimiter_is_no_row(write: Write) -> None:
    assert values(write("sep=|\r\nid|email\r\nP|a@b.org\r\n")) == [(2, {"id": "P", "email": "a@b.org"})]


def test_blank_lines_before_the_headings_are_passed_over(write: Write) -> None:
    assert values(write("\n" * 20 + "id\nP\n")) == [(22, {"id": "P"})]


def test_row_numbers_are_those_of_a_spreadsheet(write: Write) -> None:
    text = '\nid;note\n1;"two\nlines"\n\n;\n2;x\n'
    assert values(write(text)) == [
        (3, {"id": "1", "custom": {"fields.note": "two\nlines"}}),
        (6, {"id": "2", "custom": {"fields.note": "x"}}),
    ]


def test_the_delimiter_is_the_one_under_which_headings_are_known(write: Write) -> None:
    text = '"a, b, c, d";id;email\nx, y;P;a@b.org\n'
    assert values(write(text)) == [(2, {"id": "P", "email": "a@b.org", "custom": {"fields.a, b, c, d": "x, y"}})]


def test_an_empty_cell_blanks_texts_and_says_nothing_elsewhere(write: Write) -> None:
    text = "id,email,company,est inscrit,came,updatedAt,badge\n,a@b.org,,,,,\n"
    [(number, participant)] = read(write(text))
    assert isinstance(participant, Participant)
    assert (number, participant.key, participant.key_is_email) == (2, "a@b.org", True)
    assert participant.values == {"email": "a@b.org", "company": None, "custom": {"fields.badge": None}}
    assert participant.updated_at is None


def test_a_short_row_says_nothing_about_the_columns_it_lacks(write: Write) -> None:
    assert values(write("id,email,company\nP,a@b.org\n")) == [(2, {"id": "P", "email": "a@b.org"})]


def test_of_two_columns_with_one_heading_the_filled_one_counts(write: Write) -> None:
    assert values(write("id,email,email\nP,,a@b.org\nQ,c@d.org,\n")) == [
        (2, {"id": "P", "email": "a@b.org"}),
        (3, {"id": "Q", "email": "c@d.org"}),
    ]


def test_columns_that_name_a_path_keep_it(write: Write) -> None:
    text = "id,fields.diet,customFields.x,Badge,Fields\nP,a,b,c,d\n"
    custom = {"fields.diet": "a", "customFields.x": "b", "fields.Badge": "c", "fields.Fields": "d"}
    assert values(write(text)) == [(2, {"id": "P", "custom": custom})]


def test_a_bad_row_does_not_stop_the_others(write: Write) -> None:
    text = "id;email;inscrit;modifié le\n1;;peut-être;\n;;oui;\n2;;oui;11/23/2026\n3;;non;\n"
    assert values(write(text)) == [
        (2, ['inscrit: "peut-être" is not a known registration value']),
        (3, ["id or email: one of them is required"]),
        (4, ['modifié le: "11/23/2026" is not a date in the order day/month/year']),
        (5, {"id": "3", "email": None, "registration": Registration.NOT_REGISTERED}),
    ]


def test_rows_of_another_event_are_refused(write: Write) -> None:
    rows = read(write("id,eventId,événement\n1,A2C9,Salon\n2,,Salon\n3,b7,Salon\n"))
    assert rows == [
        (2, Participant(event_id="a2c9", key="1", values={"id": "1"}, event_name="Salon")),
        (3, Participant(event_id="a2c9", key="2", values={"id": "2"}, event_name="Salon")),
        (4, ['eventId: "b7" is another event than the one imported']),
    ]


def test_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "export.xlsx",
        ["Identifiant", "E-mail", "Est inscrit", "Est venu", "Date de modification", "Âge", "Depuis", None],
        ["6f1d", "a@b.org", True, 1, datetime(2026, 11, 23, 10, 30), 36, datetime(2020, 1, 2), "no heading"],
        [],
        [None, " ", None],
        [7, None, "Refusé", None, 46_349.4375, 1.5, None],
    )
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    first = {"id": "6f1d", "email": "a@b.org", "registration": Registration.REGISTERED, "came": True}
    first_custom = {"fields.Âge": 36, "fields.Depuis": "2020-01-02T00:00:00"}
    second = {"id": "7", "email": None, "registration": Registration.REFUSED}
    second_custom = {"fields.Âge": 1.5, "fields.Depuis": None}
    assert read(path) == [
        (2, Participant(event_id="a2c9", key="6f1d", values={**first, "custom": first_custom}, updated_at=moment)),
        (5, Participant(event_id="a2c9", key="7", values={**second, "custom": second_custom}, updated_at=moment)),
    ]


def test_the_worksheet_with_the_headings_is_found(tmp_path: Path) -> None:
    path = workbook(tmp_path / "export.xlsx", ["id", "email"], ["P", "a@b.org"], sheet_before=["About this export"])
    assert values(path) == [(2, {"id": "P", "email": "a@b.org"})]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_json_lines(write: Write, ending: str) -> None:
    lines = ['{"id": 1, "Category": "Staff", "fields": {"x": true}}', "", '{"id": ', '["id"]', '{"id": 2}']
    rows = values(write(ending.join(lines)))
    assert [rows[0], *rows[2:]] == [
        (1, {"id": "1", "custom": {"Category": "Staff", "fields.x": True}}),
        (4, ["a participant must be an object"]),
        (5, {"id": "2"}),
    ]
    assert rows[1][0] == 3
    assert isinstance(rows[1][1], list)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"participants": rows}])
def test_a_json_document(write: Write, indent: int | None, wrap: Callable[[Json], Json]) -> None:
    text = json.dumps(wrap([{"id": 1}, "Ada"]), indent=indent)
    assert values(write(text)) == [(1, {"id": "1"}), (2, ["a participant must be an object"])]


def test_one_json_object_over_several_lines(write: Write) -> None:
    assert values(write(json.dumps({"id": 1}, indent=2))) == [(1, {"id": "1"})]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\n" * 20, "the file is empty"),
        (b"name;age\nAda;36\n", "looked for: id, participantId, uniqueId, email, mail.*found: name, age"),
        (b"ada@example.org;36\n", "found: 36"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as XLSX"),
        (b"PK\x03\x04 not a workbook", "the workbook is damaged"),
        (zipped("word/document.xml"), "the workbook is damaged"),
        (zipped(), "the workbook is damaged"),
        (b"id;email\n\x81\x8d\xff;x\n", "save the file as CSV UTF-8"),
        (b"\xff\xfeid\x00\xd8", "save the file as CSV UTF-8"),
        (b'[{"id": 1}, {"id"', "not valid JSON"),
        (b'{"id": 1,\n"x"', "not valid JSON"),
        (b'id;"x\n1;a\n', "headings.*a quotation mark of line 1 is not closed"),
        (b'id;"x;y\n1;a"b;c\n', "headings.*a quotation mark of line 1 is not closed"),
        (b'id;"x;y\n1;a";c\n', "headings.*a quotation mark of line 1 is not closed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_advice(write: Write, content: bytes, detail: str) -> None:
    with pytest.raises(UnreadableFile, match=detail) as caught:
        read(write(content))
    assert "ada@example.org" not in caught.value.detail


HEAD = "Identifiant;Email;Prénom;Nom;Inscrit;Note\n"
NOT_CLOSED = "a quotation mark of line {} is not closed where its value ends: close it or take it out"


def line(number: int) -> str:
    """Return the line of a person in a file with HEAD."""
    return f"q{number};q{number}@example.org;Jean;Martin;oui;végan\n"


def taken_and_refused(path: Path) -> tuple[list[str], dict[int, list[str]]]:
    """Return the ids of the people who were read, and the errors of the rows that were not."""
    rows = read(path)
    taken = [str(row.values["id"]) for _, row in rows if isinstance(row, Participant)]
    return taken, {number: row for number, row in rows if isinstance(row, list)}


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param('q2;q2@example.org;"Jean;Martin;oui;végan\n', NOT_CLOSED.format(3), id="opened in a name"),
        pytest.param('"q2;q2@example.org;Jean;Martin;oui;végan\n', NOT_CLOSED.format(3), id="opened in the id"),
        pytest.param('q2;q2@example.org;Jean;Martin;oui;"végan\n', NOT_CLOSED.format(3), id="opened in a field"),
        pytest.param('q2;q2@example.org;"Jean" dit "Jo";Martin;oui;\n', NOT_CLOSED.format(3), id="marks not doubled"),
    ],
)
@pytest.mark.parametrize("later", ["", 'q9;q9@example.org;"Ada";Lovelace;oui;"a ""b"""\n'])
def test_a_stray_quotation_mark_costs_its_own_row_only(write: Write, broken: str, error: str, later: str) -> None:
    people, refused = taken_and_refused(write(HEAD + line(1) + broken + line(3) + line(4) + later))
    assert people == ["q1", "q3", "q4", *(["q9"] if later else [])]
    assert refused == {3: [error]}


@pytest.mark.parametrize("column", ["Prénom", "Note"])
def test_two_stray_marks_do_not_make_one_value_of_the_rows_between_them(write: Write, column: str) -> None:
    place = HEAD.rstrip().split(";").index(column)
    first, last = line(2).rstrip().split(";"), line(5).rstrip().split(";")
    first[place], last[place] = f'"{first[place]}', f'{last[place]}"'
    text = f"{HEAD}{line(1)}{';'.join(first)}\n{line(3)}{line(4)}{';'.join(last)}\n{line(6)}"
    people, refused = taken_and_refused(write(text))
    assert people == ["q1", "q3", "q4", "q5", "q6"]
    said = "the value goes from line 3 to line 6: is a quotation mark missing, or too many?"
    assert refused == {3: [f"{column}: {said}"]}


def test_of_a_file_that_quotes_everything_a_missing_mark_costs_its_row(write: Write) -> None:
    rows = [HEAD.strip(), *(line(number).strip() for number in range(1, 5))]
    quoted = ["".join(f'"{cell}";' for cell in row.split(";"))[:-1] for row in rows]
    quoted[2] = quoted[2].replace('oui"', "oui")
    people, refused = taken_and_refused(write("\n".join(quoted)))
    assert (people, refused) == (["q1", "q3", "q4"], {3: [NOT_CLOSED.format(3)]})
    quoted[2] = quoted[2].replace('végan"', "végan").replace("oui;", 'oui";')
    people, refused = taken_and_refused(write("\n".join(quoted)))
    assert (people, refused) == (["q1", "q3", "q4"], {3: [NOT_CLOSED.format(3)]})


def test_the_rest_of_a_value_is_nobody_of_its_own(write: Write) -> None:
    """Only a line with all its cells is a row, behind a mark that is not closed."""
    broken = 'q2;q2@example.org;Jean;Martin;oui;"says "hello"\nand;more\n\nand more"\n'
    people, refused = taken_and_refused(write(HEAD + line(1) + broken + line(4)))
    assert (people, list(refused)) == (["q1", "q4"], [3, 4, 6])
    assert refused[4] == [
        "line 4 has fewer cells than there are headings, and a quotation mark that is not closed stands before it: "
        "mend that row first"
    ]


def test_a_name_of_two_lines_is_refused_as_one_row(write: Write) -> None:
    people, refused = taken_and_refused(
        write(HEAD + line(1) + 'q2;q2@example.org;"Jean\nPaul";Martin;oui;\n' + line(3))
    )
    assert people == ["q1", "q3"]
    said = "the value goes from line 3 to line 4: is a quotation mark missing, or too many?"
    assert refused == {3: [f"Prénom: {said}"]}


def test_a_value_of_several_lines_is_read_where_it_may_have_them(write: Write) -> None:
    note = '"two\r\nlines; with; a; few; separators; more\nand ""marks"""'
    text = f'{HEAD}q1;q1@example.org;"Ada\n";Lovelace;oui;{note}\n'
    [(number, ada)] = read(write(text))
    assert isinstance(ada, Participant)
    assert (number, ada.values["first_name"]) == (2, "Ada")
    wanted = 'two\r\nlines; with; a; few; separators; more\nand "marks"'
    assert ada.values["custom"] == {"fields.Note": wanted}


def test_a_heading_of_two_lines_is_read(write: Write) -> None:
    assert values(write('id;"Régime\nalimentaire"\nP;végan\n')) == [
        (2, {"id": "P", "custom": {"fields.Régime\nalimentaire": "végan"}})
    ]


def test_a_mark_that_is_never_closed_costs_no_more_in_a_long_file(write: Write) -> None:
    text = HEAD + line(1).replace("Jean", '"Jean') + "".join(map(line, range(2, 6_000)))
    people, refused = taken_and_refused(write(text))
    assert len(people) == 5_998
    assert refused == {2: [NOT_CLOSED.format(2)]}


@pytest.mark.parametrize("end", ["", ";", ";;"])
def test_a_row_with_more_cells_than_headings_is_refused(write: Write, end: str) -> None:
    """An unquoted separator in a name moves all that follows: Jean;Paul must not become Jean Paul, with Martin lost."""
    head = f"Identifiant;Inscrit;Email;Prénom;Nom{end}\n"
    text = f"{head}r1;oui;r1@example.org;Jean;Paul;Martin{end}\nr2;oui;r2@example.org;Ada;Lovelace;;;\n"
    people, refused = taken_and_refused(write(text))
    assert people == ["r2"]
    assert refused == {
        2: [
            "line 2 has more cells than there are headings: a separator stands in a value that is not in quotation "
            "marks, or a column has no heading"
        ]
    }


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"id,email\n" + text.encode()))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "export"
    path.write_bytes(content)
    try:
        rows = read(path)
    except UnreadableFile:
        return
    assert all(number >= 1 for number, _ in rows)


@pytest.mark.parametrize("phone", ["+33 6 12 34 56 78", "-", "=1", "@ada"])
def test_the_apostrophe_of_a_download_is_none_of_the_value(write: Write, phone: str) -> None:
    """Rejected rows are downloaded, mended and uploaded again: a phone number must not grow an apostrophe."""
    [(_number, found)] = read(write(f"id,email,Phone\n1,ada@example.org,'{phone}\n"))
    assert isinstance(found, Participant)
    assert found.values["custom"] == {"fields.Phone": phone}


def test_other_apostrophes_stay(write: Write) -> None:
    [(_number, found)] = read(write("id,email,City\n1,ada@example.org,'s-Hertogenbosch\n"))
    assert isinstance(found, Participant)
    assert found.values["custom"] == {"fields.City": "'s-Hertogenbosch"}


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_opened(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = BytesIO()
    workbook = Workbook()
    workbook.save(content)
    monkeypatch.setattr("connector.inwink.sheets.MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(UnreadableFile, match="too large when unpacked"):
        read(write(content.getvalue()))


@pytest.mark.parametrize("ours", REJECTED_HEADINGS)
def test_the_two_columns_of_a_file_of_rejected_rows_are_passed_over(write: Write, ours: tuple[str, str]) -> None:
    heading, row = FRENCH.splitlines()
    path = write(f"{';'.join(ours)};{heading}\n3;no such status;{row}\n")
    assert read(path) == [(2, ADA)]
    assert {column.heading for column in read_columns(path)}.isdisjoint(ours)


def test_a_column_of_inwink_that_is_called_like_ours_is_a_field(write: Write) -> None:
    heading, row = ENGLISH.splitlines()
    path = write(f"Row,{heading},Ligne\nB,{row},4\n")
    [(_number, ada)] = read(path, locale="en")
    assert isinstance(ada, Participant)
    assert ada.values["custom"] == {"fields.Row": "B", "fields.Régime": "végan", "fields.Ligne": "4"}
