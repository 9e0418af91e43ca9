// The page for trying a look: what is chosen goes to the chat beside it and into the lines to copy.
const chat = document.querySelector('ozone-faq');
const sample = document.querySelector('.sample code');
const said = document.getElementById('contrast');
const [brand, dark, ownDark, radius, font, scheme] = ['brand', 'dark', 'own-dark', 'radius', 'font', 'scheme'].map((id) => document.getElementById(id));
const [before, after] = sample.textContent.split(/(?<=ozone-faq \{\n)[^}]*/);

/** Contrast of two colours as WCAG defines it, from 1 to 21. @param {Uint8ClampedArray} one @param {Uint8ClampedArray} other */
function contrast(one, other) {
  const [high, low] = [one, other].map((color) => [0.2126, 0.7152, 0.0722].reduce((sum, share, at) => {
    const value = color[at] / 255;
    return sum + share * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0.05)).sort((a, b) => b - a);
  return high / low;
}

const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });

/** Any CSS colour in red, green and blue. @param {string} color */
function pixel(color) {
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data;
}

function show() {
  dark.disabled = !ownDark.checked;
  const chosen = {
    '--ozone-brand': brand.value,
    '--ozone-brand-dark': ownDark.checked ? dark.value : '',
    '--ozone-radius': radius.value === '1.1' ? '' : `${+radius.value}em`,
    '--ozone-font': font.value,
  };
  for (const [name, value] of Object.entries(chosen)) chat.style.setProperty(name, value);
  chat.setAttribute('theme', scheme.value);
  const lines = Object.entries(chosen).filter(([, value]) => value).map(([name, value]) => `  ${name}: ${value};\n`);
  sample.textContent = `${before}${lines.join('')}${after}`;
  requestAnimationFrame(() => {
    const [send, chip] = ['.send', '.chip'].map((part) => getComputedStyle(chat.shadowRoot.querySelector(part)));
    const [filled, text] = [send, chip].map((style) => contrast(pixel(style.color), pixel(style.backgroundColor)).toFixed(1));
    said.textContent = `Contrast with this color: ${filled} to 1 on buttons, ${text} to 1 for text. At least 4.5 to 1 is asked for (WCAG 2.2, AA).`;
  });
}

if (matchMedia('(prefers-color-scheme: dark)').matches) scheme.value = 'dark';
document.getElementById('theme').addEventListener('input', show);
document.getElementById('theme').addEventListener('submit', (event) => event.preventDefault());
await customElements.whenDefined('ozone-faq');
show();
