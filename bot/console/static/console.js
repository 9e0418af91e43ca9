// Makes the review quicker; every page works without it.

const main = document.querySelector("main");
const keys = document.getElementById("keys");
document.documentElement.classList.add("scripted");

// The page opens where it should: the current page in a narrow list of pages, the message in question in a long conversation, and
// after a verdict at the next question, so that it is read out.

document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
if (!location.hash) document.querySelector("article.chosen")?.scrollIntoView();

const address = new URLSearchParams(location.search);
const wrong = document.querySelector("[data-wrong]");
if (wrong) {
  wrong.focus();
} else if (address.has("said")) {
  const next = document.querySelector("article.alone h2");
  if (next) {
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
}

// What somebody types is kept in this tab until it is saved: a key, a link, Back, an ended login or a refusal cannot lose it.

const DRAFT = "draft ";
const SENT = "sent";

function stored(action) {
  try {
    return action(sessionStorage);
  } catch {
    return null; // a browser that keeps nothing: the page works all the same
  }
}

const nameOf = (form) => `${DRAFT}${main?.dataset.user ?? ""} ${form.dataset.draft}`;
const written = (form) => [...form.elements].filter((field) => field.matches("textarea[name], input[name]:not([type=hidden], [type=radio], [type=checkbox])"));

function keep(form) {
  const words = Object.fromEntries(written(form).filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]));
  const verdict = form.querySelector("[name=verdict]:checked")?.value;
  const draft = Object.keys(words).length ? JSON.stringify({ words, verdict }) : "";
  stored((store) => (draft ? store.setItem(nameOf(form), draft) : store.removeItem(nameOf(form))));
}

function restore(form) {
  const draft = JSON.parse(stored((store) => store.getItem(nameOf(form))) ?? "null");
  if (!draft) return;
  for (const field of written(form)) {
    const words = draft.words[field.name];
    if (words === undefined || field.value !== field.defaultValue) continue;
    field.value = words;
    field.closest("details")?.setAttribute("open", "");
  }
  const chosen = draft.verdict && form.querySelector(`[name=verdict][value="${CSS.escape(draft.verdict)}"]`);
  if (chosen && !form.querySelector("[name=verdict]:checked")) chosen.checked = true;
  form.closest("details")?.setAttribute("open", "");
}

if (main?.dataset.user) {
  // The page that a form leads to says that it was saved; any other page leaves the draft as it is.
  const sent = stored((store) => store.getItem(SENT));
  if (sent && address.has("said")) {
    const { form, only } = JSON.parse(sent);
    const draft = only && JSON.parse(stored((store) => store.getItem(form)) ?? "null");
    if (draft) delete draft.words[only];
    stored((store) => (draft && Object.keys(draft.words).length ? store.setItem(form, JSON.stringify(draft)) : store.removeItem(form)));
  }
  stored((store) => store.removeItem(SENT));
  document.querySelectorAll("form[data-draft]").forEach(restore);
}
document.addEventListener("input", (event) => event.target.form?.matches("[data-draft]") && keep(event.target.form));
document.querySelector(".leave")?.addEventListener("submit", () => stored((store) => store.clear()));

// Keys, unless somebody types or has switched them off.

const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

// The key as it is printed on a keyboard of Latin letters, whatever Caps Lock and the language of the keyboard say.
function pressed(event) {
  if (event.key === "?" || event.key === "/") return event.key;
  const key = event.key.toLowerCase();
  if (/^[a-z0-9]$/.test(key)) return key;
  return (/^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1] ?? "").toLowerCase();
}

// Ctrl+Enter saves the form that somebody is in, otherwise the verdict. A note without a verdict is saved as a note.
function saveForm() {
  const own = document.activeElement?.form;
  const turn = document.querySelector("article[data-at]") ?? document.querySelector("article.chosen");
  const form = own?.method === "post" ? own : (document.querySelector("[data-complete]") ?? turn?.querySelector("[data-draft]"));
  if (!form) return false;
  const judging = form.querySelector("[name=verdict]");
  if (judging && !form.querySelector("[name=verdict]:checked") && form.elements.note?.value.trim()) {
    form.requestSubmit(form.querySelector("[data-note]"));
  } else {
    form.requestSubmit();
  }
  return true;
}

