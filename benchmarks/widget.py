"""How much of the browser's main thread the widget takes.

Prints figures; run it with `.venv/bin/python benchmarks/widget.py ADDRESS` beside `make serve`.

Each visit is a new page of a new browser context, so nothing is cached or compiled. As machines differ, every figure
comes with its ratio to a fixed piece of work in the same page. With a second argument the processor is slowed down so
many times, as on a cheap telephone.
"""

from __future__ import annotations

import os
import statistics
import sys

from playwright.sync_api import BrowserContext, sync_playwright

VISITS = 15
LIMIT_MS = 100

_REFERENCE = """() => {
  const started = performance.now();
  let sum = 0;
  for (let i = 0; i < 2e6; i++) sum += Math.sqrt(i);
  return performance.now() - started + 0 * sum;
}"""
_OPEN = """() => {
  const element = document.querySelector('ozone-faq');
  const started = performance.now();
  element.show();
  element.shadowRoot.querySelector('.panel').getBoundingClientRect();
  return performance.now() - started;
}"""
"""Everything from the press to a window that is laid out and has the focus; all of it is on the main thread."""


def main(address: str, slower: float = 1) -> int:
    """Prints the figures and returns 1 when opening takes longer than `LIMIT_MS` in the middle of all visits."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        visits = [_visit(browser.new_context(), address, slower) for _ in range(VISITS)]
        browser.close()
    reference = statistics.median(visit["reference"] for visit in visits)
    for name in ("define", "open"):
        times = sorted(visit[name] for visit in visits)
        middle = statistics.median(times)
        print(
            f"{name:8} median {middle:6.1f} ms   worst {times[-1]:6.1f} ms   {middle / reference:5.1f} x the reference"
            f" work ({reference:.1f} ms)"
        )
    return int(statistics.median(visit["open"] for visit in visits) > LIMIT_MS)


def _visit(context: BrowserContext, address: str, slower: float) -> dict[str, float]:
    page = context.new_page()
    page.goto(f"{address}/about")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    reference = page.evaluate(_REFERENCE)
    define = page.evaluate("""async () => {
            document.body.append(document.createElement('ozone-faq'));
            await (await fetch('/static/widget.js')).text();
            const started = performance.now();
            await import('/static/widget.js');
            document.querySelector('ozone-faq').shadowRoot.querySelector('.launcher').getBoundingClientRect();
            return performance.now() - started;
        }""")
    opened = page.evaluate(_OPEN)
    context.close()
    return {"reference": reference, "define": define, "open": opened}


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit("Usage: benchmarks/widget.py ADDRESS [TIMES SLOWER]")
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) == 3 else 1))
