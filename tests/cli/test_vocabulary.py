"""`amparo vocabulary`, `amparo case code` and `agreement`, export and import with review."""

import json


def test_vocabularies(demo_vault_folder, run, tmp_path):
    vault = demo_vault_folder
    assert "degree\t2\tclosed" in run("vocabulary", "list", vault).stdout
    told = run("vocabulary", "add", vault, "degree", "drove the car", "--label", "fr=conduisait")
    assert "2+1" in told.stdout
    assert "conduisait" in run("vocabulary", "show", vault, "degree", "--language", "fr").stdout
    run("case", "add", vault, "KARV", "involvement", "--act", "A1", "--person", "AP-1",
        "--degree", "drove the car", "--id", "INV90")  # fmt: skip
    run("vocabulary", "retire", vault, "degree", "drove the car")
    told = json.loads(run("vocabulary", "changed", vault, "KARV", "--json").stdout)
    assert [(t["record"], t["what"]) for t in told] == [("INV90", "retired")]
    run("vocabulary", "add", vault, "stance", "maybe", expect=9)
    run("case", "export", vault, "KARV", "--out", tmp_path / "karv.yaml")
    assert "added: nothing" in run("vocabulary", "import", vault, tmp_path / "karv.yaml").stdout


def test_coding(demo_vault_folder, run):
    vault = demo_vault_folder
    words = ["--set", "knows_by=perceived", "--set", "stance=supports", "--set", "grade=2"]
    run("case", "code", vault, "KARV", "ST1", *words, "--final")
    told = json.loads(run("case", "code", vault, "KARV", "ST1", "--json").stdout)
    assert told["sheets"][0]["values"]["grade"] == 2 and told["open"] is False
    assert json.loads(run("case", "agreement", vault, "KARV", "--json").stdout) == []
    run("case", "code", vault, "KARV", "ST1", "--set", "grade=3", expect=9)
