// @ts-check
/**
 * <ozone-faq>: the clinic's chat window, one file without dependencies.
 *
 * Attributes: `api` (address of the chat; default: where this script came from), `open` (open on load), `inline` (fills
 * its container), `heading`, `starters` (JSON list of first questions), `theme="light"` (never dark). Methods: `show()`, `hide()`.
 *
 * Elements and text nodes only: no reply can become markup. Nothing is stored before the first message is sent.
 */

/** @typedef {{version: number, sources: {title: string, publisher: string, year: number, address: string}[]}} Snippet */
/** @typedef {{text: string, snippet: Snippet | null, buttons: {title: string, send: string}[]}} Message */
/** @typedef {{name: string, phone: string, email: string, website: string}} Contact */
/** @typedef {{route: string, messages: Message[], warning: string, contact: Contact | null}} Reply */
/** @typedef {'retry' | 'edit' | 'renew'} Remedy */
/** @typedef {{text: string, send: string, id: string, at: number, problem?: string, remedy?: Remedy}} Question */
/** @typedef {{reply: Reply, at: number, problem?: undefined}} Answer */

const BASE = new URL('..', import.meta.url);
const WARNING = 'Ozone is toxic to the lungs and should not be inhaled.';
const WARNING_DETAIL = 'Symptoms can come hours later, and smell is not a reliable warning.';
const EMERGENCY = 'In an emergency call your emergency number.';
const GREETING =
  'Hello. I can answer common questions about ozone therapy with approved wording only. ' +
  `I am a computer program, not a clinician. ${EMERGENCY}`;
const STARTERS = ['What is ozone therapy?', 'Is it safe?', 'What happens in a session?'];
const CLEARED = 'Cleared from this screen. This does not delete the clinic’s record.';
const MAX_LENGTH = 2000;
const COUNT_FROM = 200; // characters left when the counter appears
const PATIENCE = 30_000; // milliseconds until a reply is given up
const SPOKEN_FOR = 15_000; // milliseconds an announcement stays in its live region
const FULL_SCREEN = '(max-width: 30em), (max-height: 30em)';
const SHORT = '(max-height: 24em)'; // too low for a window that scrolls inside

const ICONS = {
  chat: 'M3 5h18v12H10l-5 4v-4H3zM8 11h8',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5.5M6 11l6-6 6 6',
  warn: 'M12 3.5 22 20.5H2zM12 10v5M12 17.6v.2',
  again: 'M4.5 12a7.5 7.5 0 1 0 2.3-5.4L4.5 8.8M4.5 4v4.8h4.8',
  phone: 'M6 3.5h3l1.7 4.3-2.2 1.7a12 12 0 0 0 6 6l1.7-2.2 4.3 1.7v3A2 2 0 0 1 18.5 20 15.5 15.5 0 0 1 4 5.5a2 2 0 0 1 2-2z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c1-7 13-7 14 0',
  check: 'M5 12.5l4.5 4.5L19 7.5',
};

/**
 * An element with attributes, listeners (`onclick: f`) and children; empty children are left out.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children @returns {any}
 */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const unseen = (words) => h('span', { class: 'sr' }, words);

/** @param {string} href @param {string} words @param {string} [kind] */
const link = (href, words, kind) => h('a', { href, class: kind, target: '_blank', rel: 'noopener' }, words, unseen(' (new tab)'));

/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** An http(s) address, also of a page on the chat's own site ("/about"); '' for anything else.
 * @param {string} address @param {URL} base */
function web(address, base) {
  try {
    return /^(https?:\/)?\/[^/\\]/i.test(address) ? new URL(address, base).href : '';
  } catch {
    return '';
  }
}

const tel = (number) => `tel:${number.replace(/[^\d+]/g, '')}`;

const callButton = (number) => h('a', { class: 'button', href: tel(number) }, icon('phone'), `Call ${number}`);

const button = (kind, onclick, ...children) => h('button', { type: 'button', class: kind, onclick }, ...children);

/** A random UUID; crypto.randomUUID is missing on plain-http pages. */
const uuid = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
  (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+digit / 4)))).toString(16));

const EMAIL_OR_NUMBER = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.,/$€£-])[+(]?\d(?:(?:[-. ]|\) ?| \((?=\d+\)))?\d)+/g;
const UNIT = /^ ?(?:%|seconds|minutes|hours|days|mg|ml|ppm)/;
const CALL = /\b(?:call|text|phone)\b[^.\d]{0,24}$/i;

