import { list } from './dom.js';

/** @typedef {{id: string, version: number, sources: any[], approved?: {on: string, role: string, version?: number}}} Snippet */
/** @typedef {{title: string, send: string}} Choice */
/** @typedef {{text: string, href: string}} Link A piece of a message that can be called or written to. */
/** @typedef {{text: string, question?: string | null, snippet: Snippet | null, buttons: Choice[], links?: Link[], lang?: string, summary?: Part[]}} Message */
/** @typedef {{label: string, text: string, change: string}} Part One part of the form, and the words that ask for it again. */
/** @typedef {{name: string, phone: string, email: string, website: string}} Contact */
/** @typedef {{kind: string, hint?: string}} Input */
/** @typedef {{turn: number | null, route: string, messages: Message[], warning: {text: string}, contact: Contact | null, at?: string, input?: Input,
 *   feedback?: {helpful: boolean, reason: string} | null, why?: string}} Reply `why` is what the visitor is about to write of it. */
/** @typedef {{text: string, send: string, id: string, at: string | number, reply?: Reply, problem?: string, remedy?: 'retry' | 'edit'}} Exchange One message and its reply. */

const PATIENCE = 10_000; // milliseconds until the first attempt is given up; later ones wait longer
const LONGEST_PATIENCE = 30_000;
const DELAYS = [1, 2, 4, 8]; // seconds before the next attempt
const DELAY_AFTER = 20; // seconds between attempts once the visitor was told that the chat cannot be reached
const LONGEST_DELAY = 300; // seconds, when the server asks for more patience

/** For the clinic's web person: a browser does not tell a server that is away from one that refuses this website. */
const UNREACHABLE = '<ozone-faq>: %s cannot be reached from %s. If it runs, name this website in its OZONE_ALLOWED_ORIGINS.';

/** A request that did not succeed. `status` is 0 when the server could not be reached; `message` is the server's sentence. */
class Failure extends Error {
  /** @param {number} status @param {string} [message] */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What is remembered of a message that is not answered. @param {Exchange} exchange @returns {Exchange} */
const unsent = ({ text, send, id, at }) => ({ text, send, id, at });

/** A name of 128 random bits; crypto.randomUUID is missing on plain-http pages. */
const uuid = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, '0')).join('');

/**
 * One visitor's conversation with the server: what was said, and that nothing is lost or asked twice.
 *
 * Each message has a `client_id` that stays the same over all attempts, also after a reload, so the server answers it
 * once. The tab remembers the token and what is not answered yet, from the first message on; the rest is the server's.
 * Other pages may hold the same conversation (the one before in this tab, a copy of the tab): each follows the tab's
 * memory and what the others say, and none writes its own past over it.
 */
export class Conversation {
  /** @type {Exchange[]} */
  exchanges = [];
  /** Ends the pause before the next attempt. */
  hurry = () => {};
  #token = '';
  #id = ''; // of the conversation; tokens change
  #stored = false; // whether the tab's memory holds this conversation
  #life = new AbortController(); // of this conversation; ends every attempt
  /** @type {BroadcastChannel | undefined} */
  #others;

  /**
   * @param {URL} api @param {(state: 'retrying' | 'busy' | 'failed' | 'ended') => void} tell Says how an attempt goes.
   * @param {(erased: boolean) => void} changed Another page went on with this conversation, or deleted it.
   */
  constructor(api, tell, changed) {
    this.api = api;
    this.tell = tell;
    this.changed = changed;
    this.drawer = `ozone-faq ${api}`;
    this.kept = this.#kept() ?? { token: '', id: '', waiting: [], draft: '', open: false };
    this.#take();
  }

