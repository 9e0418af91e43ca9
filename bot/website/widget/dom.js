/** @typedef {'chat' | 'close' | 'send' | 'warn' | 'more' | 'phone' | 'person'} IconName */

/** @type {Record<IconName, string>} */
const ICONS = {
  chat: 'M3 5h18v12H10l-5 4v-4H3zM8 11h8',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5.5M6 11l6-6 6 6',
  warn: 'M12 3.5 22 20.5H2zM12 10v5M12 17.6v.2',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  phone: 'M6 3.5h3l1.7 4.3-2.2 1.7a12 12 0 0 0 6 6l1.7-2.2 4.3 1.7v3A2 2 0 0 1 18.5 20 15.5 15.5 0 0 1 4 5.5a2 2 0 0 1 2-2z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c1-7 13-7 14 0',
};

/**
 * An element with attributes, listeners (`onclick: f`) and children; empty children are left out.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {...any} children @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

/** @param {IconName} name */
export function icon(name) {
  const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** @param {string} words For ears only. */
export const unseen = (words) => h('span', { class: 'sr' }, words);

/** @param {string} kind @param {(event: any) => void} onclick @param {...any} children */
export const button = (kind, onclick, ...children) => h('button', { type: 'button', class: kind, onclick }, ...children);

/** @param {any} value @returns {any[]} */
export const list = (value) => (Array.isArray(value) ? value : []);

/** An http(s) address, also of a page on the chat's own site ("/about"); '' for anything else.
 * @param {string} address @param {URL} base */
export function web(address, base) {
  try {
    return /^(https?:\/)?\/[^/\\]/i.test(address) ? new URL(address, base).href : '';
  } catch {
    return '';
  }
}