/**
 * Whether digits are a telephone number, not a year, a range or an amount. Outside an emergency they must follow "call".
 * @param {string} digits @param {string} before @param {string} after @param {boolean} emergency
 */
function isNumberToCall(digits, before, after, emergency) {
  const length = digits.replace(/\D/g, '').length;
  if (length < 3 || length > 15 || UNIT.test(after)) return false;
  if (/^\d+$/.test(digits) ? /^(?:19|20)\d\d$/.test(digits) : length < 6 && !/^\d-\d-\d$/.test(digits)) return false;
  return emergency || CALL.test(before);
}

/**
 * A text as paragraphs, word for word, with telephone numbers and e-mail addresses as links.
 * @param {string} words @param {boolean} emergency
 * @returns {{paragraphs: HTMLElement[], numbers: string[]}}
 */
function wording(words, emergency) {
  /** @type {Set<string>} */
  const numbers = new Set();
  const paragraphs = words.split(/\n\s*\n/).map((paragraph) => {
    const p = h('p', {});
    let end = 0;
    for (const match of paragraph.matchAll(EMAIL_OR_NUMBER)) {
      const found = match[0];
      const at = match.index;
      const mail = found.includes('@');
      if (!mail && !isNumberToCall(found, paragraph.slice(0, at), paragraph.slice(at + found.length), emergency)) continue;
      if (!mail) numbers.add(found);
      p.append(paragraph.slice(end, at), h('a', { href: mail ? `mailto:${found}` : tel(found) }, found));
      end = at + found.length;
    }
    p.append(paragraph.slice(end));
    return p;
  });
  return { paragraphs, numbers: [...numbers] };
}

