"""`doorstep identify`: lines for people, JSON for programs, an exit code for scripts."""

import json

from doorstep.cli.identify import identify


def test_candidates_are_lines_and_what_is_open_is_said(capsys):
    assert identify("986578788855") == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].startswith(" 85%  FedEx (fedex): fedex_12, check digit right")
    assert told.err == "open: no check digit, or several fit\n"


def test_json_is_one_object(capsys):
    assert identify("986578788855", own=["gls"], json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["settled"], found["candidates"][0]["own"]) == ("gls", True)


def test_a_number_of_nobodys_is_told_with_what_may_be_meant(capsys):
    assert identify("1Z5R8939O357567127") == 1
    assert capsys.readouterr().err == "1Z5R8939O357567127: nobody's we know\ndid you mean 1Z5R89390357567127?\n"
