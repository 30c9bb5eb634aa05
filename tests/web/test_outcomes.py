"""The page of outcomes: each outcome counted, each container reckoned."""

from io import BytesIO

from amparo.vault.models import Item


def test_every_outcome_and_container_stands_there(client):
    page = client.get("/items/outcomes").content.decode()
    for outcome in set(Item.objects.values_list("outcome", flat=True)):
        assert f"state-{outcome}" in page
    for item in Item.objects.filter(derived__isnull=False).distinct():
        assert item.code in page
    assert f"{Item.objects.count()} items, by outcome" in page
    assert "not add up" not in page
    assert "/items/outcomes" in client.get("/items").content.decode()


def test_a_stranger_sees_nothing(stranger):
    assert stranger.get("/items/outcomes").status_code == 302


def test_what_is_named_is_read_again(client):
    item = Item.objects.filter(kind="text").first()
    page = client.post("/items/outcomes/again", {"reader": "text"})
    assert page.status_code == 302
    told = client.get(page["Location"]).content.decode()
    count = Item.objects.filter(reader="text").count()
    assert f"{count} read again = 0 changed + {count} same + 0 earlier" in told
    assert item.code in told and "Go on" not in told


def test_a_long_run_goes_on_where_it_stopped(client, monkeypatch):
    from amparo.web import outcomes

    monkeypatch.setattr(outcomes, "SECONDS", 0.0)
    wish = {"reader": "text", "outcome": "ok"}
    numbers = list(Item.objects.filter(**wish).order_by("number").values_list("number", flat=True))
    assert len(numbers) >= 2
    told = client.get(client.post("/items/outcomes/again", wish)["Location"]).content.decode()
    assert f"{len(numbers) - 1} not reached yet" in told and f'value="{numbers[0]}"' in told
    onward = client.post("/items/outcomes/again", {**wish, "after": numbers[-2]})
    last = client.get(onward["Location"]).content.decode()
    assert "1 read again" in last and "Go on" not in last


def test_a_run_over_nothing_named_is_refused(client):
    for wish, words in (
        ({}, "nothing is named"),
        ({"outcome": "x"}, "no such outcome"),
        ({"older_than": "new"}, "figures and dots"),
    ):
        page = client.post("/items/outcomes/again", wish)
        assert page.status_code == 400 and words in page.content.decode().lower()
    assert client.post("/items/outcomes/again", {"reader": "text", "after": "²"}).status_code == 302


def test_a_password_opens_what_is_encrypted(client):
    import py7zr
    from django.core.files.uploadedfile import SimpleUploadedFile

    secret = "poplar-and-seventeen"  # noqa: S105
    packed = BytesIO()
    with py7zr.SevenZipFile(packed, "w", password=secret, header_encryption=True) as archive:
        archive.writestr(b"They came at dawn to the mill.", "inside.txt")
    client.post("/items/add", {"files": SimpleUploadedFile("locked.7z", packed.getvalue())})
    item = Item.objects.get(file_name="locked.7z")
    page = client.get(f"/items/{item.code}").content.decode()
    assert "Open with a password" in page and 'type="password"' in page
    wish = {"item": item.code, "password": secret}
    told = client.get(client.post("/items/outcomes/again", wish)["Location"]).content.decode()
    assert "1 changed" in told and secret not in told
    assert secret not in repr(dict(client.session.items()))
    item.refresh_from_db()
    assert item.outcome == "ok"
    assert [one.child.file_name for one in item.derived.all()] == ["inside.txt"]
    assert "Open with a password" not in client.get(f"/items/{item.code}").content.decode()