class OzoneFaq extends HTMLElement {
  /** @type {(Question | Answer)[]} */
  #entries = [];
  #token = '';
  #introduced = false;
  #left = Infinity; // characters left in the text area
  /** @type {AbortController | null} */
  #request = null;
  /** @type {any[]} What was made inert while the window covers the whole screen. */
  #covered = [];
  /** @type {AbortController | null} Ends every listener outside the element. */
  #listening = null;
  #narrow = matchMedia(FULL_SCREEN);
  /** @type {Record<string, any>} */
  #parts = {};

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(window, 'online', () => this.#connection());
    on(window, 'offline', () => this.#connection());
    on(document, 'keydown', (event) => this.#escape(event));
    on(this.#narrow, 'change', () => this.#cover());
    on(visualViewport, 'resize', () => this.#fit());
    on(visualViewport, 'scroll', () => this.#fit());
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#request?.abort();
    this.#uncover();
  }

  get #inline() {
    return this.hasAttribute('inline');
  }

  /** Opens the window and moves the focus into it. */
  show() {
    this.#open();
    this.#parts.field.focus();
  }

  /** Closes the window and gives the focus back to the button that opens it. */
  hide() {
    if (this.#inline || this.#parts.panel.hidden) return;
    this.#uncover();
    this.#parts.panel.hidden = true;
    this.#parts.launcher.hidden = false;
    this.#parts.launcher.focus();
    this.#save();
  }

  // Building

  #build() {
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    const p = this.#parts;
    const inline = this.#inline;
    const given = this.getAttribute('heading');
    const heading = given || 'Questions about ozone therapy';

    p.launcher = button('launcher', () => this.show(), icon('chat'), 'Ask a question', (p.unread = h('span', { class: 'unread', hidden: true }, '1', unseen(' new reply'))));
    p.again = button('plain', () => this.#startAgain(), icon('again'), 'Start again');
    p.words = h('span', {}, h('strong', {}, WARNING), ` ${WARNING_DETAIL}`);
    p.slot = inline ? h('slot', { name: 'warning', onslotchange: () => this.#keepWarning() }, p.words) : p.words;
    p.log = h('div', { class: 'log', role: 'region', 'aria-label': 'Conversation', tabindex: 0 }, (p.list = h('ol', { role: 'list' })));
    p.field = h('textarea', { id: 'field', rows: 1, maxlength: MAX_LENGTH, enterkeyhint: 'send', autocomplete: 'off', dir: 'auto',
      placeholder: 'Write your question', 'aria-describedby': 'note count', oninput: () => this.#typed(), onfocus: () => this.#introduce(),
      onkeydown: (event) => this.#pressed(event) });
    p.send = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'));
    p.count = h('p', { class: 'count', id: 'count' });
    p.offline = h('p', { class: 'offline', hidden: true }, 'You are offline. Sending works again when you are back online.');
    p.form = h('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
      h('label', { for: 'field', class: 'sr' }, 'Your question'), p.field, p.send);
    p.panel = h('div', { class: 'panel', role: !inline && 'dialog', 'aria-labelledby': !inline && 'heading', hidden: true },
      h('div', { class: inline && !given ? 'sr' : 'head' }, h('h2', { id: 'heading' }, heading),
        !inline && button('plain', () => this.hide(), icon('close'), unseen('Close chat'))),
      (p.warning = h('div', { class: 'warning', role: 'region', 'aria-label': 'Warning' }, icon('warn'), h('div', {}, p.slot))),
      p.log, p.offline, p.form, p.count,
      h('div', { class: 'note' }, h('p', { id: 'note' }, 'Messages are stored and read by clinic staff. Please leave out names. ',
        link(new URL('about', this.#api).href, 'How this works')), p.again));
    p.status = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
    p.alert = h('div', { class: 'sr', role: 'alert', 'aria-live': 'assertive' });
    root.append(h('div', { class: 'outer', role: 'region', lang: 'en', 'aria-label': inline ? heading : 'Chat' }, p.launcher, p.panel, p.status, p.alert));

    const wasOpen = this.#restore();
    this.#draw();
    this.#connection();
    if (inline || this.hasAttribute('open') || (wasOpen && !this.#narrow.matches)) this.#open();
  }

  get #api() {
    const given = this.getAttribute('api');
    return given ? new URL(given.replace(/\/*$/, '/'), document.baseURI) : BASE;
  }

  get #starters() {
    try {
      const given = list(JSON.parse(this.getAttribute('starters') ?? ''));
      return given.length ? given : STARTERS;
    } catch {
      return STARTERS;
    }
  }

  /** The page may hold the warning of an inline chat, so that it stands without scripts: in these words, and seen. */
  #keepWarning() {
    const { slot, words } = this.#parts;
    const kept = slot.assignedElements().some((given) => given.textContent.includes(words.textContent) && given.getClientRects().length);
    if (!kept) slot.replaceWith(words);
  }

  // Opening

  /** Shows the window; the focus stays where it is. */
  #open() {
    const p = this.#parts;
    p.panel.hidden = false;
    p.launcher.hidden = true;
    p.unread.hidden = true;
    this.#cover();
    this.#toEnd();
    this.#save();
  }

  /** Says warning and greeting once in a new conversation, when the visitor comes to the text area. */
  #introduce() {
    if (this.#introduced || this.#entries.length) return;
    this.#introduced = true;
    this.#say(`Warning: ${WARNING} ${WARNING_DETAIL} ${GREETING}`);
  }

  /** Full screen: what the window hides cannot be reached either. */
  #cover() {
    this.#uncover();
    if (this.#inline || this.#parts.panel.hidden || !this.#narrow.matches) return;
    /** @type {any} */
    let node = this;
    while (node && node !== document.body) {
      for (const sibling of node.parentNode?.children ?? []) {
        if (sibling === node || sibling.inert || !(sibling instanceof HTMLElement)) continue;
        sibling.inert = true;
        this.#covered.push(sibling);
      }
      node = node.parentElement ?? node.getRootNode().host;
    }
    this.#fit();
  }

  #uncover() {
    for (const element of this.#covered.splice(0)) element.inert = false;
    this.#parts.panel.style.cssText = '';
  }

  /** Keeps the warning and the text area above an on-screen keyboard. */
  #fit() {
    const { scale, height, offsetTop } = visualViewport;
    if (scale > 1 || !this.#covered.length) return;
    Object.assign(this.#parts.panel.style, { blockSize: `${height}px`, insetBlockStart: `${offsetTop}px` });
  }

  #escape(event) {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing && !this.#parts.panel.hidden) this.hide();
  }

  // Writing

  #pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #typed() {
    const { field, count } = this.#parts;
    field.style.blockSize = 'auto';
    if (field.value) field.style.blockSize = `${field.scrollHeight + 2}px`;
    const left = MAX_LENGTH - field.value.length;
    const words = `Characters left: ${left}${left ? '' : '. The end of a longer text is cut off.'}`;
    count.textContent = left <= COUNT_FROM ? words : '';
    if ([COUNT_FROM, 0].some((mark) => left <= mark && this.#left > mark)) this.#say(words);
    this.#left = left;
  }

  #submit() {
    const { field } = this.#parts;
    const words = field.value.trim();
    if (!words || this.#request) return;
    field.value = '';
    this.#typed();
    this.#ask(words, words);
  }

  /** @param {string} words What is shown. @param {string} send What is sent. */
  #ask(words, send) {
    this.#deliver({ text: words, send, id: uuid(), at: Date.now() });
  }

  /**
   * Sends a question and shows what comes back. A retry sends the same `id`: a question that did arrive is not asked twice.
   * @param {Question} question
   */
  async #deliver(question) {
    const request = (this.#request = new AbortController());
    delete question.problem;
    delete question.remedy;
    this.#entries = [...this.#entries.filter((entry) => entry !== question), question];
    this.#save();
    this.#draw();
    this.#toEnd();
    const slow = setTimeout(() => this.#say('Looking for the approved answer.'), 1500);
    const timeout = setTimeout(() => request.abort(), PATIENCE);
    /** @type {Answer | null} */
    let answer = null;
    try {
      answer = { reply: await this.#post(question, request.signal), at: Date.now() };
    } catch (error) {
      Object.assign(question, error instanceof Problem ? { problem: error.message, remedy: error.remedy } : this.#unreached(request.signal));
    } finally {
      clearTimeout(slow);
      clearTimeout(timeout);
    }
    if (request !== this.#request) return; // started again in the meantime
    if (answer) this.#entries.push(answer);
    this.#request = null;
    this.#save();
    this.#draw();
    this.#arrived(answer, question);
  }

  /** @returns {Promise<Reply>} */
  async #post(question, signal) {
    const response = await fetch(new URL('api/chat', this.#api), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ message: question.send, client_id: question.id, ...(this.#token && { token: this.#token }) }),
      credentials: 'omit',
      signal,
    });
    const body = await response.json().catch(() => signal.throwIfAborted());
    if (!response.ok) throw this.#refused(response, body?.error);
    const messages = list(body?.messages).filter((message) => typeof message?.text === 'string');
    if (!messages.length) throw new Problem('The reply could not be read. Please try again.', 'retry');
    this.#token = body.token || this.#token;
    return { route: body.route, messages, warning: body.warning?.text || WARNING, contact: body.contact };
  }

  #refused(response, said) {
    const { status } = response;
    if (status === 401) {
      this.#token = '';
      return new Problem('This conversation has ended, so your message was not answered.', 'renew');
    }
    if (status === 429) {
      const seconds = Number(response.headers.get('Retry-After'));
      return new Problem(`Too many messages at once. Please wait ${seconds ? `${seconds} seconds` : 'a minute'} and try again.`, 'retry');
    }
    if (status >= 500 || status === 408) return new Problem(said || 'The chat is not available right now. Please try again in a minute.', 'retry');
    return new Problem(said || 'Your message could not be accepted. Please change it and send it again.', 'edit');
  }

  #unreached(signal) {
    const problem = signal.aborted ? 'No reply came in time.'
      : navigator.onLine ? 'The chat could not be reached. Please check your connection and try again.'
      : 'You are offline, so your message was not sent.';
    return { problem, remedy: 'retry' };
  }

  /** Tells what came, by eye and by ear. @param {Answer | null} answer @param {Question} question */
  #arrived(answer, question) {
    const p = this.#parts;
    p.unread.hidden = !p.panel.hidden;
    this.#toEnd();
    if (!answer) return this.#say(`${question.problem} ${EMERGENCY}`);
    const { route, messages, warning } = answer.reply;
    if (route === 'emergency') this.#open();
    const choices = messages.flatMap((message) => list(message.buttons)).length;
    const words = messages.map((message) => message.text).join(' ');
    this.#say(`${route === 'emergency' ? 'Emergency' : 'Reply'}: ${words} Warning: ${warning}${choices ? ` Suggested questions: ${choices}.` : ''}`, route === 'emergency');
  }

  #remedy(question) {
    if (this.#request) return;
    this.#parts.field.focus(); // the button that was pressed goes away
    if (question.remedy === 'retry') return void this.#deliver(question);
    if (question.remedy === 'renew') {
      this.#entries = [];
      return this.#ask(question.text, question.send);
    }
    this.#entries = this.#entries.filter((entry) => entry !== question);
    this.#parts.field.value = question.text;
    this.#typed();
    this.#save();
    this.#draw();
  }

  #startAgain() {
    this.#request?.abort();
    this.#request = null;
    this.#token = '';
    this.#entries = [];
    this.#save();
    this.#draw(CLEARED);
    this.#parts.field.focus();
    this.#say(CLEARED);
  }

  // Remembering

  get #drawer() {
    return `ozone-faq ${this.#api.href}`;
  }

  /** Keeps the conversation for this tab, once there is one. */
  #save() {
    try {
      if (!this.#entries.length) sessionStorage.removeItem(this.#drawer);
      else sessionStorage.setItem(this.#drawer, JSON.stringify({ token: this.#token, entries: this.#entries, open: !this.#parts.panel.hidden }));
    } catch {
      // Storage is forbidden: the chat works, it only forgets on reload.
    }
  }

  /** @returns {boolean} was the window open? */
  #restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#drawer) ?? '{}');
      this.#token = kept.token || '';
      this.#entries = list(kept.entries).filter((entry) => entry?.id || list(entry?.reply?.messages).length);
      const last = this.#entries.at(-1);
      if (last && 'id' in last && !last.problem) Object.assign(last, { problem: 'No reply came.', remedy: 'retry' });
      return kept.open === true;
    } catch {
      return false;
    }
  }

  // Showing

  #draw(notice) {
    const p = this.#parts;
    const drawn = new Map(Array.from(p.list.children, (item) => [item.entry, item]));
    const items = [drawn.get('greeting') ?? this.#keyed('greeting', this.#greeting())];
    if (notice) items.unshift(h('li', { class: 'notice' }, notice));
    for (const entry of this.#entries) {
      const old = drawn.get(entry);
      items.push(old && old.problem === entry.problem ? old : this.#keyed(entry, 'reply' in entry ? this.#answer(entry) : this.#question(entry)));
    }
    if (this.#request) items.push(h('li', { class: 'typing', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'), 'Looking for the approved answer'));
    for (const item of [...p.list.children]) if (!items.includes(item)) item.remove();
    items.forEach((item, index) => p.list.children[index] === item || p.list.insertBefore(item, p.list.children[index] ?? null));
    p.again.hidden = !this.#entries.length;
    for (const element of [p.send, ...p.list.querySelectorAll('.chip')]) element.setAttribute('aria-disabled', String(!!this.#request));
  }

  #keyed(entry, item) {
    return Object.assign(item, { entry, problem: entry.problem });
  }

  #greeting() {
    const starters = this.#starters.map((title) => ({ title, send: title }));
    return h('li', { class: 'bot' }, unseen('Assistant: '), h('div', { class: 'bubble' }, h('p', {}, GREETING)), this.#choices(starters), this.#caution(WARNING));
  }

  #question(question) {
    const labels = { retry: 'Retry', edit: 'Change the message', renew: 'Send it in a new conversation' };
    return h('li', { class: 'you' }, unseen('You: '), h('div', { class: 'bubble' }, h('p', {}, question.text)), this.#time(question.at),
      question.problem && h('div', { class: 'problem' }, h('p', {}, `${question.problem} ${EMERGENCY}`),
        button('button', () => this.#remedy(question), labels[question.remedy])));
  }

  /** @param {Answer} answer */
  #answer({ reply, at }) {
    const { route, messages, contact } = reply;
    const emergency = route === 'emergency';
    const item = h('li', { class: `bot ${emergency || route === 'clinician' ? route : ''}` }, unseen('Assistant: '));
    messages.forEach((message, index) => {
      const { paragraphs, numbers } = wording(message.text, emergency);
      const bubble = h('div', { class: 'bubble' });
      if (index === 0 && emergency) bubble.append(h('p', { class: 'label' }, icon('warn'), 'Emergency'));
      if (index === 0 && route === 'clinician') bubble.append(h('p', { class: 'label' }, icon('person'), 'For a clinician'));
      if (emergency && numbers.length) bubble.append(h('p', { class: 'calls' }, ...numbers.map(callButton)));
      bubble.append(...paragraphs);
      if (index === messages.length - 1 && contact && !emergency) bubble.append(this.#contact(contact));
      item.append(bubble, this.#provenance(message.snippet), this.#choices(list(message.buttons)));
    });
    item.append(this.#caution(reply.warning), this.#time(at));
    return item;
  }

  #contact({ name, phone, email, website }) {
    const site = web(website, this.#api);
    return h('div', { class: 'contact' }, h('p', {}, h('strong', {}, name || 'The clinic')), h('p', { class: 'calls' },
      phone && callButton(phone),
      email && h('a', { class: 'button quiet', href: `mailto:${email}` }, email),
      site && link(site, new URL(site).host, 'button quiet')));
  }

  /** Where the wording comes from. @param {Snippet | null} snippet */
  #provenance(snippet) {
    if (!snippet) return '';
    const sources = list(snippet.sources);
    return h('div', { class: 'origin' },
      sources.length && h('details', {}, h('summary', {}, `Sources (${sources.length})`), h('ul', {}, ...sources.map((source) => {
        const address = web(source.address, this.#api);
        const title = source.title || address;
        return h('li', {}, address ? link(address, title) : title,
          h('span', { class: 'by' }, [source.publisher, source.year].filter(Boolean).join(', ')));
      }))),
      h('p', {}, icon('check'), `Approved wording, version ${snippet.version}`));
  }

  #choices(buttons) {
    if (!buttons.length) return '';
    return h('div', { class: 'choices', role: 'group', 'aria-label': 'Suggested questions' }, ...buttons.map(({ title, send }) =>
      button('chip', (event) => {
        if (this.#request) return;
        event.currentTarget.classList.add('chosen');
        this.#ask(title, send);
      }, title)));
  }

  #caution(warning) {
    return h('p', { class: 'caution' }, icon('warn'), unseen('Warning: '), warning);
  }

  #time(at) {
    const date = new Date(at);
    return h('time', { datetime: date.toISOString() }, date.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' }));
  }

  /** Scrolls to the end, but not past the start of the last reply. */
  #toEnd() {
    const { log, panel, warning, form, list: items } = this.#parts;
    if (!this.#entries.length) return;
    const short = matchMedia(SHORT).matches;
    const page = short && this.#inline;
    const box = page ? document.scrollingElement : short ? panel : log;
    const room = page ? { top: 0, bottom: innerHeight } : box.getBoundingClientRect();
    const last = items.lastElementChild.getBoundingClientRect();
    box.scrollTop += Math.min(last.top - room.top - (short && warning.offsetHeight) - 8, last.bottom - room.bottom + (short && form.offsetHeight) + 16);
  }

  #connection() {
    const { offline } = this.#parts;
    if (offline.hidden === navigator.onLine) return;
    offline.hidden = navigator.onLine;
    this.#say(navigator.onLine ? 'You are online again.' : offline.textContent);
  }

  /** @param {string} words @param {boolean} [urgent] */
  #say(words, urgent) {
    const line = h('p', {}, words);
    this.#parts[urgent ? 'alert' : 'status'].append(line);
    setTimeout(() => line.remove(), SPOKEN_FOR);
  }
}

/** A request the server did not answer as asked, in words for the visitor. */
class Problem extends Error {
  /** @param {string} message @param {Remedy} remedy */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
:host {
  all: initial; display: block; color-scheme: light; color: var(--ink);
  font: max(1rem, 16px)/1.5 var(--ozone-font, system-ui, "Segoe UI", Roboto, Arial, sans-serif);
  --ink: #16302f; --soft: #4a605e; --surface: #fff; --ground: #f3f7f6; --line: #d3dfdd; --edge: #6d8481;
  --brand: #0d5f5b; --on-brand: #fff; --tint: #e2f0ee; --focus: #0b57b8;
  --warn: #fff4d9; --warn-ink: #4f3900; --warn-edge: #a87400;
  --alarm: #fff1ef; --alarm-ink: #651009; --alarm-edge: #b3261e;
  --care: #edf3fc; --care-ink: #18314f; --care-edge: #34629e;
  --shadow: 0 0.1em 0.3em #0c2b2a1f, 0 1em 2.6em #0c2b2a38;
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    color-scheme: dark;
    --ink: #e4efed; --soft: #a3b8b5; --surface: #14211f; --ground: #0d1716; --line: #2b3d3a; --edge: #7c9490;
    --brand: #6fcabf; --on-brand: #06211f; --tint: #17332f; --focus: #8cc2ff;
    --warn: #2c240f; --warn-ink: #f5dfa4; --warn-edge: #d9a638;
    --alarm: #35130f; --alarm-ink: #ffe2dd; --alarm-edge: #ff9b8f;
    --care: #14243a; --care-ink: #dbe8fa; --care-edge: #90bdf5;
    --shadow: 0 1em 2.6em #000a;
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host(:not([inline])) { position: fixed; inset-block-end: 1.25em; inset-inline-end: 1.25em; z-index: 2147483000; }
:host([inline]), .outer, :host([inline]) .panel { block-size: 100%; }
* { box-sizing: border-box; unicode-bidi: plaintext; }
h2, p, ol, ul { margin: 0; padding: 0; list-style: none; }
strong, h2, .label { font-weight: 650; }
button, textarea { font: inherit; color: inherit; cursor: pointer; }
svg { flex: none; inline-size: 1.25em; block-size: 1.25em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
a { color: var(--brand); text-underline-offset: 0.18em; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher, .send, .button { display: inline-flex; align-items: center; gap: 0.5em; border: 1px solid transparent; background: var(--brand); color: var(--on-brand); font-weight: 600; text-decoration: none; }
.launcher:hover, .send:hover, .button:hover { filter: brightness(1.1); }
.launcher { min-block-size: 3.5em; padding: 0 1.3em; border-radius: 2em; box-shadow: var(--shadow); }
.unread { padding: 0 0.55em; border-radius: 1em; background: var(--on-brand); color: var(--brand); }
.button { min-block-size: 2.75em; padding: 0.3em 1.1em; border-radius: 0.8em; }
.quiet { background: var(--surface); color: var(--brand); border-color: var(--brand); }
.plain { flex: none; display: flex; align-items: center; gap: 0.4em; min-block-size: 2.75em; padding: 0 0.75em; border: 0; border-radius: 0.8em; background: none; color: var(--soft); }
.plain:hover { background: var(--ground); }

.panel { display: flex; flex-direction: column; overflow: clip; background: var(--surface); border: 1px solid var(--line); border-radius: var(--ozone-radius, 1.1em); }
:host(:not([inline])) .panel { inline-size: 25.5em; block-size: min(43em, 100dvh - 2.5em); box-shadow: var(--shadow); animation: rise 0.18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(0.6em); } }
.panel > * { flex: none; }
.head { display: flex; align-items: center; justify-content: space-between; min-block-size: 3.5em; padding-inline: 1.1em 0.5em; }
h2 { font-size: 1.0625em; line-height: 1.3; }
.warning { display: flex; gap: 0.65em; padding: 0.65em 1.1em; background: var(--warn); color: var(--warn-ink); border-block: 1px solid var(--warn-edge); font-size: 0.875em; line-height: 1.45; }
.warning svg, .caution svg { margin-block-start: 0.1em; color: var(--warn-edge); }

.panel > .log { flex: 1; min-block-size: 0; overflow: hidden auto; overscroll-behavior: contain; background: var(--ground); }
.log:focus-visible { outline-offset: -3px; }
ol { display: flex; flex-direction: column; gap: 1.25em; padding: 1em; }
.bot, .you { display: flex; flex-direction: column; align-items: flex-start; gap: 0.5em; min-inline-size: 0; }
.you { align-items: flex-end; gap: 0.25em; }
.bubble, .problem { max-inline-size: min(92%, 38em); padding: 0.7em 1em; border: 1px solid var(--line); border-radius: 1.1em; border-start-start-radius: 0.3em; background: var(--surface); white-space: pre-line; overflow-wrap: anywhere; }
.bubble p + p, .problem .button { margin-block-start: 0.7em; }
.you .bubble { border-color: transparent; border-start-start-radius: 1.1em; border-end-end-radius: 0.3em; background: var(--brand); color: var(--on-brand); }
.problem { margin-block-start: 0.4em; border-color: var(--edge); font-size: 0.9375em; }
.caution, .origin, .notice, .typing { display: flex; gap: 0.1em 0.4em; padding-inline: 0.3em; color: var(--soft); font-size: 0.8125em; line-height: 1.45; }
.caution { color: var(--warn-ink); }
time, .note, .count { padding-inline: 0.4em; color: var(--soft); font-size: 0.75em; }
.bot time { margin-block-start: -0.4em; }
.origin { flex-wrap: wrap; column-gap: 1em; inline-size: 100%; }
.origin p { display: flex; gap: 0.35em; align-items: center; min-block-size: 1.9em; }
details[open] { flex-basis: 100%; }
summary { min-block-size: 1.9em; align-content: center; cursor: pointer; color: var(--brand); border-radius: 0.3em; }
details li { padding-block: 0.4em; padding-inline-start: 0.9em; border-inline-start: 2px solid var(--line); }
.by { display: block; }
.choices, .calls { display: flex; flex-wrap: wrap; gap: 0.5em; }
.chip { min-block-size: 2.5em; padding: 0.4em 1em; border: 1px solid var(--brand); border-radius: 1.4em; background: var(--surface); color: var(--brand); font-size: 0.9375em; line-height: 1.35; text-align: start; }
.chip:hover, .chosen { background: var(--tint); }

.label { display: flex; align-items: center; gap: 0.45em; }
.contact { margin-block-start: 0.9em; padding-block-start: 0.7em; border-block-start: 1px solid var(--line); }
.clinician .bubble { border-color: var(--care-edge); background: var(--care); color: var(--care-ink); }
.clinician .label, .clinician p:not(.calls) > a { color: var(--care-edge); }
.emergency .bubble { max-inline-size: 100%; border: 2px solid var(--alarm-edge); border-radius: 1.1em; background: var(--alarm); color: var(--alarm-ink); font-size: 1.0625em; }
.emergency .label, .emergency p > a { color: var(--alarm-edge); font-weight: 650; white-space: nowrap; }
.emergency p > .button { background: var(--alarm-edge); color: var(--alarm); font-size: 1.0625em; }

.typing { align-items: center; }
.typing i { inline-size: 0.5em; block-size: 0.5em; border-radius: 50%; background: var(--brand); animation: breathe 1.2s infinite; }
.typing i + i { animation-delay: 0.15s; }
.typing i + i + i { animation-delay: 0.3s; }
@keyframes breathe { 50% { opacity: 0.3; } }

.offline { padding: 0.6em 1.1em; border-block-start: 1px solid var(--line); font-size: 0.875em; }
.composer { display: flex; align-items: flex-end; gap: 0.5em; padding: 0.75em 0.9em 0.4em; border-block-start: 1px solid var(--line); background: var(--surface); }
textarea { flex: 1; min-inline-size: 0; min-block-size: 2.9em; max-block-size: 8em; padding: 0.62em 0.9em; border: 1px solid var(--edge); border-radius: 1.1em; background: var(--surface); line-height: 1.5; resize: none; cursor: text; }
textarea:focus-visible { outline: 2px solid var(--brand); outline-offset: -2px; }
textarea::placeholder { color: var(--soft); opacity: 1; }
.send { justify-content: center; inline-size: 2.9em; block-size: 2.9em; border-radius: 50%; }
.send[aria-disabled="true"] { background: var(--soft); }
.note, .count { padding-inline: 1.4em 0.8em; }
.count:empty { display: none; }
.note { display: flex; align-items: center; justify-content: space-between; min-block-size: 3.6em; padding-block-end: 0.5em; }

@media ${FULL_SCREEN} {
  :host(:not([inline])) .panel { position: fixed; inset-inline: 0; inset-block-start: 0; inline-size: auto; block-size: 100dvh; border: 0; border-radius: 0; }
  .head { min-block-size: 3em; }
  .warning { padding-block: 0.45em; font-size: 0.8125em; }
}
@media ${SHORT} {
  .panel { overflow: auto; }
  :host([inline]) .panel { overflow: visible; block-size: auto; }
  .panel > .log { flex: none; overflow: visible; }
  .warning, .composer { position: sticky; inset-block: 0; z-index: 1; }
}
@media (max-height: 16em) {
  .composer { position: static; }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; }
}
@media (forced-colors: active) {
  svg { color: inherit !important; }
  .button { color: LinkText !important; }
  .chosen, .emergency .bubble { border-width: 4px; }
}
@media print {
  .launcher, .composer, .note, .count, .offline, .head button, .choices { display: none; }
  :host, .outer, :host .panel { position: static !important; display: block !important; block-size: auto !important; inline-size: auto !important; }
  .panel > .log { overflow: visible; }
  .you .bubble { border-color: var(--edge); background: none; color: inherit; }
  li { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`);

customElements.define('ozone-faq', OzoneFaq);
