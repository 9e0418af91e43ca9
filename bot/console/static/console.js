// Makes the review quicker; every page works without it.

const main = document.querySelector("main");
const keys = document.getElementById("keys");
document.documentElement.classList.add("scripted");

// The page opens where it should: the current page in a narrow list of pages, the turn in question in a long conversation.

document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
if (!location.hash) document.querySelector("article.chosen")?.scrollIntoView();

// Keys, unless somebody types or has switched them off.

const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

function completeForm() {
  const form = document.querySelector("[data-complete]");
  if (!form) return false;
  form.requestSubmit();
  return true;
}

function press(element) {
  element.closest("details")?.setAttribute("open", "");
  if (element.matches("input[type=radio]")) {
    element.checked = true;
    const correct = element.form.querySelector("[data-correct]");
    (element.value === "missing_content" ? element : correct).focus();
  } else if (typing(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function step(by) {
  const rows = [...document.querySelectorAll("a[data-row], article.turn")];
  const at = rows.findIndex((row) => row.hasAttribute("data-at"));
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (!next) return;
  rows[at]?.removeAttribute("data-at");
  next.setAttribute("data-at", "");
  if (!next.matches("a")) next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: next.matches("a") ? "nearest" : "start" });
}

const actions = {
  "?": () => keys.showModal(),
  j: () => step(1),
  k: () => step(-1),
  i: () => location.assign("/"),
  "/": () => location.assign("/search"),
};

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (completeForm()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && typing(document.activeElement)) {
    document.activeElement.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || keys.open || typing(event.target)) return;
  // In a conversation the keys are for the turn that somebody went to with j and k, or came for.
  const turn = document.querySelector("article[data-at]") ?? document.querySelector("article.chosen");
  const key = `[data-key="${CSS.escape(event.key)}"]`;
  const element = turn?.querySelector(key) ?? document.querySelector(key);
  const act = element ? () => press(element) : actions[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

if (main?.hasAttribute("data-shortcuts")) document.addEventListener("keydown", onKey);

// A form is sent once, however often it is pressed.

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent && event.target.method === "post") event.preventDefault();
  event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// What would have been right: one of the questions considered, or whatever only one snippet can mean.

function meant(input) {
  const asked = input.value.trim().toLowerCase();
  const options = [...(input.list?.options ?? [])].map((option) => [option.value.toLowerCase(), option.label.toLowerCase()]);
  if (!asked || options.some((names) => names.includes(asked))) return 1;
  const words = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const begun = (names) => (word) => words(names.join(" ")).some((whole) => whole.startsWith(word));
  return words(asked).length ? options.filter((names) => words(asked).every(begun(names))).length : 0;
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[list=snippets]")) return;
  const fitting = meant(event.target);
  event.target.setCustomValidity(
    fitting === 1 ? "" : fitting ? `${fitting} snippets hold these words. Go on typing, or choose one from the list.` : "No snippet holds these words.",
  );
});
document.addEventListener("click", (event) => {
  const filling = event.target.closest("[data-fill]");
  if (!filling) return;
  const input = filling.form.querySelector("[data-correct]");
  input.value = filling.dataset.fill;
  input.setCustomValidity("");
  input.focus();
});

// Live counts, as long as the page is looked at.

const EVERY_MS = 20_000;

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch("/counts.json", { headers: { accept: "application/json" }, redirect: "error" });
    if (!response.ok) return;
    const counts = await response.json();
    for (const place of document.querySelectorAll("[data-count]")) {
      const count = counts[place.dataset.count];
      if (count !== undefined) place.textContent = count.toLocaleString("en");
    }
  } catch {
    // Offline, or logged out: the next page says so.
  }
}

if (document.querySelector("[data-count]")) {
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
}

// A draft: the reply and the checks follow what is typed, and leaving the page with unsaved words asks first.

const draft = document.querySelector("form[data-draft]");
const TYPED_MS = 600;

async function follow() {
  const body = new URLSearchParams(new FormData(draft)); // a button is called `action`, so the form's own is asked for by name below
  body.set("action", "check");
  try {
    const response = await fetch(draft.getAttribute("action"), { method: "POST", body, redirect: "error" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [now, fresh] = [document, page].map((where) => where.querySelector("[data-live]"));
    if (now && fresh) now.replaceWith(fresh);
  } catch {
    // Offline, or logged out: sending the form says so.
  }
}

if (draft) {
  let timer = 0;
  let unsaved = false;
  draft.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(follow, TYPED_MS);
  });
  draft.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}
