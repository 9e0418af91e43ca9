"""What stands around every page."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from bot.console.access import Page
from tests.console.conftest import Add, LogIn
from tests.console.test_roles import _guarded


@pytest.mark.parametrize("lack", ["", "nothing is there yet"])
def test_no_page_tells_of_a_problem_that_there_is_not(console: Starlette, log_in: LogIn, add: Add, lack: str) -> None:
    if not lack:
        add()
    admin = log_in("admin")
    paths = [route.path for route in _guarded(console) if isinstance(route, Page) and "{" not in route.path]
    assert "/account" in paths
    for path in paths:
        html = admin.client.get(path).text
        assert "Content problem" not in html, path
        assert "&lt;Macro" not in html, path
