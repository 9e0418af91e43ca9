"""Whether an app in this container answers with 200: `healthcheck.py PORT PATH`; an engine looks at the exit code."""

from __future__ import annotations

import http.client
import sys

PATIENCE_SECONDS = 8
SHOWN_BYTES = 2000
"""Of the answer: /readyz says in it what is wrong."""


def main(port: str, path: str) -> int:
    """0 when it does. Asked directly: an engine may hand containers a proxy, which `urllib` would take."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        status, said = answer.status, answer.read(SHOWN_BYTES).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        print(f"{path} on port {port}: {error}")
        return 1
    finally:
        connection.close()
    print(f"{path} on port {port}: {status}\n{said}")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
