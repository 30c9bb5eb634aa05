"""`amparo task`."""

import json


def test_add_list_done(demo_vault_folder, run):
    vault = demo_vault_folder
    run("task", "add", vault, "KARV", "Check @M-1 the date", "--for", "M-1", "--about", "ST4")
    told = json.loads(run("task", "list", vault, "--json").stdout)
    assert told["tasks"][0]["about"] == ["ST4"] and told["mentions"][0]["code"] == "T1"
    run("task", "done", vault, "KARV", "T1")
    assert run("task", "list", vault).stdout == ""
    run("task", "done", vault, "KARV", "T9", expect=3)
