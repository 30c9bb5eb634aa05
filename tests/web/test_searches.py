"""Search: found in any form, and no term in an address."""

import lxml.html


def ask(client, query):
    answer = client.post("/search", {"query": query})
    assert answer.status_code == 302
    assert query not in answer["Location"] and answer["Location"].startswith("/search/")
    return client.get(answer["Location"])


def test_another_form_of_the_word_is_marked(client):
    tree = lxml.html.fromstring(ask(client, "задержали").content)
    marks = {mark.text.lower() for mark in tree.iter("mark")}
    assert any(mark.startswith("задерж") and mark != "задержали" for mark in marks)


def test_a_hit_leads_to_its_paragraph_and_to_a_statement(client):
    tree = lxml.html.fromstring(ask(client, '"Quarry Street"').content)
    hits = tree.xpath("//ol/li")
    assert hits
    for hit in hits:
        place, cite = (link.get("href") for link in hit.iter("a"))
        lead = client.get(place)
        assert "#c" in lead["Location"]
        page = lxml.html.fromstring(client.get(lead["Location"].partition("#")[0]).content)
        assert page.xpath(f"//*[@id='{lead['Location'].partition('#')[2]}']")
        assert client.get(cite).status_code == 302


def test_nothing_found_is_said(client):
    assert b"0</b> passages" in ask(client, "kind:pdf zzzzqqqq -depot").content


def test_a_mistake_in_the_query_is_told_on_the_page(client):
    answer = ask(client, "date:yesterdayish")
    assert answer.status_code == 400 and b'role="alert"' in answer.content
    assert b"date:yesterdayish" in answer.content


def test_a_search_of_another_session_is_not_there(client, stranger, passphrase):
    ask(client, "depot")
    stranger.post("/unlock", {"passphrase": passphrase})
    assert stranger.get("/search/1").status_code == 404


def test_a_term_in_the_address_is_not_read(client):
    answer = client.get("/search?query=depot")
    assert b"<mark>" not in answer.content and b"depot</mark>" not in answer.content


def test_a_query_cannot_write_into_the_page(client):
    answer = ask(client, '<script>alert("x")</script>')
    assert b"<script>alert" not in answer.content


def test_pages_of_results_carry_on(client):
    first = lxml.html.fromstring(ask(client, "depot OR the OR was").content)
    ahead = first.xpath("//a[@rel='next']/@href")
    assert ahead == ["?page=2"]


def test_a_search_narrowed_by_a_count_finds_so_many(client):
    tree = lxml.html.fromstring(ask(client, "the").content)
    buttons = tree.xpath("//details//button[@name='query']")
    assert buttons
    for button in buttons[:6]:
        count = int(button.text.rpartition("(")[2].rstrip(")"))
        assert f"<b>{count}</b> passage".encode() in ask(client, button.get("value")).content


def test_a_search_is_kept_asked_again_and_forgotten(client):
    assert client.post("/search/keep", {"query": "depot -Ordun"}).status_code == 302
    tree = lxml.html.fromstring(client.get("/search").content)
    [row] = tree.xpath("//tbody/tr[th='depot -Ordun']")
    assert row.xpath("td")[0].text == "0"
    new, forget = (f for f in row.xpath(".//form/@action") if f != "/search")
    assert b"<b>0</b> passages new since" in client.post(new).content
    assert client.get(new).status_code == 405
    assert client.post(forget).status_code == 302
    assert b"Searches kept" not in client.get("/search").content
    assert client.post(new).status_code == 404


def test_a_mistake_is_not_kept(client):
    assert client.post("/search/keep", {"query": '"open'}).status_code == 400
