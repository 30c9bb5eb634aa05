"""Long passages are cut at their line ends; nothing of them is lost or shifted."""

from hypothesis import given
from hypothesis import strategies as st

from amparo.web.paragraphs import LONG, cut

TEXTS = st.text(st.sampled_from("аb \n\t\r\x85 .𝄞é"), min_size=0, max_size=3 * LONG)


@given(TEXTS, st.integers(0, 50))
def test_pieces_lie_in_order_and_hold_every_word(text, before):
    whole = "x" * before + text
    pieces = list(cut(whole, before, len(whole)))
    assert all(a[1] <= b[0] for a, b in zip(pieces, pieces[1:], strict=False))
    words = "".join(whole[start:end] for start, end in pieces).split()
    assert "".join(words) == "".join(text.split())
    if len(text) > LONG:
        assert all(whole[start:end] == whole[start:end].strip() for start, end in pieces)


@given(TEXTS.filter(lambda text: len(text) <= LONG))
def test_a_short_passage_stays_whole(text):
    assert list(cut(text, 0, len(text))) == [(0, len(text))]