  /** What this tab remembers; null when nothing. @returns {{token: string, id: string, waiting: Exchange[], draft: string, open: boolean} | null} */
  #kept() {
    try {
      const { token = '', id = '', waiting, draft = '', open = false } = JSON.parse(sessionStorage.getItem(this.drawer) ?? '');
      return { token, id, waiting: list(waiting).map(unsent), draft, open };
    } catch {
      return null;
    }
  }

  #take() {
    this.#token = this.kept.token;
    this.#id = this.kept.id;
    this.#stored = !!(this.#token || this.kept.waiting.length);
    this.exchanges = [...this.kept.waiting];
  }

  /** Remembers the conversation for this tab, once there is one. */
  keep() {
    const waiting = this.exchanges.filter((exchange) => !exchange.reply).map(unsent);
    this.#stored = false;
    try {
      if (this.#token || waiting.length) {
        sessionStorage.setItem(this.drawer, JSON.stringify({ token: this.#token, id: this.#id, waiting, draft: this.kept.draft, open: this.kept.open }));
        this.#stored = true;
      } else sessionStorage.removeItem(this.drawer);
    } catch {
      // Storage is forbidden: the chat works, it only forgets on reload.
    }
  }

  /** Begins to hear what other pages do with this conversation. */
  listen() {
    try {
      this.#others ??= new BroadcastChannel(this.drawer);
    } catch {
      return; // an old browser, or a frame without an origin
    }
    this.#others.onmessage = ({ data }) => {
      if (!this.#id || data?.id !== this.#id) return;
      if (data.erased) this.forget();
      this.changed(!!data.erased);
    };
  }

  /** Hears nothing more: a page that listens is not kept for the Back button. */
  deaf() {
    this.#others?.close();
    this.#others = undefined;
  }

  /** Follows another page of this tab that deleted the conversation or began another one. Whether it did. */
  follow() {
    const kept = this.#kept();
    if (!this.#stored && (this.exchanges.length || !kept)) return false;
    if (kept && this.#stored && kept.id === this.#id) {
      const here = new Set(this.exchanges.map(({ id }) => id));
      const there = new Set(kept.waiting.map(({ id }) => id));
      this.exchanges = [...this.exchanges.filter(({ reply, id }) => reply || there.has(id)), ...kept.waiting.filter(({ id }) => !here.has(id))];
      return false;
    }
    this.#stop();
    this.kept = kept ?? { ...this.kept, token: '', id: '', waiting: [], draft: '' };
    this.#take();
    return true;
  }

  /**
   * Brings what was said before a reload or on another page. Nothing that is here goes: what the server knows is joined
   * by `client_id`, and the rest stands after it. Throws `Failure`.
   */
  async restore() {
    const token = this.#token;
    if (!token) return;
    try {
      const { turns } = this.#named(await this.#post('conversation', { token }));
      const here = new Map(this.exchanges.map((exchange) => [exchange.id, exchange]));
      const known = list(turns).map((turn) => {
        const exchange = here.get(turn.client_id) ?? { text: turn.text, send: turn.text, id: turn.client_id, at: turn.at };
        here.delete(turn.client_id);
        this.#answered(exchange, turn);
        return exchange;
      });
      this.exchanges = [...known, ...here.values()];
      this.keep();
    } catch (error) {
      if (/** @type {Failure} */ (error).status !== 401) throw error;
      if (token !== this.#token) return; // a new conversation has begun meanwhile
      this.#token = this.#id = '';
      this.exchanges = this.exchanges.filter((exchange) => !exchange.reply);
      this.keep();
      this.tell('ended');
    }
  }

  /** A new message, not sent yet. @param {string} text What is shown. @param {string} [send] What is sent. @returns {Exchange} */
  add(text, send = text) {
    const exchange = { text, send, id: uuid(), at: Date.now() };
    this.exchanges.push(exchange);
    this.keep();
    return exchange;
  }

  /** Sends a message until it is answered. Throws `Failure`. @param {Exchange} exchange @param {string} lang The language of the interface. */
  async deliver(exchange, lang) {
    for (let renewed = false; ; renewed = true) {
      if (!this.#token) {
        this.#named(await this.#post('conversation', {}, true));
        this.keep();
      }
      const token = this.#token;
      try {
        const reply = await this.#post('chat', { message: exchange.send, client_id: exchange.id, token, lang }, true);
        this.#answered(exchange, this.#named(reply));
        this.keep();
        return this.#others?.postMessage({ id: this.#id });
      } catch (error) {
        if (/** @type {Failure} */ (error).status !== 401 || renewed) throw error;
        if (token !== this.#token) continue;
        this.#token = this.#id = '';
        this.tell('ended');
      }
    }
  }

  /** Takes over the name and the newest token of the conversation. @param {any} answer */
  #named(answer) {
    this.#token = answer.token || this.#token;
    this.#id = answer.conversation || this.#id;
    return answer;
  }

  /** @param {Exchange} exchange @param {any} reply */
  #answered(exchange, reply) {
    delete exchange.problem;
    delete exchange.remedy;
    if (exchange.reply) return void (exchange.reply.feedback ??= reply.feedback);
    const messages = list(reply.messages).filter((message) => typeof message?.text === 'string');
    exchange.reply = { ...reply, messages, at: reply.at ?? Date.now() };
  }

  /** Keeps what the visitor thinks of a reply. Throws `Failure`. @param {Reply} reply @param {boolean} helpful @param {string} reason */
  async judge(reply, helpful, reason) {
    await this.#post('feedback', { token: this.#token, turn: reply.turn, helpful, reason });
    reply.feedback = { helpful, reason };
  }

  /** Takes the conversation out of the clinic's record. Throws `Failure`. */
  async erase() {
    this.#stop();
    if (this.#token) await this.#post('conversation/delete', { token: this.#token });
    this.#others?.postMessage({ id: this.#id, erased: true });
    this.forget();
  }

  /** Forgets the conversation here; the clinic's record keeps it. */
  forget() {
    this.#stop();
    this.#token = this.#id = this.kept.draft = '';
    this.exchanges = [];
    this.keep();
  }

  /** Ends every attempt under way. */
  #stop() {
    this.#life.abort();
    this.#life = new AbortController();
  }

  /** Waits some seconds, until the browser is online again, or until somebody is in a hurry. @param {number} seconds */
  #pause(seconds) {
    return new Promise((/** @type {(value?: any) => void} */ resolve) => {
      this.hurry = resolve;
      setTimeout(resolve, seconds * 1000);
      addEventListener('online', resolve, { once: true });
    });
  }

  /**
   * Posts JSON, again after a while if the server cannot be reached, is busy or has a fault.
   * @param {string} path @param {object} body @param {boolean} [lasting] Without end, unless it is the server that fails.
   * @returns {Promise<any>}
   */
  async #post(path, body, lasting = false) {
    const life = this.#life.signal;
    for (let attempt = 0; ; attempt++) {
      let status = 0;
      let asked = 0; // seconds of patience that the server asks for
      const request = new AbortController();
      const end = () => request.abort();
      const timeout = setTimeout(end, Math.min(PATIENCE * (attempt + 1), LONGEST_PATIENCE));
      life.addEventListener('abort', end);
      try {
        const response = await fetch(new URL(`api/${path}`, this.api), {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), credentials: 'omit', signal: request.signal,
        });
        status = response.status;
        asked = Math.min(+(response.headers.get('Retry-After') ?? 0) || 0, LONGEST_DELAY);
        if (response.ok) status = 0; // what is not JSON now is no answer of the server
        const answer = await response.json();
        if (response.ok) return answer;
        if (status < 500 && status !== 408 && status !== 429) throw new Failure(status, answer.error);
      } catch (error) {
        if (error instanceof Failure) throw error;
        if (error instanceof TypeError && !attempt) console.warn(UNREACHABLE, this.api.href, location.origin);
      } finally {
        clearTimeout(timeout);
        life.removeEventListener('abort', end);
      }
      life.throwIfAborted();
      const busy = status === 429;
      const late = attempt >= DELAYS.length && !busy;
      if (late && navigator.onLine && (status || !lasting)) throw new Failure(status);
      this.tell(busy ? 'busy' : late ? 'failed' : 'retrying');
      await this.#pause((asked || DELAYS[attempt] || (busy ? DELAYS[3] : DELAY_AFTER)) * (1 + Math.random() / 4));
      life.throwIfAborted();
    }
  }
}
