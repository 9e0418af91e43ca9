/**
 * <ozone-faq>: the clinic's chat window. `/demo` documents its attributes, events and CSS properties.
 *
 * Elements and text nodes only: no reply can become markup. Nothing is stored before the first message is sent.
 */

import { EMERGENCY_NUMBER, LAUNCHERS, MAX_LENGTH, STYLES, TEXTS, WARNING, WARNING_IN } from './content';
import { Conversation } from './conversation.js';
import { button, h, icon, list, unseen, web } from './dom.js';

/** @typedef {import('./conversation.js').Exchange} Exchange */
/** @typedef {import('./conversation.js').Reply} Reply */
/** @typedef {import('./conversation.js').Input} Input */

const BASE = new URL('..', import.meta.url);
const SPOKEN_FOR = 15_000; // milliseconds an announcement stays in its live region
const SLOW = 10_000; // milliseconds until a reply is called slow
const COUNT_FROM = 200; // characters left when the counter appears
const FULL_SCREEN = matchMedia('(max-width: 30em), (max-height: 30em)');
const SHORT = matchMedia('(max-height: 24em)'); // too low for a window that scrolls inside
const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Routes whose number comes first, and what stands over it. @type {Record<string, string>} */
const URGENT = { emergency: 'emergencyLabel', check: 'checkLabel' };

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
    on(document, 'keydown', (event) => this.#escape(event));
    on(FULL_SCREEN, 'change', () => this.#cover());
    on(DARK, 'change', () => this.#colour());
    on(window.visualViewport, 'resize', () => this.#fit());
    on(window.visualViewport, 'scroll', () => this.#fit());
    if (this.#talk) return;
    this.#talk = new Conversation(this.#api, (state) => this.#told(state));
    const { open, token, waiting } = this.#talk.kept;
    this.#build();
    this.#learn();
    if (this.#inline || this.hasAttribute('open') || (open && !FULL_SCREEN.matches)) this.#open();
    if (token || waiting.length) this.#restore();
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#uncover();
  }

  attributeChangedCallback() {
    if (!this.#talk) return;
    this.#learn();
    const shown = !this.#parts.panel.hidden;
    const words = this.#parts.field.value;
    this.#build();
    this.#parts.field.value = words;
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
    const { panel, launcher } = this.#parts;
    if (this.#inline || panel.hidden) return;
    this.#uncover();
    panel.hidden = true;
    launcher.hidden = false;
    launcher.focus();
    this.#talk.keep(false);
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
      const response = await fetch(new URL(`i18n/${wanted}.json`, import.meta.url));
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
    /** @param {string} key @param {() => void} act */
    const option = (key, act) => button('option', () => { this.#options(false); act(); }, t(key));

    p.launcher = button('launcher', () => this.show(), icon('chat'), this.#json('texts')?.launcher ?? LAUNCHERS[this.#wanted], (p.unread = h('span', { class: 'unread', hidden: true }, '1', unseen(t('unread')))));
    p.menu = button('plain menu', () => this.#options(p.options.hidden), icon('more'), unseen(t('options')));
    p.options = h('div', { class: 'bar options', role: 'group', 'aria-label': t('options'), hidden: true },
      option('copy', () => this.#copy()), option('print', () => this.#print()), option('renew', () => this.#renew()), option('erase', () => this.#sure(true)));
    p.log = h('div', { class: 'log', role: 'region', 'aria-label': t('log'), tabindex: 0 }, (p.list = h('ol', { role: 'list' })));
    p.field = h('textarea', { id: 'field', rows: 1, enterkeyhint: 'send', dir: 'auto', 'aria-describedby': 'note count',
      oninput: () => this.#typed(), onfocus: () => this.#introduce(), onkeydown: (/** @type {any} */ event) => this.#pressed(event) });
    p.label = h('label', { for: 'field' });
    p.send = h('button', { type: 'submit', class: 'send' }, icon('send'), unseen(t('send')));
    p.count = h('p', { class: 'count', id: 'count' });
    p.offline = h('p', { class: 'bar', hidden: true }, t('offline'));
    p.sure = h('div', { class: 'bar', role: 'group', 'aria-labelledby': 'sure', hidden: true }, h('p', { id: 'sure' }, t('eraseSure')),
      h('div', { class: 'choices' }, (p.erase = button('button', () => this.#erase(), t('eraseYes'))), button('button quiet', () => this.#sure(false), t('eraseNo'))));
    p.form = h('form', { class: 'composer', onsubmit: (/** @type {any} */ event) => { event.preventDefault(); this.#submit(); } }, p.label, p.field, p.send);
    p.warning = h('div', { class: 'warning', role: 'region', 'aria-label': t('warning') }, icon('warn'), h('div', {}, ...this.#warn(WARNING)));
    p.panel = h('div', { class: 'panel', role: !inline && 'dialog', 'aria-labelledby': !inline && 'heading', tabindex: -1, hidden: true },
      h('div', { class: 'head' }, h('h2', { id: 'heading' }, t('heading')), p.menu, !inline && button('plain', () => this.hide(), icon('close'), unseen(t('close')))),
      p.warning, p.options, p.log, p.offline, p.sure, p.form, p.count,
      h('p', { class: 'note', id: 'note' }, t('note'), ' ', this.#link(new URL('about', this.#api).href, t('about'))));
    // What is heard stands apart from what is seen, and is always there.
    p.messages = h('div', { class: 'sr', role: 'log', 'aria-live': 'polite', 'aria-label': t('log') });
    p.status = h('div', { class: 'sr', role: 'status' });
    p.alert = h('div', { class: 'sr', role: 'alert' });
    p.outer = h('div', { class: 'outer', role: 'region', lang: this.#language, 'aria-label': inline ? t('heading') : 'Chat' }, p.launcher, p.panel, p.messages, p.status, p.alert);
    root.replaceChildren(p.outer);
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
    return h('a', { class: 'button', href: tel(number) }, icon('phone'), this.#t('call', { number }));
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
    p.launcher.hidden = true;
    p.unread.hidden = true;
    this.#cover();
    this.#toEnd();
    if (!closed) return;
    this.#talk.keep(true);
    this.#emit('open');
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
    if (!view || view.scale > 1 || !this.#covered.length) return;
    Object.assign(this.#parts.panel.style, { blockSize: `${view.height}px`, insetBlockStart: `${view.offsetTop}px` });
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
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
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
  }

  #submit() {
    const { field } = this.#parts;
    const words = field.value.trim();
    if (!words) return;
    if (this.#sending) return this.#say(this.#t('busy'));
    this.#options(false);
    field.value = '';
    this.#typed();
    this.#deliver(this.#talk.add(words));
  }

  /** @param {Exchange} exchange */
  async #deliver(exchange) {
    this.#sending = exchange;
    this.#notice = '';
    delete exchange.problem;
    delete exchange.remedy;
    this.#draw();
    this.#toEnd();
    const slow = [setTimeout(() => this.#say(this.#t('looking')), 1500), setTimeout(() => this.#told('slow'), SLOW)];
    try {
      await this.#talk.deliver(exchange);
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

  /** How an attempt goes, under the message that is on its way. @param {'retrying' | 'offline' | 'ended' | 'slow'} state */
  #told(state) {
    const words = this.#t(state);
    if (state === 'ended') this.#notice = words;
    else if (this.#sending && this.#sending.problem !== words) this.#sending.problem = words;
    else return;
    this.#draw();
    this.#toEnd();
    this.#say(words);
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
    const { route, messages, warning, turn } = reply;
    const urgent = URGENT[route];
    if (urgent) this.#open();
    const choices = messages.flatMap((message) => list(message.buttons)).length;
    this.#say([`${this.#t(urgent ?? 'reply')}:`, ...messages.map((message) => message.text), `${this.#t('warning')}: ${warning.text}`,
      choices ? `${this.#t('choices')}: ${choices}.` : ''].join(' '), urgent ? 'alert' : 'messages');
    this.#emit('reply', { route, turn });
  }

  /** @param {Exchange} exchange */
  #remedy(exchange) {
    if (this.#sending) return;
    const { field } = this.#parts;
    field.focus(); // the button that was pressed goes away
    if (exchange.remedy === 'retry') return void this.#deliver(exchange);
    this.#talk.exchanges.splice(this.#talk.exchanges.indexOf(exchange), 1);
    this.#talk.keep();
    field.value = exchange.text;
    this.#typed();
    this.#draw();
  }

  async #restore() {
    this.#notice = `${this.#t('loading')} …`;
    this.#draw();
    try {
      await this.#talk.restore();
      if (this.#notice.startsWith(this.#t('loading'))) this.#notice = '';
    } catch {
      this.#notice = this.#t('notLoaded');
    }
    this.#draw();
    this.#toEnd();
    this.#ask(this.#talk.exchanges.at(-1)?.reply?.input);
    for (const exchange of this.#talk.exchanges) if (!exchange.reply) await this.#deliver(exchange);
  }

  // The options

  /** Shows them or not, under the warning. @param {boolean} shown */
  #options(shown) {
    this.#parts.options.hidden = !shown;
    this.#parts.menu.setAttribute('aria-expanded', String(shown));
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
    this.#parts.outer.append(frame);
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
      this.#draw();
      return this.#tell('notErased');
    }
    this.#parts.sure.hidden = true;
    this.#cleared('erased');
    this.#emit('delete');
  }

  /** @param {string} notice */
  #cleared(notice) {
    this.#sending = null;
    this.#introduced = false;
    this.#ask();
    this.#tell(notice);
    this.#parts.field.focus();
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
    const { list: shown, send } = this.#parts;
    const drawn = new Map(Array.from(shown.children, (/** @type {any} */ item) => [item.entry, item]));
    /** @param {any} entry @param {string} state @param {() => any} make */
    const keyed = (entry, state, make) => {
      const old = drawn.get(entry);
      return old?.state === state ? old : Object.assign(make(), { entry, state });
    };
    const items = [keyed('greeting', '', () => this.#greeting())];
    for (const exchange of this.#talk.exchanges) {
      items.push(keyed(exchange, `${exchange.problem} ${exchange.remedy}`, () => this.#question(exchange)));
      if (exchange.reply) items.push(keyed(exchange.reply, '', () => this.#answer(/** @type {Reply} */ (exchange.reply), exchange.text)));
    }
    if (this.#notice) items.splice(this.#sending ? -1 : items.length, 0, keyed('notice', this.#notice, () => h('li', { class: 'notice' }, this.#notice)));
    if (this.#sending) items.push(keyed('typing', '', () => h('li', { class: 'typing', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'), this.#t('looking'))));
    for (const item of [...shown.children]) if (!items.includes(item)) item.remove();
    items.forEach((item, index) => shown.children[index] === item || shown.insertBefore(item, shown.children[index] ?? null));
    for (const element of [send, ...shown.querySelectorAll('.chip')]) element.setAttribute('aria-disabled', String(!!this.#sending));
  }

  #greeting() {
    const starters = list(this.#json('starters') ?? TEXTS[this.#language].starters ?? TEXTS.en.starters);
    return h('li', { class: 'bot' }, unseen(`${this.#t('assistant')}: `), h('div', { class: 'bubble' }, h('p', {}, this.#t('greeting')), ...this.#urgent()),
      this.#choices(starters.map((starter) => (typeof starter === 'string' ? { title: starter, send: starter } : starter))));
  }

  /** @param {Exchange} exchange */
  #question(exchange) {
    const { text, at, problem, remedy } = exchange;
    return h('li', { class: 'you' }, unseen(`${this.#t('you')}: `), h('div', { class: 'bubble' }, h('p', { dir: 'auto' }, text)), this.#time(at),
      problem && h('div', { class: 'problem' }, h('p', {}, problem), ...(remedy ? this.#urgent() : []),
        remedy && button('button', () => this.#remedy(exchange), this.#t(remedy))));
  }

  /** @param {Reply} reply @param {string} asked What the visitor wrote. */
  #answer(reply, asked) {
    const { route, messages, contact, warning, turn } = reply;
    const urgent = URGENT[route];
    const item = h('li', { class: `bot ${urgent ? 'emergency' : route === 'clinician' ? route : ''}` }, unseen(`${this.#t('assistant')}: `));
    messages.forEach((message, index) => {
      const numbers = list(message.links).filter(({ href }) => href.startsWith('tel:')).map(({ text }) => text);
      const bubble = h('div', { class: 'bubble' });
      if (index === 0 && urgent) bubble.append(h('p', { class: 'label' }, icon('warn'), this.#t(urgent)));
      if (index === 0 && route === 'clinician') bubble.append(h('p', { class: 'label' }, icon('person'), this.#t('clinicianLabel')));
      if (urgent) bubble.append(h('p', { class: 'calls' }, ...[...new Set(numbers)].map((number) => this.#call(number))));
      if (message.question && bare(message.question) !== bare(asked)) bubble.append(h('p', { class: 'asked' }, message.question));
      bubble.append(h('div', { lang: message.lang ?? 'en', dir: 'auto' }, ...wording(message.text, message.links)));
      bubble.append(this.#summary(message.summary));
      if (index === messages.length - 1 && contact && ['clinician', 'out_of_scope'].includes(route)) bubble.append(this.#contact(contact));
      item.append(bubble, this.#provenance(message.snippet));
    });
    item.append(h('div', { class: 'caution' }, icon('warn'), unseen(`${this.#t('warning')}: `), h('div', {}, ...this.#warn([warning.text]))),
      h('div', { class: 'judge' }, this.#time(reply.at ?? ''), ...(turn && JUDGED.includes(route) ? this.#judgement(reply) : [])),
      this.#choices(messages.flatMap((message) => list(message.buttons))));
    return item;
  }

  /** What was typed into the form, to look at before it is sent. @param {import('./conversation.js').Part[]} [parts] */
  #summary(parts) {
    return parts ? h('dl', {}, ...parts.flatMap(({ label, text, change }) => [h('dt', {}, label), h('dd', {}, h('span', { dir: 'auto' }, text),
      button('small', () => (this.#sending ? this.#say(this.#t('busy')) : this.#deliver(this.#talk.add(change, change))), change))])) : '';
  }

  /** @param {import('./conversation.js').Contact} contact */
  #contact({ name, phone, email, website }) {
    const site = web(website, this.#api);
    return h('div', { class: 'contact' }, h('p', {}, h('strong', {}, name)), h('p', { class: 'calls' },
      phone && this.#call(phone),
      email && h('a', { class: 'button quiet', href: `mailto:${email}` }, email),
      site && this.#link(site, new URL(site).host, 'button quiet')));
  }

  /** Where the wording comes from. @param {import('./conversation.js').Snippet | null} snippet */
  #provenance(snippet) {
    if (!snippet) return '';
    const { version, approved } = snippet;
    const sources = list(snippet.sources);
    const date = approved && new Date(`${approved.on}T12:00`).toLocaleDateString(this.#language, { dateStyle: 'medium' });
    return h('div', { class: 'origin' },
      sources.length && h('details', {}, h('summary', {}, this.#t('sources', { n: sources.length })), h('ul', { lang: 'en' }, ...sources.map((source) => {
        const address = web(source.address, this.#api);
        const title = source.title || address;
        return h('li', {}, address ? this.#link(address, title) : title, h('span', { class: 'by' }, [source.publisher, source.year].filter(Boolean).join(', ')));
      }))),
      h('p', {}, icon('check'), this.#t(approved ? 'approvedOn' : 'approved', { version, date, ...approved })));
  }

  /** @param {{title: string, send: string}[]} buttons */
  #choices(buttons) {
    if (!buttons.length) return '';
    return h('div', { class: 'choices', role: 'group', 'aria-label': this.#t('choices') }, ...buttons.map(({ title, send }) =>
      button('chip', (event) => {
        if (this.#sending) return this.#say(this.#t('busy'));
        event.currentTarget.classList.add('chosen');
        this.#deliver(this.#talk.add(title, send));
      }, title)));
  }

  /** Helpful or not, and why not. @param {Reply} reply */
  #judgement(reply) {
    const said = h('span', { class: 'said' });
    const reason = h('textarea', { rows: 2, maxlength: 500, id: `why${reply.turn}`, dir: 'auto' });
    const form = h('form', { class: 'why', hidden: true, onsubmit: async (/** @type {any} */ event) => {
      event.preventDefault();
      if (await judge(false, reason.value.trim())) {
        form.hidden = true;
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
    this.#say(navigator.onLine ? this.#t('online') : offline.textContent);
  }

  /** Says something to the ears alone. @param {string} words @param {'status' | 'messages' | 'alert'} [region] */
  #say(words, region = 'status') {
    const line = h('p', {}, words);
    this.#parts[region].append(line);
    setTimeout(() => line.remove(), SPOKEN_FOR);
  }
}

customElements.define('ozone-faq', OzoneFaq);
