"""`amparo gazetteer`."""

import json


def test_gazetteer(run):
    assert json.loads(run("gazetteer", "تبليسي", "--json").stdout)[0]["state"] == "GE"
    assert "Tbilisi\tGE\ttown" in run("gazetteer", "Tbilisi").stdout
