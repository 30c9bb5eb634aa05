"""The page of outcomes: each outcome counted, each container reckoned."""

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
