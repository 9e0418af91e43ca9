import { list } from './dom.js';

/** @typedef {{id: string, version: number, sources: any[], approved?: {on: string, role: string, version?: number}}} Snippet */
/** @typedef {{title: string, send: string}} Choice */
/** @typedef {{text: string, href: string}} Link A piece of a message that can be called or written to. */
/** @typedef {{text: string, question?: string | null, snippet: Snippet | null, buttons: Choice[], links?: Link[], lang?: string, summary?: Part[]}} Message */
/** @typedef {{label: string, text: string, change: string}} Part One part of the form, and the words that ask for it again. */
/** @typedef {{name: string, phone: string, email: string, website: string}} Contact */
/** @typedef {{kind: string, hint?: string}} Input */
/** @typedef {{turn: number | null, route: string, messages: Message[], warning: {text: string}, contact: Contact | null, at?: string, input?: Input,
 *   feedback?: {helpful: boolean, reason: string} | null}} Reply */
/** @typedef {{text: string, send: string, id: string, at: string | number, reply?: Reply, problem?: string, remedy?: 'retry' | 'edit'}} Exchange One message and its reply. */

const PATIENCE = 30_000; // milliseconds until an attempt is given up
const DELAYS = [1, 2, 4, 8]; // seconds before the next attempt
const LONGEST_DELAY = 60; // seconds, when the server asks for more patience

/** A request that did not succeed. `status` is 0 when the server could not be reached; `message` is the server's sentence. */
class Failure extends Error {
  /** @param {number} status @param {string} [message] */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** A random UUID; crypto.randomUUID is missing on plain-http pages. */
const uuid = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
  (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+digit / 4)))).toString(16));

/** Waits some seconds, or until the browser is online again. @param {number} seconds */
const pause = (seconds) => new Promise((resolve) => {
  setTimeout(resolve, seconds * 1000);
  addEventListener('online', resolve, { once: true });
});

/**
 * One visitor's conversation with the server: what was said, and that nothing is lost or asked twice.
 *
 * Each message has a `client_id` that stays the same over all attempts, also after a reload, so the server answers it
 * once. The tab remembers the token and what is not answered yet, from the first message on; the rest is the server's.
 */
export class Conversation {
  /** @type {Exchange[]} */
  exchanges = [];
  #token = '';
  #life = new AbortController(); // of this conversation; ends every attempt

  /**
   * @param {URL} api @param {(state: 'retrying' | 'offline' | 'ended') => void} tell Says how an attempt goes.
   */
  constructor(api, tell) {
    this.api = api;
    this.tell = tell;
    this.drawer = `ozone-faq ${api}`;
    this.kept = this.#kept();
    this.#token = this.kept.token;
  }

  /** What this tab remembers. @returns {{token: string, waiting: Exchange[], open: boolean}} */
  #kept() {
    try {
      const { token = '', waiting, open } = JSON.parse(sessionStorage.getItem(this.drawer) || '{}');
      return { token, waiting: list(waiting), open };
    } catch {
      return { token: '', waiting: [], open: false };
    }
  }

  /** Remembers the conversation for this tab, once there is one. @param {boolean} [open] */
  keep(open = this.kept.open) {
    this.kept.open = open;
    const waiting = this.exchanges.filter((exchange) => !exchange.reply);
    try {
      if (this.#token || waiting.length) sessionStorage.setItem(this.drawer, JSON.stringify({ token: this.#token, waiting, open }));
      else sessionStorage.removeItem(this.drawer);
    } catch {
      // Storage is forbidden: the chat works, it only forgets on reload.
    }
  }

  /** Brings back what was said before a reload; what was not answered stands at the end. Throws `Failure`. */
  async restore() {
    const { waiting } = this.kept;
    if (this.#token) {
      try {
        const { turns } = await this.#post('conversation', { token: this.#token });
        this.exchanges = list(turns).map((turn) => ({ text: turn.text, send: turn.text, id: turn.client_id, at: turn.at, reply: turn }));
      } catch (error) {
        if (/** @type {Failure} */ (error).status !== 401) throw error;
        this.forget();
        this.tell('ended');
      }
    }
    const answered = new Set(this.exchanges.map(({ id }) => id));
    this.exchanges.push(...waiting.filter(({ id }) => !answered.has(id)));
  }

  /** A new message, not sent yet. @param {string} text What is shown. @param {string} [send] What is sent. @returns {Exchange} */
  add(text, send = text) {
    const exchange = { text, send, id: uuid(), at: Date.now() };
    this.exchanges.push(exchange);
    this.keep();
    return exchange;
  }

  /** Sends a message until it is answered. Throws `Failure`. @param {Exchange} exchange */
  async deliver(exchange) {
    for (let renewed = false; ; renewed = true) {
      if (!this.#token) {
        this.#token = (await this.#post('conversation', {})).token;
        this.keep();
      }
      try {
        const reply = await this.#post('chat', { message: exchange.send, client_id: exchange.id, token: this.#token });
        reply.messages = list(reply.messages).filter((message) => typeof message?.text === 'string');
        exchange.reply = { ...reply, at: reply.at ?? Date.now() };
        delete exchange.problem;
        this.#token = reply.token || this.#token;
        this.keep();
        return;
      } catch (error) {
        if (/** @type {Failure} */ (error).status !== 401 || renewed) throw error;
        this.#token = '';
        this.tell('ended');
      }
    }
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
    this.forget();
  }

  /** Forgets the conversation here; the clinic's record keeps it. */
  forget() {
    this.#stop();
    this.#token = '';
    this.exchanges = [];
    this.keep();
  }

  /** Ends every attempt under way. */
  #stop() {
    this.#life.abort();
    this.#life = new AbortController();
  }

  /**
   * Posts JSON, again after a while if the server cannot be reached, is busy or has a fault; while offline without end.
   * @param {string} path @param {object} body @returns {Promise<any>}
   */
  async #post(path, body) {
    const life = this.#life.signal;
    for (let attempt = 0; ; attempt++) {
      let status = 0;
      let wait = DELAYS[Math.min(attempt, DELAYS.length - 1)];
      const request = new AbortController();
      const end = () => request.abort();
      const timeout = setTimeout(end, PATIENCE);
      life.addEventListener('abort', end);
      try {
        const response = await fetch(new URL(`api/${path}`, this.api), {
          method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), credentials: 'omit', signal: request.signal,
        });
        const answer = await response.json();
        if (response.ok) return answer;
        status = response.status;
        wait = Math.min(+(response.headers.get('Retry-After') ?? 0) || wait, LONGEST_DELAY);
        if (status < 500 && status !== 408 && status !== 429) throw new Failure(status, answer.error);
      } catch (error) {
        if (error instanceof Failure) throw error;
      } finally {
        clearTimeout(timeout);
        life.removeEventListener('abort', end);
      }
      life.throwIfAborted();
      if (attempt >= DELAYS.length && navigator.onLine) throw new Failure(status);
      this.tell(navigator.onLine ? 'retrying' : 'offline');
      await pause(wait * (1 + Math.random() / 4));
      life.throwIfAborted();
    }
  }
}