function press(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (element.matches("input[type=radio]")) {
    element.checked = true;
    const { form } = element;
    form.dispatchEvent(new Event("chosen"));
    const next = { missing_content: element, should_alarm: form.elements.comment, wrong_text: form.elements.comment }[element.value];
    const field = next ?? form.querySelector("[data-correct]");
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
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
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (saveForm()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && typing(document.activeElement)) {
    document.activeElement.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || keys.open || typing(event.target)) return;
  const key = pressed(event);
  if (!key) return;
  // In a conversation the keys are for the message that somebody went to with j and k, or came for; before that, for none.
  const turns = document.querySelectorAll("article.turn");
  const turn = turns.length === 1 ? turns[0] : (document.querySelector("article[data-at]") ?? document.querySelector("article.chosen"));
  const named = `[data-key="${CSS.escape(key)}"]`;
  const element = turn?.querySelector(named) ?? [...document.querySelectorAll(named)].find((found) => !found.closest("article.turn"));
  let act = element ? () => press(element) : actions[key];
  if (!act && turns.length > 1 && document.querySelector(`article.turn ${named}`)) act = () => step(1);
  if (!act && key === "s" && turns.length > 1) act = () => step(1);
  if (!act) return;
  event.preventDefault();
  act();
}

if (main?.hasAttribute("data-shortcuts")) document.addEventListener("keydown", onKey);

// A form is sent once, however often it is pressed; what is typed in it is a draft until the next page says that it was saved.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && form.method === "post") event.preventDefault();
  form.dataset.sent = "1";
  if (!form.matches("[data-draft]")) return;
  keep(form);
  if (event.submitter?.matches("[data-skip]")) return;
  const only = event.submitter?.matches("[data-note]") ? "note" : "";
  stored((store) => store.setItem(SENT, JSON.stringify({ form: nameOf(form), only })));
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// The word on what is wrong with a text is needed for that verdict only.

function needComment(form) {
  if (form.elements.comment) form.elements.comment.required = form.querySelector("[name=verdict]:checked")?.value === "wrong_text";
}
for (const form of document.querySelectorAll("form:has([name=verdict])")) {
  needComment(form);
  form.addEventListener("change", () => needComment(form));
  form.addEventListener("chosen", () => needComment(form));
}

// What would have been right: words lead to answers, which are shown below the field; one of them is taken with the arrows or a click.

const WAIT_MS = 120;

class Naming {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-answers`;
    this.list.className = "fitting";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Answers that fit");
    input.removeAttribute("list");
    const told = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(told)) input.setAttribute(name, value);
    input.after(this.list);
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), WAIT_MS);
    });
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("li");
      if (!option) return;
      event.preventDefault();
      this.take(option);
    });
  }

  async look() {
    const words = this.input.value.trim();
    if (!words) return this.close();
    let found;
    try {
      const response = await fetch(`/answers.json?q=${encodeURIComponent(words)}`, { redirect: "error" });
      if (!response.ok) return;
      found = await response.json();
    } catch {
      return; // offline, or logged out: what was typed is understood when it is sent
    }
    if (words !== this.input.value.trim()) return;
    this.list.replaceChildren(...found.map((answer, place) => this.option(answer, place)));
    this.list.hidden = !found.length || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.choose(-1);
  }

  option(answer, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.dataset.id = answer.id;
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("strong"), { textContent: answer.question }), Object.assign(document.createElement("span"), { textContent: answer.line }));
    return option;
  }

  choose(place) {
    this.at = place;
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    const option = this.list.children[place];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (this.list.hidden || event.ctrlKey || event.metaKey) return;
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.choose((this.at + 1) % count);
    else if (event.key === "ArrowUp") this.choose((this.at + count - 1) % count);
    else if (event.key === "Enter") this.take(this.list.children[Math.max(this.at, 0)]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(option) {
    this.input.value = option.dataset.id;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(this.timer);
    this.close();
    this.input.focus();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll("[data-correct]")) new Naming(input);
document.addEventListener("click", (event) => {
  const filling = event.target.closest("[data-fill]");
  if (!filling) return;
  const input = filling.form.querySelector("[data-correct]");
  input.value = filling.dataset.fill;
  input.focus();
  keep(filling.form);
});

// Rows: one box ticks all, and ticking one says what the buttons below are for. Enter in a field presses the button beside it.

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) {
    for (const box of document.querySelectorAll("[data-tick]")) box.checked = event.target.checked;
  }
  if (!event.target.matches("[data-tick], [data-tick-all]")) return;
  const ticked = document.querySelectorAll("[data-tick]:checked").length;
  const some = document.querySelector("[name=scope][value=ticked]");
  if (some) (ticked ? some : document.querySelector("[name=scope][value=all]") ?? some).checked = true;
  for (const place of document.querySelectorAll("[data-ticked]")) place.textContent = ticked.toLocaleString("en");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-enter] input")) return;
  event.preventDefault();
  event.target.closest("[data-enter]").querySelector("button").click();
});

// Live counts, as long as the page is looked at; the title tells them in a tab behind others.

const EVERY_MS = 20_000;
const title = document.title.replace(/^\([\d,]+\) /, "");

async function refresh() {
  try {
    const response = await fetch("/counts.json", { headers: { accept: "application/json" }, redirect: "error" });
    if (!response.ok) return;
    const counts = await response.json();
    for (const place of document.querySelectorAll("[data-count]")) {
      const count = counts[place.dataset.count];
      if (count !== undefined) place.textContent = count.toLocaleString("en");
    }
    document.title = counts.waiting ? `(${counts.waiting}) ${title}` : title;
  } catch {
    // Offline, or logged out: the next page says so.
  }
}

if (document.querySelector("[data-count]")) {
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", refresh);
}

// The draft of a text: the reply and the checks follow what is typed, and leaving the page with unsaved words asks first. Only this
// form is sent while somebody types: another one would save a verdict that nobody meant to save yet.

const text = document.querySelector("form[data-follow]");
const TYPED_MS = 600;

async function follow() {
  const body = new URLSearchParams(new FormData(text)); // a button is called `action`, so the form's own is asked for by name below
  body.set("action", "check");
  try {
    const response = await fetch(text.getAttribute("action"), { method: "POST", body, redirect: "error" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [now, fresh] = [document, page].map((where) => where.querySelector("[data-live]"));
    if (now && fresh) now.replaceWith(fresh);
  } catch {
    // Offline, or logged out: sending the form says so.
  }
}

// What was typed and not saved comes back into the form when somebody asks for it.

const taking = document.querySelector("[data-take-unsaved]");
if (taking && text) {
  taking.hidden = false;
  taking.addEventListener("click", () => {
    for (const words of document.querySelectorAll("[data-unsaved]")) {
      const field = text.elements[words.dataset.unsaved];
      if (field) field.value = words.textContent;
      field?.closest("details")?.setAttribute("open", "");
    }
    text.dispatchEvent(new Event("input", { bubbles: true }));
    taking.closest("section").remove();
    text.elements.question.focus();
  });
}

if (text) {
  let timer = 0;
  let unsaved = false;
  text.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(follow, TYPED_MS);
  });
  text.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}
