/**
 * <ozone-faq>: the clinic's chat window. `/demo` documents its attributes, events and CSS properties.
 *
 * Elements and text nodes only: no reply can become markup. Nothing is stored before the first message is sent, but
 * where the visitor put the button that opens the window.
 */

import { EMERGENCY_NUMBER, LAUNCHERS, MAX_LENGTH, STYLES, TEXTS, WARNING, WARNING_IN } from './content';
import { Conversation } from './conversation.js';
import { button, h, icon, list, unseen, web } from './dom.js';

/** @typedef {import('./conversation.js').Exchange} Exchange */
/** @typedef {import('./conversation.js').Reply} Reply */
/** @typedef {import('./conversation.js').Input} Input */

/** This file's address. `import.meta` would end a script without type="module" before its first line. */
const HERE = /** @type {any} */ (document.currentScript)?.src || (new Error().stack?.match(/\w+:\/\/\S+?(?=:\d+:\d+)/)?.[0] ?? document.baseURI);
const BASE = new URL('..', HERE);
const SPOKEN_FOR = 5_000; // milliseconds an announcement stays in its live region
const SLOW = 3_000; // milliseconds until a reply is called slow
const SOON = 300; // milliseconds that a reply to words of alarm may take before the number is shown
const STEP = 16; // pixels that an arrow key moves the launcher, and that make a press a drag
const COUNT_FROM = 200; // characters left when the counter appears
const FULL_SCREEN = matchMedia('(max-width: 30em), (max-height: 30em)');
const SHORT = matchMedia('(max-height: 24em)'); // too low for a window that scrolls inside
const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Routes whose number comes first, and what stands over it. @type {Record<string, string>} */
const URGENT = { emergency: 'emergencyLabel', check: 'checkLabel' };

/** Words that may mean an emergency. The server decides what is one; these count while it has not answered. */
const ALARM = /breath|chok|chest|collaps|conscious|faint|seizure|stroke|bleed|overdos|suicid|kill|dying|\bdie\b|emergenc|ambul|allerg|swell|swoll|poison|help|\b(911|112|999|988|sos)\b|🆘|respir|pecho|desmay|ahog|morir|matar|auxilio|ayuda|sangr|infarto/i;

const MARK = 'ozone-faq'; // of the entry in the tab's history that stands for the open window
const PLACE = 'ozone-faq place';

const TO_CLINIC = ['clinician', 'out_of_scope'];
const JUDGED = ['answer', 'clarify', 'clinician', 'out_of_scope'];

/** The keyboard and the memory of the browser for what the assistant asks for. @type {Record<string, [string, string]>} */
const INPUTS = { 'tel-or-email': ['email', 'email'], time: ['text', 'off'], text: ['text', 'off'], consent: ['text', 'off'] };

/** Words without capitals and signs. @param {string} words */
const bare = (words) => words.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** @param {string} number */
const tel = (number) => `tel:${number.replace(/[^\d+]/g, '')}`;

/**
 * A text as paragraphs, word for word, with what can be called or written to as links.
 * @param {string} words @param {import('./conversation.js').Link[]} [links] In the order in which they stand in the text. @returns {HTMLElement[]}
 */
const wording = (words, links) => {
  const waiting = [...list(links)];
  return words.split(/\n\s*\n/).map((paragraph) => {
    const p = h('p');
    let end = 0;
    for (let at; waiting.length && (at = paragraph.indexOf(waiting[0].text, end)) >= 0; ) {
      const { text, href } = /** @type {any} */ (waiting.shift());
      p.append(paragraph.slice(end, at), h('a', { href: /^(tel|mailto):/.test(href) && href }, text));
      end = at + text.length;
    }
    p.append(paragraph.slice(end));
    return p;
  });
};

/** A reply's messages, the visitor's language first. @param {Reply} reply */
const inOrder = ({ messages }) => [...messages].sort((a, b) => +!a.lang - +!b.lang);

/** What a reply suggests, each once. @param {import('./conversation.js').Message[]} messages @returns {import('./conversation.js').Choice[]} */
const offers = (messages) => [...new Map(messages.flatMap(({ buttons }) => list(buttons)).map((choice) => [choice.title, choice])).values()];

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLES);

class OzoneFaq extends HTMLElement {
  static observedAttributes = ['lang', 'heading', 'starters', 'texts', 'theme', 'inline'];

