"""The time-limit table: the shipped file against the domain reference, and what a bad file says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.errors import Invalid
from engine.rules import limits, roles
from engine.values.timing import Evidence, Span, Unit

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
ROLES = roles.read((PROCESSES / "roles.toml").read_text("utf-8"))
FILE = limits.read((PROCESSES / "limits.toml").read_text("utf-8"), ROLES)
TABLE = FILE.table
TODAY = date(2026, 3, 2)
UNITS = {"WD": Unit.WORKING_DAY, "CD": Unit.DAY, "M": Unit.MONTH, "H": Unit.HOUR}
LABELS = {"S": Evidence.SEEN, "R": Evidence.RECALLED, "D": Evidence.DEFAULT}

# Transcribed from domain B.0 a second time: key, sector or -, period, extension, label.
DOMAIN = """
PEN.CLUE_CHECK - 15WD 15WD D        | PEN.CLUE_CHECK market 15WD 15WD S
PEN.REPORTER_NOTICE - 5WD - D       | PEN.REPORTER_NOTICE market 5WD - S
PEN.DECIDE - 90CD - S               | PEN.DECIDE market 90CD 30CD S
PEN.DECIDE agriculture 90CD 30CD S  | PEN.DECIDE_EXT - 30CD - D
PEN.DECIDE_EXT market 30CD - S      | PEN.DECIDE_EXT agriculture 30CD - S
PEN.PRESERVE - 7WD - S              | PEN.STATEMENT - 5WD - D
PEN.STATEMENT market 5WD - S        | PEN.HEARING_REQUEST - 5WD - S
PEN.HEARING_NOTICE - -7WD - S       | PEN.SERVE - 7WD - S
PEN.PAY - 15CD - S                  | PEN.CASH_HANDIN - 2WD - S
PEN.CASH_DEPOSIT - 2WD - S          | PEN.WITHDRAW - 3WD - S
PEN.LIMITATION - 24M - S            | PEN.LIMITATION_GRAVE - 60M - S
PEN.CLOSE - 15WD - D                | PEN.CLOSE market 15WD - S
PEN.SUMMARY_HANDIN - 2WD - D        | PEN.SUMMARY_HANDIN market 7WD - S
PEN.SUMMARY_HANDIN agriculture 2WD - S
COE.URGENT_REPORT - 24H - S         | COE.SEIZE - 30CD 30CD S
COE.FREEZE_DOC - 3WD - S            | COE.FREEZE - 30CD 30CD S
COE.DUNNING - 10WD - S              | COE.COURT_APPLY - 3M - S
COE.COURT - 5WD - S                 | COE.COURT_RULE - 7WD - S
COE.COURT_DOUBTFUL - 30CD - S
LIC.CORRECT - 5WD - S               | LIC.DECIDE - 20WD 10WD S
LIC.JOINT - 45WD 15WD S             | LIC.ISSUE - 10WD - S
LIC.HEARING_REQUEST - 5WD - S       | LIC.HEARING_HOLD - 20WD - S
LIC.HEARING_NOTICE - -7WD - S
REV.FORMAL_CHECK - 1WD - D          | REV.REVIEW - 5WD 5WD D
REV.REVIEW market 10WD - S          | REV.REVIEW agriculture 5WD 15CD S
CMP.ACCEPT - 5WD - D                | CMP.HANDLE - 30CD 30CD D
CMP.RESULT_NOTICE - 5WD - D         | CMP.RECTIFY - 20WD - D
CMP.SUBMIT_GOV - 5WD - D            | CMP.GOV_DECIDE - 15WD - D
SUG.HANDLE - 15WD - D               | SUG.FEEDBACK - 5WD - D
SUP.NOTIFY - 5WD - D                | SUP.RESPOND - 10WD - D
SUP.TRANSFER_OUT - 10CD - D         | SUP.DECIDE - 30WD 10WD D
SUP.OBJECT - 10WD - D               | SUP.REEXAM - 15WD - D
SUP.EXEC_REPORT - 10WD - D          | SUP.CERT_SUSPEND_MAX - 6M - D
SUP.CERT_NOTICE - 3CD - D
PUB.LIC_PEN - 7WD - S               | PUB.OTHER - 20WD - S
PUB.INFO - 20WD - S                 | PUB.END - 36M - D
PUB.END market 36M - S              | PUB.END_MINOR - 3M - D
PUB.END_MINOR market 3M - S
NRM.FILE - 15CD - D                 | NRM.REVIEW - 20WD - D
NRM.CORRECT - 30CD - D              | NRM.CLEAN_UP - 24M - D
DLG.FILE - 10WD - D                 | DLG.TERM - 36M - D
DLG.RENEWAL - -60CD - D             | SBJ.NOTICE - 15WD - D
SPC.REPORT - 15CD - D               | FIL.OBJECT - 10WD - D
FIL.RECHECK - 10WD - D              | MAJ.FILE - 15CD - D
MAJ.REVIEW - 20CD - D               | AV.UPLOAD - 24H - D
INSP.OBJECT - 30CD - S              | INSP.RECHECK - 30CD - S
ZERO.CONFIRM - 5WD - D              | ZERO.RECHECK - 3M - D
TRIAL.END - 12M - S
TRF.APPROVE - 3CD - S               | TRF.TRANSFER - 24H - S
TRF.REROUTE - 24H - S               | TRF.POLICE_DECIDE - 3CD - S
TRF.REVIEW_REQUEST - 3CD - S        | TRF.POLICE_REVIEW - 3CD - S
TRF.PROCURATORATE - 3CD - S         | TRF.HANDOVER - 3CD - S
REM.REVIEW - 60CD - S               | REM.SUIT - 6M - S
REM.SUIT_AFTER_REVIEW - 15CD - S
"""


def span(text: str) -> Span | None:
    if text == "-":
        return None
    unit = text.lstrip("-0123456789")
    return Span(int(text.removesuffix(unit)), UNITS[unit])


def expected():
    for entry in DOMAIN.replace("|", "\n").splitlines():
        if entry.strip():
            key, sector, period, extension, label = entry.split()
            yield key, None if sector == "-" else sector, span(period), span(extension), label


@pytest.mark.parametrize(
    ("key", "sector", "period", "extension", "label"),
    list(expected()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_shipped_table_says_what_the_domain_reference_says(
    key, sector, period, extension, label
):
    row = limits.find(TABLE, key, TODAY, sector)
    assert (row.sector, row.span, row.extension) == (sector, period, extension)
    assert row.evidence is LABELS[label]
    assert row.statutory is (label == "S")


def test_a_row_the_reference_does_not_name_is_an_internal_time_limit():
    named = {(key, sector) for key, sector, *_ in expected()}
    for row in TABLE.rows:
        if limits.in_force(row, TODAY) and (row.key, row.sector) not in named:
            assert row.evidence is Evidence.DEFAULT, row.key


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: f"{row.key} {row.sector or ''}")
def test_every_row_is_named_in_both_languages_and_cites_its_source(row):
    assert row.name
    assert row.name_en
    assert row.basis == limits.basis_text(row.sources)
    assert all(source.law for source in row.sources)


def test_every_extension_has_an_approver_and_a_number_of_times():
    for row in TABLE.rows:
        if row.extension is None:
            assert (row.extensions_allowed, row.extension_approver) == (0, None)
        else:
            assert row.extensions_allowed >= 1
            assert row.extension_approver in ROLES


def test_a_sectors_own_row_holds_for_it_and_the_general_row_for_all_others():
    assert limits.find(TABLE, "REV.REVIEW", TODAY, "market").span.amount == 10
    assert limits.find(TABLE, "REV.REVIEW", TODAY, "health").span.amount == 5
    assert limits.find(TABLE, "REV.REVIEW", TODAY).span.amount == 5


@pytest.mark.parametrize(
    ("on", "period", "evidence"),
    [
        (date(2021, 7, 14), Span(3, Unit.DAY), Evidence.RECALLED),
        (date(2021, 7, 15), Span(5, Unit.WORKING_DAY), Evidence.SEEN),
    ],
)
def test_a_case_uses_the_hearing_period_in_force_on_its_start(on, period, evidence):
    row = limits.find(TABLE, "PEN.HEARING_REQUEST", on)
    assert (row.span, row.evidence) == (period, evidence)


@pytest.mark.parametrize(
    ("on", "statutory"), [(date(2018, 12, 4), False), (date(2018, 12, 5), True)]
)
def test_publication_within_seven_days_is_statutory_only_since_document_118(on, statutory):
    row = limits.find(TABLE, "PUB.LIC_PEN", on)
    assert row.span == Span(7, Unit.WORKING_DAY)
    assert row.statutory is statutory


def test_an_unknown_key_is_named():
    with pytest.raises(Invalid, match="unknown_limit") as refused:
        limits.find(TABLE, "PEN.DECYDE", TODAY)
    assert refused.value.facts == {"key": "PEN.DECYDE"}


def test_a_key_without_a_row_in_force_is_named_with_the_day():
    with pytest.raises(Invalid, match="limit_not_in_force") as refused:
        limits.find(TABLE, "INSP.OBJECT", date(2020, 1, 1))
    assert refused.value.facts["on"] == "2020-01-01"


GOOD = """
[sectors]
market = { zh = "市场监管", en = "Market" }
[[limit]]
key = "A.B"
zh = "甲"
en = "A"
amount = 5
unit = "day"
evidence = "default"
sources = [{ law = "法", article = "第一条" }]
"""


def test_a_minimal_row_is_read():
    (row,) = limits.read(GOOD).table.rows
    assert (row.key, row.span, row.basis) == ("A.B", Span(5, Unit.DAY), "《法》第一条")


EXTENSION = 'extension = { amount = 5, unit = "day", times = 1, approver = "dept_head" }'


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ('unit = "day"', 'unit = "week"', "A.B.unit", "unknown_option"),
        ("amount = 5", 'amount = "five"', "A.B.amount", "wrong_type"),
        ("amount = 5", "amount = true", "A.B.amount", "not_a_number"),
        ("amount = 5", "amount = 0", "A.B.amount", "out_of_range"),
        ("amount = 5", "amount = 99999", "A.B.amount", "out_of_range"),
        ("amount = 5\n", "", "A.B.amount", "required"),
        ('key = "A.B"', 'key = "ab"', "ab.key", "bad_key"),
        ('key = "A.B"\n', "", "limit[1].key", "required"),
        ('zh = "甲"', 'zh = " "', "A.B.zh", "required"),
        ('evidence = "default"', 'evidence = "heard"', "A.B.evidence", "unknown_option"),
        ('sources = [{ law = "法", article = "第一条" }]', "", "A.B.sources", "required"),
        ('law = "法", ', "", "A.B.sources[1].law", "required"),
        ("[[limit]]", "[[limits]]", "limits", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named_with_its_key(old, new, where, code):
    with pytest.raises(Invalid, match="bad_table") as refused:
        limits.read(GOOD.replace(old, new), ROLES)
    assert refused.value.fields[where].code == code
    assert where in str(refused.value)


@pytest.mark.parametrize(
    ("line", "where", "code"),
    [
        ("colour = 1", "A.B.colour", "unknown_field"),
        ('sector = "x"', "A.B.sector", "unknown_option"),
        ('from = "2021"', "A.B.from", "wrong_type"),
        ("from = 2021-01-02\nto = 2021-01-01", "A.B.to", "ends_before_it_begins"),
        (EXTENSION.replace("times = 1", "times = 0"), "A.B.extension.times", "out_of_range"),
        (EXTENSION.replace("dept_head", "boss"), "A.B.extension.approver", "unknown_option"),
        (EXTENSION.replace("amount = 5", "amount = -5"), "A.B.extension.amount", "out_of_range"),
    ],
)
def test_a_wrong_addition_is_named_with_its_key(line, where, code):
    assert limits.read(GOOD + EXTENSION, ROLES).table.rows[0].extension == Span(5, Unit.DAY)
    with pytest.raises(Invalid, match="bad_table") as refused:
        limits.read(f"{GOOD}{line}\n", ROLES)
    assert refused.value.fields[where].code == code


def test_two_rows_that_hold_on_one_day_are_refused():
    twice = GOOD + GOOD.partition("[[limit]]")[1] + GOOD.partition("[[limit]]")[2]
    with pytest.raises(Invalid) as refused:
        limits.read(twice)
    assert refused.value.fields["A.B.from"].code == "overlapping_rows"


def test_rows_that_follow_one_another_are_fine():
    later = "[[limit]]" + GOOD.partition("[[limit]]")[2] + "from = 2021-07-15\n"
    table = limits.read(GOOD + "to = 2021-07-14\n" + later).table
    assert len(table.rows) == 2


def test_text_that_is_not_toml_is_refused_with_the_place():
    with pytest.raises(Invalid, match="not_toml") as refused:
        limits.read("[[limit]\n")
    assert "line 1" in str(refused.value)
