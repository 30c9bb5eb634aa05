"""Tasks on their page and on the start page, without JavaScript."""

from amparo.casefile.tasks import list_tasks


def test_a_task_from_the_form_to_done(client):
    sent = {"id": "T50", "text": "Read the roster; @M-1 decides", "for": "M-1", "about": "ST4"}
    assert client.post("/cases/KARV/records/tasks/add", sent).status_code == 302
    for address in ("/", "/tasks"):
        assert b"Read the roster" in client.get(address).content
    assert b"/cases/KARV/record/ST4" in client.get("/tasks").content
    assert client.post("/cases/KARV/record/T50/done")["Location"] == "/tasks"
    assert not list_tasks() and b"Read the roster" not in client.get("/tasks").content
    assert b"Read the roster" in client.get("/tasks?who=all").content
    assert client.post("/cases/KARV/record/ST4/done").status_code == 404