  /** @type {Conversation} */
  // @ts-expect-error set before anything reads it, in connectedCallback
  #talk;
  /** @type {Exchange | null} The message that is on its way. */
  #sending = null;
  #notice = '';
  #introduced = false;
  #since = 0; // when what was said before began to load; 0 when it is here
  #dragged = false;
  /** @type {any} */
  #place = {};
  #left = Infinity; // characters left in the text area
  /** @type {any[]} What was made inert while the window covers the whole screen. */
  #covered = [];
  /** @type {AbortController | undefined} Ends every listener outside the element. */
  #listening;
  /** @type {Record<string, any>} */
  #parts = {};

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    /** @param {any} target @param {string} type @param {(event: any) => void} listener */
    const on = (target, type, listener) => target?.addEventListener(type, listener, { signal });
    on(window, 'online', () => this.#connection());
    on(window, 'offline', () => this.#connection());
    on(window, 'keydown', (event) => this.#covered.length && this.#escape(event));
    on(window, 'popstate', () => FULL_SCREEN.matches && !history.state?.[MARK] && this.hide());
    on(window, 'pagehide', () => this.#talk.deaf());
    on(window, 'pageshow', (event) => { this.#talk.listen(); this.#follow(event.persisted); });
    on(document, 'visibilitychange', () => this.#follow());
    on(FULL_SCREEN, 'change', () => this.#cover());
    on(DARK, 'change', () => this.#colour());
    on(window.visualViewport, 'resize', () => this.#fit());
    on(window.visualViewport, 'scroll', () => this.#fit());
    if (this.#talk) {
      this.#talk.listen();
      return this.#rise();
    }
    this.#talk = new Conversation(this.#api, (state) => this.#told(state), (erased) => (erased ? this.#cleared('erased') : this.#restore(true)));
    this.#talk.listen();
    const { open, token, waiting, draft } = this.#talk.kept;
    this.#build();
    this.#learn();
    // On a small screen the page comes first, unless a reply is missing.
    if (this.#inline || this.hasAttribute('open') || (open && (waiting.length || !FULL_SCREEN.matches))) this.#open();
    this.#write(draft);
    if (token) this.#restore();
    this.#pump();
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#talk.deaf();
    this.#uncover();
  }

  attributeChangedCallback() {
    if (!this.#talk) return;
    this.#learn();
    const shown = !this.#parts.panel.hidden;
    const words = this.#parts.field.value;
    this.#build();
    this.#write(words);
    if (shown || this.#inline) this.#open();
  }

  /** Opens the window and moves the focus into it. */
  show() {
    this.#open();
    // A touch screen's keyboard would hide what there is to read first.
    (matchMedia('(pointer: coarse)').matches ? this.#parts.panel : this.#parts.field).focus();
    this.#introduce();
  }

  /** Closes the window and gives the focus back to the button that opens it. */
  hide() {
    const { panel, corner, launcher } = this.#parts;
    if (this.#inline || panel.hidden) return;
    this.#uncover();
    panel.hidden = true;
    corner.hidden = false;
    launcher.focus();
    this.#talk.kept.open = false;
    this.#talk.keep();
    if (history.state?.[MARK]) history.back();
    this.#emit('close');
  }

  get #inline() {
    return this.hasAttribute('inline');
  }

  get #api() {
    const given = this.getAttribute('api');
    return given ? new URL(given.replace(/\/*$/, '/'), document.baseURI) : BASE;
  }

  /** The language of the interface: the element's, else the page's, if there are texts in it. */
  get #wanted() {
    const given = (this.closest('[lang]')?.getAttribute('lang') ?? '').toLowerCase();
    return [given, given.split('-')[0]].find((language) => language in LAUNCHERS) ?? 'en';
  }

  /** The language whose texts are here. */
  get #language() {
    return this.#wanted in TEXTS ? this.#wanted : 'en';
  }

  /** Brings the texts of another language than English; without them English stays. */
  async #learn() {
    const wanted = this.#wanted;
    if (wanted in TEXTS) return;
    try {
      const response = await fetch(new URL(`i18n/${wanted}.json`, HERE));
      TEXTS[wanted] = await response.json();
      this.attributeChangedCallback();
    } catch {
      // English stays.
    }
  }

  /** JSON of an attribute; undefined when it is missing or broken. @param {string} attribute */
  #json(attribute) {
    try {
      return JSON.parse(this.getAttribute(attribute) ?? '') ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** A text of the interface: the host page's own, else the language's, else English. @param {string} key @param {Record<string, any>} [values] */
  #t(key, values = {}) {
    const words = this.getAttribute(key === 'heading' ? key : '') ?? this.#json('texts')?.[key] ?? TEXTS[this.#language][key] ?? TEXTS.en[key];
    return String(words).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  get #emergency() {
    return this.#t('emergency', { number: EMERGENCY_NUMBER });
  }

  #urgent() {
    return wording(this.#emergency, [{ text: EMERGENCY_NUMBER, href: tel(EMERGENCY_NUMBER) }]);
  }

  /** Tells the host page; never a visitor's words. @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`ozone-faq:${name}`, { bubbles: true, composed: true, detail }));
  }

  // Building

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    const p = this.#parts;
    const inline = this.#inline;
    /** @param {string} key */
    const t = (key) => this.#t(key);
    const dir = /^(ar|fa|he|ur)/.test(this.#language) ? 'rtl' : 'ltr';
    /** @param {string} key @param {() => void} act */
    const option = (key, act) => button('option', () => { this.#options(false); act(); }, t(key));

    const says = this.#json('texts')?.launcher ?? LAUNCHERS[this.#wanted];
    p.launcher = button('launcher', () => this.#dragged || this.show(), icon('chat'), says, (p.unread = h('span', { class: 'unread', hidden: true }, '1', unseen(t('unread')))));
    p.launcher.addEventListener('pointerdown', (/** @type {any} */ event) => this.#drag(event));
    p.launcher.addEventListener('keydown', (/** @type {any} */ event) => this.#push(event));
    p.corner = h('div', { class: 'corner' }, p.launcher, button('away', () => this.#put({ gone: true }), icon('close'), unseen(t('away'))));
    p.menu = button('plain menu', () => this.#options(p.options.hidden), icon('more'), unseen(t('options')));
    p.options = h('div', { class: 'bar options', role: 'group', 'aria-label': t('options'), hidden: true },
      option('copy', () => this.#copy()), option('print', () => this.#print()), option('renew', () => this.#renew()), option('erase', () => this.#sure(true)));
    p.log = h('div', { class: 'log', role: 'region', 'aria-label': t('log'), tabindex: 0 }, (p.list = h('ol', { role: 'list' })));
    p.field = h('textarea', { id: 'field', rows: 1, enterkeyhint: 'send', dir: 'auto', 'aria-describedby': 'note count',
      oninput: () => this.#typed(), onfocus: () => this.#introduce(), onkeydown: (/** @type {any} */ event) => this.#pressed(event) });
    p.label = h('label', { for: 'field' });
    p.send = h('button', { type: 'submit', class: 'send' }, icon('send'), unseen(t('send')));
    p.count = h('p', { class: 'count', id: 'count' });
    p.offline = h('p', { hidden: true }, t('offline'));
    p.help = h('div', { class: 'bar help', hidden: true }, p.offline, ...this.#urgent(), this.#call(EMERGENCY_NUMBER));
    p.sure = h('div', { class: 'bar', role: 'group', 'aria-labelledby': 'sure', hidden: true }, h('p', { id: 'sure' }, t('eraseSure')),
      h('div', { class: 'choices' }, (p.erase = button('button', () => this.#erase(), t('eraseYes'))), button('button quiet', () => this.#sure(false), t('eraseNo'))));
    p.form = h('form', { class: 'composer', onsubmit: (/** @type {any} */ event) => { event.preventDefault(); this.#submit(); } }, p.label, p.field, p.send);
    p.warning = h('div', { class: 'warning', role: 'region', 'aria-label': t('warning') }, icon('warn'), h('div', {}, ...this.#warn(WARNING)));
    p.panel = h('div', { class: 'panel', role: !inline && 'dialog', 'aria-labelledby': !inline && 'heading', dir, tabindex: -1, hidden: true,
      onpointerdown: (/** @type {any} */ event) => this.#elsewhere(event), onfocusin: (/** @type {any} */ event) => this.#elsewhere(event) },
      h('div', { class: 'head' }, h('h2', { id: 'heading' }, t('heading')), p.menu, p.options, !inline && button('plain', () => this.hide(), icon('close'), unseen(t('close')))),
      p.warning, p.log, p.sure, p.help, p.form, p.count,
      h('p', { class: 'note', id: 'note' }, t('note'), ' ', this.#link(new URL('about', this.#api).href, t('about'))));
    // What is heard stands apart from what is seen, and is always there.
    p.messages = h('div', { class: 'sr', role: 'log', 'aria-live': 'polite' });
    p.status = h('div', { class: 'sr', role: 'status', 'aria-atomic': 'false' });
    p.alert = h('div', { class: 'sr', role: 'alert', 'aria-atomic': 'false' });
    p.outer = h('div', { class: inline ? 'outer' : 'outer float', role: 'region', lang: this.#language, 'aria-label': inline ? t('heading') : 'Chat', popover: !inline && 'manual' },
      p.corner, p.panel, p.messages, p.status, p.alert);
    // What is typed here is no shortcut of the host page.
    for (const type of ['keydown', 'keypress', 'keyup']) {
      p.outer.addEventListener(type, (/** @type {any} */ event) => {
        if (type === 'keydown') this.#escape(event);
        event.stopPropagation();
      });
    }
    root.replaceChildren(p.outer);
    this.#rise();
    this.#put();
    this.#options(false);
    this.#colour();
    this.#ask();
    this.#draw();
    this.#connection();
  }

  #colour() {
    const theme = this.getAttribute('theme');
    this.#parts.outer.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && DARK.matches));
  }

  /** Labels the text area with what the assistant asks for. @param {Input} [input] */
  #ask(input) {
    const { field, label } = this.#parts;
    const [mode, memory] = INPUTS[input?.kind ?? 'text'] ?? INPUTS.text;
    const hint = input?.hint;
    label.className = hint ? 'hint' : 'sr';
    label.textContent = hint ?? this.#t('field');
    field.placeholder = hint ? '' : this.#t('placeholder');
    field.inputMode = mode;
    field.autocomplete = memory;
  }

  /** @param {string} href @param {string} words @param {string} [kind] */
  #link(href, words, kind) {
    return h('a', { href, class: kind, target: '_blank', rel: 'noopener' }, words, unseen(this.#t('newTab')));
  }

  /** @param {string} number */
  #call(number) {
    return h('a', { class: 'button call', href: tel(number) }, icon('phone'), this.#t('call', { number }));
  }

  /** The approved English words, and under them the language's own. @param {string[]} words */
  #warn(words) {
    const own = words[0] === WARNING[0] && WARNING_IN[this.#language];
    const [first, ...more] = words;
    return [h('p', { lang: 'en' }, h('strong', {}, first), ...more.map((sentence) => ` ${sentence}`)), own && h('p', {}, own.slice(0, words.length).join(' '))];
  }

  // Opening

  /** Shows the window; the focus stays where it is. */
  #open() {
    const p = this.#parts;
    const closed = p.panel.hidden;
    p.panel.hidden = false;
    p.corner.hidden = true;
    p.unread.hidden = true;
    this.#cover();
    this.#toEnd();
    if (!closed) return;
    this.#rise();
    if (!this.#inline && FULL_SCREEN.matches && !history.state?.[MARK]) {
      try {
        history.pushState({ ...history.state, [MARK]: true }, ''); // the phone's Back closes the window
      } catch {
        // A frame without an origin.
      }
    }
    this.#talk.kept.open = true;
    this.#talk.keep();
    this.#emit('open');
  }

  /** To the top layer: above every z-index, out of every ancestor that moves or clips. */
  #rise() {
    const { outer } = this.#parts;
    if (this.#inline || !outer.showPopover) return;
    try {
      outer.hidePopover();
      outer.showPopover();
    } catch {
      // It is not in the page at the moment.
    }
  }

  // The button that opens the window: it can be moved and sent away

  /** Puts it where the visitor wants it: distances in pixels, and whether it is gone. @param {object} [change] */
  #put(change) {
    const { outer, corner, panel } = this.#parts;
    Object.assign(this.#place, change);
    try {
      if (!change) this.#place = JSON.parse(sessionStorage.getItem(PLACE) ?? '{}');
      else sessionStorage.setItem(PLACE, JSON.stringify(this.#place));
    } catch {
      // Storage is forbidden: on the next page it is back.
    }
    for (const axis of ['block', 'inline']) if (axis in this.#place) outer.style.setProperty(`--ozone-offset-${axis}`, `${this.#place[axis]}px`);
    corner.hidden = this.#inline || !panel.hidden || !!this.#place.gone;
  }

  /** How much the host page enlarges what it holds. */
  get #zoom() {
    return /** @type {any} */ (this).currentCSSZoom ?? 1;
  }

  /** Puts the button somewhere else by so many pixels. @param {DOMRect} from @param {number} x @param {number} y */
  #move(from, x, y) {
    const left = (getComputedStyle(this).direction === 'rtl') !== (this.getAttribute('position') === 'start');
    const inline = left ? from.left + x : innerWidth - from.right - x;
    this.#put({ block: Math.max(0, innerHeight - from.bottom - y) / this.#zoom, inline: Math.max(0, inline) / this.#zoom });
  }

  /** @param {PointerEvent} start */
  #drag(start) {
    const { launcher } = this.#parts;
    const from = launcher.getBoundingClientRect();
    this.#dragged = false;
    const life = new AbortController();
    launcher.setPointerCapture(start.pointerId);
    /** @param {string} type @param {(event: any) => void} act */
    const on = (type, act) => launcher.addEventListener(type, act, { signal: life.signal });
    on('pointermove', ({ clientX, clientY }) => {
      const [x, y] = [clientX - start.clientX, clientY - start.clientY];
      if (!this.#dragged && Math.hypot(x, y) < STEP) return;
      this.#dragged = true;
      this.#move(from, x, y);
    });
    for (const end of ['pointerup', 'pointercancel']) on(end, () => { life.abort(); setTimeout(() => (this.#dragged = false)); });
  }

  /** Arrow keys move the button. @param {KeyboardEvent} event */
  #push(event) {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    this.#move(this.#parts.launcher.getBoundingClientRect(), x * STEP, y * STEP);
  }

  /** Says warning and greeting once in a new conversation, when the visitor comes to it. */
  #introduce() {
    if (this.#introduced || this.#talk.exchanges.length) return;
    this.#introduced = true;
    const own = WARNING_IN[this.#language];
    this.#say(`${this.#t('warning')}: ${(own ?? WARNING).join(' ')}`, 'messages');
    this.#say(`${this.#t('greeting')} ${this.#emergency}`, 'messages');
  }

  /** Full screen: what the window hides cannot be reached either. */
  #cover() {
    this.#uncover();
    if (this.#inline || this.#parts.panel.hidden || !FULL_SCREEN.matches) return;
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
    if (this.#parts.panel) this.#parts.panel.style.cssText = '';
  }

  /** Keeps the warning and the text area above an on-screen keyboard. */
  #fit() {
    const view = window.visualViewport;
    const { panel } = this.#parts;
    if (!view || view.scale > 1 || panel.hidden || !(this.#inline || this.#covered.length)) return;
    const keyboard = innerHeight - view.height > 1;
    panel.style.maxBlockSize = keyboard ? `${view.height / this.#zoom}px` : '';
    if (!this.#inline) panel.style.insetBlockStart = keyboard ? `${view.offsetTop / this.#zoom}px` : '';
    else if (keyboard && this.matches(':focus-within')) panel.scrollIntoView({ block: 'start' });
  }

  /** Esc closes the menu, then the question whether to delete, then the window. @param {KeyboardEvent} event */
  #escape(event) {
    const { menu, options, panel, sure } = this.#parts;
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || panel.hidden) return;
    if (!options.hidden) {
      this.#options(false);
      menu.focus();
    } else if (!sure.hidden) this.#sure(false);
    else this.hide();
  }

  // Writing

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: Safari ends a composition
    event.preventDefault();
    this.#submit();
  }

  /** A message that is too long is not cut: the server searches all of it for emergencies. */
  #typed() {
    const { field, count } = this.#parts;
    field.style.blockSize = 'auto';
    if (field.value) field.style.blockSize = `${field.scrollHeight + 2}px`;
    const left = MAX_LENGTH - field.value.length;
    const words = left < 0 ? this.#t('over', { n: -left }) : this.#t('left', { n: left });
    count.textContent = left <= COUNT_FROM ? words : '';
    if ([COUNT_FROM, -1].some((mark) => left <= mark && this.#left > mark)) this.#say(words);
    this.#left = left;
    this.#talk.kept.draft = field.value;
    this.#talk.keep();
  }

  /** @param {string} words */
  #write(words) {
    this.#parts.field.value = words;
    this.#typed();
  }

  #submit() {
    const { field } = this.#parts;
    const words = field.value.trim();
    if (!words) return;
    this.#options(false);
    this.#write('');
    this.#add(words, this.#starters().find(({ title }) => bare(title) === bare(words))?.send);
  }

  /** Takes a message: it is seen at once, and sent when those before it are answered. @param {string} text @param {string} [send] */
  #add(text, send) {
    this.#follow();
    this.#talk.add(text, send);
    this.#notice = '';
    this.#draw();
    this.#toEnd();
    for (const wait of [SOON, SLOW]) setTimeout(() => this.#help(), wait + 1);
    this.#pump();
  }

  /** Sends what waits, one after the other. */
  async #pump() {
    for (let next; !this.#sending && (next = this.#talk.exchanges.find(({ reply, remedy }) => !reply && !remedy)); ) await this.#deliver(next);
  }

  /** @param {Exchange} exchange */
  async #deliver(exchange) {
    this.#sending = exchange;
    delete exchange.problem;
    this.#draw();
    this.#toEnd();
    const slow = [setTimeout(() => this.#say(this.#t('looking')), 1500), setTimeout(() => this.#told('slow'), SLOW)];
    try {
      await this.#talk.deliver(exchange, this.#language);
    } catch (/** @type {any} */ error) {
      if (error.name === 'AbortError') return; // deleted or started again in the meantime
      const wrong = error.status >= 400 && error.status < 500;
      exchange.problem = wrong ? [this.#t('refused'), error.message].join(' ') : this.#t('failed');
      exchange.remedy = wrong ? 'edit' : 'retry';
    } finally {
      slow.forEach(clearTimeout);
    }
    this.#sending = null;
    this.#draw();
    this.#arrived(exchange);
  }

  /** How an attempt goes, under the message that is on its way. @param {'retrying' | 'busy' | 'failed' | 'ended' | 'slow'} state */
  #told(state) {
    const words = this.#t(state);
    const exchange = this.#sending;
    if (state === 'ended') this.#notice = words;
    // Offline, the line at the bottom says it for all.
    else if (!exchange || !navigator.onLine || exchange.problem === words || (state === 'slow' && exchange.problem)) return this.#help();
    else {
      exchange.problem = words;
      if (state === 'failed') {
        exchange.remedy = 'retry';
        this.#emit('error');
      } else delete exchange.remedy;
    }
    this.#draw();
    this.#toEnd();
    this.#say(words);
  }

  /** Shows the emergency number while something is not answered that should be, and large after words of alarm. */
  #help() {
    const { help, offline } = this.#parts;
    const now = Date.now();
    const waiting = this.#talk.exchanges.filter(({ reply }) => !reply);
    const online = navigator.onLine;
    const late = (/** @type {number} */ wait) => waiting.filter(({ problem, at }) => !online || problem || now - +at >= wait);
    const alarm = late(SOON).some(({ text }) => ALARM.test(text));
    const shown = !online || alarm || late(SLOW).length || (this.#since && now - this.#since >= SLOW);
    const news = shown && (help.hidden || (alarm && !help.matches('.emergency')));
    offline.hidden = online;
    help.hidden = !shown;
    help.classList.toggle('emergency', alarm);
    if (!news) return;
    this.#say(this.#emergency, alarm ? 'alert' : 'status');
    if (alarm) this.#open();
    this.#toEnd();
  }

  /** Tells what came, by eye and by ear. @param {Exchange} exchange */
  #arrived({ reply, problem }) {
    const p = this.#parts;
    p.unread.hidden = !p.panel.hidden;
    this.#ask(reply?.input);
    // Whoever pressed a button to start or change the form types next.
    if (reply?.input && this.matches(':focus-within') && !matchMedia('(pointer: coarse)').matches) p.field.focus();
    this.#toEnd();
    if (!reply) {
      this.#emit('error');
      return this.#say(`${problem} ${this.#emergency}`);
    }
    const { route, warning, turn } = reply;
    const messages = inOrder(reply);
    const urgent = URGENT[route];
    if (urgent) this.#open();
    const choices = offers(messages).length;
    this.#say([`${this.#t(urgent ?? 'reply')}:`, ...messages.map((message) => message.text), `${this.#t('warning')}: ${warning.text}`,
      choices ? `${this.#t('choices')}: ${choices}.` : ''].join(' '), urgent ? 'alert' : 'messages');
    this.#emit('reply', { route, turn });
  }

  /** @param {Exchange} exchange */
  #remedy(exchange) {
    const { field } = this.#parts;
    field.focus(); // the button that was pressed goes away
    if (exchange === this.#sending) return this.#talk.hurry();
    if (exchange.remedy === 'retry') {
      delete exchange.remedy;
      return void this.#pump();
    }
    this.#talk.exchanges.splice(this.#talk.exchanges.indexOf(exchange), 1);
    this.#write([exchange.text, field.value].filter(Boolean).join('\n'));
    this.#draw();
  }

  /** What other pages of this tab did with the conversation. @param {boolean} [read] Whether to ask the server, too. */
  #follow(read = false) {
    if (this.#talk.follow()) {
      this.#sending = null;
      this.#notice = '';
      this.#introduced = false;
      this.#ask();
      this.#write(this.#talk.kept.draft);
      read = true;
    }
    if (!read) return;
    this.#draw();
    this.#restore(true);
    this.#pump();
  }

  /** Brings what was said before. @param {boolean} [quiet] What is shown may be all there is. */
  async #restore(quiet = false) {
    const { talk, loading } = { talk: this.#talk, loading: `${this.#t('loading')} …` };
    if (!quiet) {
      this.#since = Date.now();
      this.#notice = loading;
      this.#draw();
      setTimeout(() => this.#help(), SLOW + 1);
    }
    try {
      await talk.restore();
      this.#since = 0;
      if (this.#notice === loading) this.#notice = '';
    } catch (/** @type {any} */ error) {
      if (error.name === 'AbortError' || quiet) return;
      this.#notice = this.#t('notLoaded');
    }
    this.#draw();
    this.#toEnd();
    if (!this.#sending) this.#ask(talk.exchanges.at(-1)?.reply?.input);
  }

  // The options

  /** Shows them or not, under the warning. @param {boolean} shown */
  #options(shown) {
    this.#parts.options.hidden = !shown;
    this.#parts.menu.setAttribute('aria-expanded', String(shown));
  }

  /** The menu closes when the visitor goes on elsewhere. @param {Event} event */
  #elsewhere({ target }) {
    const { options, menu, panel } = this.#parts;
    if (!options.hidden && target !== panel && ![options, menu].some((part) => part.contains(target))) this.#options(false);
  }

  /** The conversation as plain text, with the warning. */
  #transcript() {
    const lines = [this.#t('heading'), `${this.#t('warning')}: ${WARNING.join(' ')}`];
    for (const { text, at, reply } of this.#talk.exchanges) {
      lines.push(`${this.#t('you')}, ${this.#clock(at, true)}\n${text}`);
      if (!reply) continue;
      const sources = reply.messages.flatMap(({ snippet }) => list(snippet?.sources)).map(({ title, address }) => `- ${title}: ${address}`);
      lines.push([this.#t('assistant'), ...reply.messages.map((message) => message.text), ...sources, `${this.#t('warning')}: ${reply.warning.text}`].join('\n'));
    }
    return lines.join('\n\n');
  }

  async #copy() {
    this.#parts.menu.focus(); // the button that was pressed goes away
    try {
      await navigator.clipboard.writeText(this.#transcript());
      this.#tell('copied');
    } catch {
      this.#tell('notCopied');
    }
  }

  /** Prints the conversation alone, not the page around it. */
  #print() {
    this.#parts.menu.focus();
    const frame = h('iframe', { title: this.#t('print'), class: 'sr' });
    this.shadowRoot?.append(frame); // what prints the page hides the rest
    const { contentDocument, contentWindow } = frame;
    const page = contentDocument.createElement('pre');
    page.textContent = this.#transcript();
    page.style.cssText = 'font: 12pt/1.5 sans-serif; white-space: pre-wrap; overflow-wrap: anywhere';
    contentDocument.body.append(page);
    contentWindow.addEventListener('afterprint', () => frame.remove());
    contentWindow.print();
  }

  #renew() {
    this.#talk.forget();
    this.#cleared('renewed');
    this.#parts.field.focus();
  }

  /** Asks whether to delete, or no longer. @param {boolean} ask */
  #sure(ask) {
    const { sure, erase, menu } = this.#parts;
    sure.hidden = !ask;
    (ask ? erase : menu).focus();
  }

  async #erase() {
    try {
      await this.#talk.erase();
    } catch {
      this.#sending = null;
      this.#tell('notErased');
      return void this.#pump();
    }
    this.#parts.sure.hidden = true;
    this.#cleared('erased');
    this.#parts.field.focus();
    this.#emit('delete');
  }

  /** @param {string} notice */
  #cleared(notice) {
    this.#sending = null;
    this.#since = 0;
    this.#introduced = false;
    this.#ask();
    this.#write('');
    this.#tell(notice);
  }

  /** Says something in the log and to the ears. @param {string} key */
  #tell(key) {
    this.#notice = this.#t(key);
    this.#draw();
    this.#toEnd();
    this.#say(this.#notice);
  }

  // Showing

  /** Draws what changed; an exchange that did not change keeps its elements, and with them the focus. */
  #draw() {
    const { list: shown } = this.#parts;
    const { exchanges } = this.#talk;
    const drawn = new Map(Array.from(shown.children, (/** @type {any} */ item) => [item.entry, item]));
    /** @param {any} entry @param {string} state @param {() => any} make */
    const keyed = (entry, state, make) => {
      const old = drawn.get(entry);
      return old?.state === state ? old : Object.assign(make(), { entry, state });
    };
    const items = [keyed('greeting', '', () => this.#greeting())];
    const card = exchanges.find(({ reply }) => reply?.contact && TO_CLINIC.includes(reply.route));
    for (const exchange of exchanges) {
      const brief = exchange === card ? '' : 'brief';
      items.push(keyed(exchange, `${exchange.problem} ${exchange.remedy}`, () => this.#question(exchange)));
      if (exchange.reply) items.push(keyed(exchange.reply, brief, () => this.#answer(/** @type {Reply} */ (exchange.reply), exchange.text, !!brief)));
    }
    const looking = this.#sending && !this.#sending.problem && navigator.onLine;
    if (this.#notice) items.splice(this.#sending ? -1 : items.length, 0, keyed('notice', this.#notice, () => h('li', { class: 'notice' }, this.#notice)));
    if (looking) items.push(keyed('typing', '', () => h('li', { class: 'typing', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'), this.#t('looking'))));
    for (const item of [...shown.children]) if (!items.includes(item)) item.remove();
    items.forEach((item, index) => shown.children[index] === item || shown.insertBefore(item, shown.children[index] ?? null));
    // What an earlier reply asks or offers folds away.
    const newest = exchanges.at(-1)?.reply;
    items.forEach((item, index) => item.classList.toggle('old', index ? item.entry !== newest : exchanges.length > 0));
    this.toggleAttribute('talking', exchanges.length > 0);
    this.#help();
  }

  /** @returns {import('./conversation.js').Choice[]} */
  #starters() {
    const given = list(this.#json('starters') ?? TEXTS[this.#language].starters ?? TEXTS.en.starters);
    return given.map((starter) => (typeof starter === 'string' ? { title: starter, send: starter } : starter));
  }

  #greeting() {
    return h('li', { class: 'bot' }, h('h3', { class: 'sr' }, this.#t('assistant')), h('div', { class: 'bubble' }, h('p', {}, this.#t('greeting')), ...this.#urgent()),
      this.#choices(this.#starters()));
  }

  /** @param {Exchange} exchange */
  #question(exchange) {
    const { text, at, problem, remedy } = exchange;
    return h('li', { class: 'you' }, unseen(`${this.#t('you')}: `), h('div', { class: 'bubble' }, h('p', { dir: 'auto' }, text)), this.#time(at),
      problem && h('div', { class: 'problem' }, h('p', {}, problem), remedy && button('button', () => this.#remedy(exchange), this.#t(remedy))));
  }

  /** @param {Reply} reply @param {string} asked What the visitor wrote. @param {boolean} brief The clinic's contact stands further up. */
  #answer(reply, asked, brief) {
    const { route, contact, warning, turn } = reply;
    const messages = inOrder(reply);
    const urgent = URGENT[route];
    const care = route === 'clinician';
    const buttons = offers(messages);
    const leave = care && contact ? buttons.splice(-1) : [];
    const item = h('li', { class: `bot ${urgent ? 'emergency' : care ? route : ''}` }, h('h3', { class: 'sr' }, this.#t('assistant')));
    messages.forEach((message, index) => {
      const first = index === 0;
      const last = index === messages.length - 1;
      const numbers = list(message.links).filter(({ href }) => href.startsWith('tel:')).map(({ text }) => text);
      const bubble = h('div', { class: 'bubble' });
      if (first && urgent) bubble.append(h('h4', { class: 'label' }, icon('warn'), this.#t(urgent)));
      if (urgent) bubble.append(h('p', { class: 'calls' }, ...[...new Set(numbers)].map((number) => this.#call(number))));
      if (first && care) bubble.append(h('h4', { class: 'label' }, icon('person'), this.#t('clinicianLabel')), contact ? h('div', { class: 'contact' }, this.#ways(contact, brief, leave)) : '');
      if (message.question && bare(message.question) !== bare(asked)) bubble.append(h('p', { class: 'asked' }, message.question));
      bubble.append(h('div', { lang: message.lang ?? 'en', dir: 'auto' }, ...wording(message.text, message.links)));
      bubble.append(this.#summary(message.summary));
      if (last && contact && route === 'out_of_scope') bubble.append(h('div', { class: 'contact' }, !brief && h('strong', {}, contact.name), this.#ways(contact, brief)));
      const origin = this.#provenance(message.snippet, route);
      item.append(bubble, ...(last ? [h('div', { class: 'caution' }, unseen(`${this.#t('warning')}: `), ...this.#warn([warning.text])),
        h('div', { class: 'foot' }, origin, ...(turn && JUDGED.includes(route) ? this.#judgement(reply) : []))] : [origin]));
    });
    item.append(this.#choices(buttons));
    return item;
  }

  /** What was typed into the form, to look at before it is sent. @param {import('./conversation.js').Part[]} [parts] */
  #summary(parts) {
    return parts ? h('dl', {}, ...parts.flatMap(({ label, text, change }) => [h('dt', {}, label),
      h('dd', {}, h('span', { dir: 'auto' }, text), button('small', () => this.#add(change, change), change))])) : '';
  }

  /** How to reach the clinic: large once, then in a line. @param {import('./conversation.js').Contact} contact @param {boolean} brief @param {import('./conversation.js').Choice[]} [more] */
  #ways({ phone, email }, brief, more = []) {
    return h('div', { class: 'calls' },
      phone && (brief && !more.length ? h('a', { href: tel(phone) }, phone) : this.#call(phone)),
      email && !brief && h('a', { class: 'button quiet', href: `mailto:${email}` }, email),
      ...more.map((choice) => this.#chip(choice)));
  }

  /** Where the wording comes from; small talk and questions back need no proof. @param {import('./conversation.js').Snippet | null} snippet @param {string} route */
  #provenance(snippet, route) {
    const sources = list(snippet?.sources);
    if (!snippet || route === 'smalltalk' || (route !== 'answer' && sources.every(({ address }) => address === '/about'))) return '';
    const { version, approved } = snippet;
    const date = approved && new Date(`${approved.on}T12:00`).toLocaleDateString(this.#language, { dateStyle: 'medium' });
    return h('details', { class: 'origin' }, h('summary', {}, this.#t('sources', { n: sources.length })),
      h('ul', { lang: 'en' }, ...sources.map((source) => {
        const address = web(source.address, this.#api);
        const title = source.title || address;
        return h('li', {}, address ? this.#link(address, title) : title, h('span', { class: 'by' }, [source.publisher, source.year].filter(Boolean).join(', ')));
      })),
      h('p', {}, this.#t(approved ? 'approvedOn' : 'approved', { version, date, ...approved })));
  }

  /** @param {{title: string, send: string}[]} buttons */
  #choices(buttons) {
    if (!buttons.length) return '';
    return h('div', { class: 'choices', role: 'group', 'aria-label': this.#t('choices') }, ...buttons.map((choice) => this.#chip(choice)));
  }

  /** @param {import('./conversation.js').Choice} choice */
  #chip({ title, send }) {
    return button('chip', (event) => {
      event.currentTarget.classList.add('chosen');
      this.#add(title, send);
    }, title);
  }

  /** Helpful or not, and why not. @param {Reply} reply */
  #judgement(reply) {
    const said = h('span', { class: 'said' });
    const reason = h('textarea', { rows: 2, maxlength: 500, id: `why${reply.turn}`, dir: 'auto', oninput: () => (reply.why = reason.value) });
    reason.value = reply.why ?? '';
    const form = h('form', { class: 'why', hidden: !reply.why, onsubmit: async (/** @type {any} */ event) => {
      event.preventDefault();
      if (await judge(false, reason.value.trim())) {
        form.hidden = true;
        reply.why = '';
        no.focus();
      }
    } }, h('label', { for: reason.id }, this.#t('reason')), reason, h('button', { class: 'button quiet' }, this.#t('send')));
    /** @param {boolean} helpful @param {string} [why] */
    const judge = async (helpful, why = '') => {
      let key = helpful || why ? 'thanks' : 'thanksWhy';
      try {
        await this.#talk.judge(reply, helpful, why);
      } catch {
        key = 'notSaved';
      }
      mark();
      said.textContent = this.#t(key);
      form.hidden = helpful || key === 'notSaved';
      form.scrollIntoView({ block: 'nearest' });
      this.#say(said.textContent);
      return key !== 'notSaved';
    };
    const yes = button('small', () => judge(true), this.#t('yes'));
    const no = button('small', () => judge(false), this.#t('no'));
    const mark = () => [yes, no].forEach((element, index) => element.setAttribute('aria-pressed', String(reply.feedback?.helpful === !index)));
    mark();
    return [h('div', { class: 'row', role: 'group', 'aria-label': this.#t('helpful') }, h('span', {}, this.#t('helpful')), yes, no, said), form];
  }

  /** @param {string | number} at @param {boolean} [day] */
  #clock(at, day) {
    return new Date(at).toLocaleString(this.#language, day ? { dateStyle: 'medium', timeStyle: 'short' } : { timeStyle: 'short' });
  }

  /** @param {string | number} at */
  #time(at) {
    return h('time', { datetime: new Date(at).toISOString() }, this.#clock(at, new Date(at).toDateString() !== new Date().toDateString()));
  }

  /** Scrolls to the end, but not past the start of the last reply. */
  #toEnd() {
    const { log, panel, warning, form, list: items } = this.#parts;
    if (panel.hidden || (!this.#talk.exchanges.length && !this.#notice)) return;
    const short = SHORT.matches;
    const last = items.lastElementChild.getBoundingClientRect();
    const page = this.#inline && (short || (log.scrollHeight <= log.clientHeight && last.bottom > innerHeight));
    const box = page ? document.scrollingElement : short ? panel : log;
    const room = page ? { top: 0, bottom: innerHeight } : box.getBoundingClientRect();
    const asked = items.lastElementChild.previousElementSibling?.getBoundingClientRect();
    const top = asked && asked.height < (room.bottom - room.top) / 5 ? asked.top : last.top; // a short question stays in view
    box.scrollTop += Math.min(top - room.top - (short && warning.offsetHeight) - 8, last.bottom - room.bottom + (short && form.offsetHeight) + 16);
  }

  #connection() {
    const { offline } = this.#parts;
    if (offline.hidden === navigator.onLine) return;
    this.#draw();
    this.#say(navigator.onLine ? this.#t('online') : offline.textContent);
  }

  /** Says something to the ears alone. @param {string} words @param {'status' | 'messages' | 'alert'} [region] */
  #say(words, region = 'status') {
    const line = h('p', {}, words);
    this.#parts[region].append(line);
    setTimeout(() => line.remove(), SPOKEN_FOR);
  }
}

// A page may bring the script twice.
if (!customElements.get('ozone-faq')) customElements.define('ozone-faq', OzoneFaq);
