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

// The same person, place or source, proposed while somebody types. What is typed goes by POST
// to this machine only; without JavaScript the form asks when it is sent.
function proposeFor(field) {
  const form = field.closest("form");
  const box = document.createElement("div");
  box.className = "same";
  box.setAttribute("aria-live", "polite");
  field.after(box);
  let asked = 0;
  let timer = 0;
  const ask = async () => {
    const mine = ++asked;
    const lines = field.value.split("\n");
    const text = lines[lines.length - 1].trim();
    if (text.length < 2) { box.replaceChildren(); return; }
    const sent = new FormData();
    sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    sent.set("nouns", field.dataset.same);
    sent.set("own", field.dataset.own || "");
    sent.set("pick", field.dataset.pickable || "");
    sent.set("text", text);
    try {
      const answer = await fetch(field.dataset.sameAt, { method: "POST", body: sent });
      if (mine !== asked || !answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
    } catch (error) { box.replaceChildren(); }
  };
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 250);
  });
  box.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-pick]");
    if (!chosen) return;
    const lines = field.value.split("\n");
    lines[lines.length - 1] = chosen.dataset.pick;
    field.value = lines.join("\n");
    box.replaceChildren();
    field.focus();
  });
}

for (const field of document.querySelectorAll("[data-same]")) proposeFor(field);
