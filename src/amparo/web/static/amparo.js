// An enhancement only: every page does its work without it.
// Words selected inside a paragraph become the quotation; only their places are sent.
"use strict";

const codePoints = (text) => Array.from(text).length;

function placeOf(range, said) {
  const before = document.createRange();
  before.selectNodeContents(said);
  before.setEnd(range.startContainer, range.startOffset);
  return codePoints(before.toString());
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.state-this");
  const selection = window.getSelection();
  if (!link || !selection || selection.isCollapsed) return;
  const said = link.closest(".para").querySelector(".said");
  const range = selection.getRangeAt(0);
  if (!said.contains(range.startContainer) || !said.contains(range.endContainer)) return;
  const from = Number(said.dataset.start) + placeOf(range, said);
  const to = from + codePoints(range.toString());
  const where = new URL(link.href);
  where.searchParams.set("from", String(from));
  where.searchParams.set("to", String(to));
  link.href = where.href;
});

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.textContent = form.dataset.busy;
    window.setTimeout(() => { button.disabled = true; }, 0);
  });
}

// Who types a long statement sends nothing meanwhile: say once a minute that somebody is here.
let toldAt = Date.now();
document.addEventListener("input", () => {
  if (Date.now() - toldAt < 60000) return;
  toldAt = Date.now();
  new Image().src = "/stay";
});
