"""`amparo case same`, and what `case add` says of records that may be the same."""

import json


def test_same_and_add(demo_vault_folder, run):
    told = json.loads(
        run("case", "same", demo_vault_folder, "KARV", "place", "Сельмар", "--json").stdout
    )
    assert "PL7" in [one["code"] for one in told]
    done = run("case", "add", demo_vault_folder, "KARV", "place", "--name", "Tervask")
    assert "may be the same: PL4" in done.stderr and "PL4" not in done.stdout
    run("case", "same", demo_vault_folder, "KARV", "colour", "x", expect=2)
