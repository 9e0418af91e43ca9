"""Opening a record once more leaves the locks of those who
have it open: no other process can take the log away from them."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from bot.record.database import open_record
from tests.conftest import ROOT

OPENED_AND_CLOSED = (
    "import sys; from pathlib import Path; from bot.record.database import open_record;"
    " open_record(Path(sys.argv[1])).close()"
)


def test_another_process_does_not_take_the_log_from_a_record_that_was_opened_twice(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    with closing(open_record(path)) as first:
        open_record(path).close()
        first.execute("SELECT count(*) FROM turns").fetchone()
        log = path.with_name(path.name + "-wal").stat().st_ino
        subprocess.run([sys.executable, "-c", OPENED_AND_CLOSED, str(path)], check=True, cwd=ROOT)
        assert path.with_name(path.name + "-wal").stat().st_ino == log
        first.execute("INSERT INTO console_settings (name, value) VALUES ('after', '1')")
        first.conn.commit()
    with closing(open_record(path)) as again:
        assert again.execute("SELECT value FROM console_settings WHERE name = 'after'").fetchone() == ("1",)
