"""Every command. Bad input ends with one sentence and exit code 2; no traceback reaches a user."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import click

from bot.logs import configure_logging, quiet_libraries

quiet_libraries()

from bot.content.approvals import seal  # noqa: E402
from bot.content.checks import check_content  # noqa: E402 - the libraries must be told to be quiet first
from bot.content.golive import as_text, before_going_live  # noqa: E402
from bot.content.library import load_library  # noqa: E402
from bot.content.rules import covered_phrases  # noqa: E402
from bot.content.sync import sync  # noqa: E402
from bot.record.asked_next import asked_next  # noqa: E402
from bot.record.audit import append  # noqa: E402
from bot.record.chain import note_head  # noqa: E402
from bot.record.database import open_record  # noqa: E402
from bot.record.proof import prove  # noqa: E402
from bot.record.text_files import differences, export, import_changes, standing  # noqa: E402
from bot.record.texts import published_set  # noqa: E402
from bot.record.turns import Turn, all_turns, get_conversation, list_conversations, search_turns, turns_of, utc  # noqa: E402
from bot.rights import keep_private, narrow_output, warn_of_root  # noqa: E402
from bot.serving import keep_few_heaps, leave_out_what_trains  # noqa: E402
from bot.settings import ROOT, Settings  # noqa: E402


class Refused(click.ClickException):
    """Bad input or a missing piece: one sentence, exit code 2."""

    exit_code = 2


class Commands(click.Group):
    """A group that turns this project's own errors into one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (RuntimeError, ValueError) as error:
            if type(error).__module__.startswith("bot."):
                raise Refused(str(error)) from error
            raise
        except BrokenPipeError:
            sys.stderr.close()
            return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The ozone therapy FAQ assistant: ask it, serve it, check its content, read its record."""


@main.command()
@click.option("--conversation", "one", is_flag=True, help="Treat all lines as one conversation.")
@click.argument("questions", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def ask(one: bool, questions: IO[str]) -> None:
    """Answer QUESTIONS (standard input by default), one a line, each a conversation of its own.

    A line may be JSON with `text`; lines that share a `conversation` key are one conversation. One JSON object a line
    comes out, in the same order. Nothing is written to the record.
    """
    configure_logging(level=40)
    asked = list(_questions(questions))
    leave_out_what_trains()
    from bot.on_rasa.engine import Engine

    engine = Engine(Settings(), open_record(None))
    engine.load()
    if engine.fault is not None:
        raise Refused(engine.fault)
    asyncio.run(_answer_all(engine, asked, one))


def _questions(lines: IO[str]) -> Iterator[tuple[str, str | None]]:
    """Text and conversation key of each line.

    The first line that is not blank decides between plain text and JSON lines.

    Raises:
        Refused: a JSON line without a text.
    """
    as_json: bool | None = None
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        if as_json is None and line.strip():
            as_json = _json_object(line) is not None
        if not as_json:
            yield line, None
            continue
        if not line.strip():
            continue
        row = _json_object(line)
        if row is None or not isinstance(row.get("text"), str):
            raise Refused(f"line {number}: expected a JSON object with `text`, as on the first line.")
        key = row.get("conversation")
        yield row["text"], None if key is None else str(key)


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


async def _answer_all(engine: Any, asked: list[tuple[str, str | None]], one: bool) -> None:
    for number, (text, key) in enumerate(asked):
        conversation = "all" if one else (f"key-{_line(key)}" if key is not None else f"line-{number}")
        reply = await engine.turn(conversation, text)
        turn: Turn | None = reply.turn
        risk = {"category": turn.risk_category, "rule": turn.risk_rule} if turn and turn.risk_category else None
        row = {
            "text": text,
            "route": reply.route,
            "intent": turn.intent if turn else None,
            "confidence": round(turn.confidence, 4) if turn and turn.confidence is not None else None,
            "snippet": turn.snippet_id if turn else None,
            "question": next((message.question for message in reply.messages if message.question), None),
            "risk": risk,
            "reply": "\n\n".join(message.text for message in reply.messages),
            "warning": reply.warning,
        }
        click.echo(_line(row))


def _line(row: object) -> str:
    """A JSON line; half an emoji stays the escape as which it came, because nothing else can be printed."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


_TOLD_EVERY_SECONDS = 10


@main.command()
def train() -> None:
    """Train a model, unless one fits the present data and code already."""
    configure_logging(level=30)
    from bot.on_rasa.model import model_path, train_model
    from bot.on_rasa.progress import Stages

    settings = Settings()
    if model_path(settings).is_file():
        click.echo(f"The model fits the data: {model_path(settings).name}")
        return
    stages = Stages(settings.models, tell=lambda stage: _tell_progress(stages))
    left = stages.left()
    click.echo(
        "Training a model: the first one takes a minute or two."
        if left is None
        else f"Training a model: about {left:.0f} s."
    )
    with _still_working(lambda: _tell_progress(stages)):
        path = train_model(settings, stages)
    click.echo(f"Trained: {path.name}")


def _tell_progress(stages: Any) -> None:
    """The stage and how long the rest may take. A training goes on when nobody reads this any more."""
    left = stages.left()
    estimate = "" if left is None else f", about {left:.0f} s left" if left >= 1 else ", nearly done"
    with suppress(BrokenPipeError):
        click.echo(f"  {stages.stage}{estimate}")


@contextmanager
def _still_working(tell: Callable[[], object]) -> Iterator[None]:
    """Tells every few seconds how far a long step is."""
    done = threading.Event()

    def keep_telling() -> None:
        while not done.wait(_TOLD_EVERY_SECONDS):
            tell()

    teller = threading.Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


@main.command()
@click.option(
    "--folds",
    default=5,
    show_default=True,
    type=click.IntRange(2, 20),
    help="Folds of the cross-validation over data/nlu.",
)
@click.option(
    "--train",
    "train_path",
    type=click.Path(path_type=Path),
    help="Rasa NLU YAML (file or folder) to train the pipeline on; needs --test.",
)
@click.option(
    "--test",
    "test_path",
    type=click.Path(path_type=Path),
    help="Rasa NLU YAML (file or folder) to score; needs --train.",
)
@click.option(
    "--questions",
    "question_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="JSON lines with `text`, `route` and maybe `snippet`.",
)
@click.option(
    "--config",
    "config_path",
    default=ROOT / "config.yml",
    type=click.Path(path_type=Path),
    help="Another pipeline; the default is config.yml.",
)
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures to this file."
)
@click.option(
    "--report",
    default=Path("results/evaluation.html"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the page goes.",
)
def evaluate(
    folds: int,
    train_path: Path | None,
    test_path: Path | None,
    question_paths: tuple[Path, ...],
    config_path: Path,
    json_path: Path | None,
    report: Path,
) -> None:
    """Measure how well messages are understood and routed.

    Without files: cross-validation over data/nlu, and the questions in tests/questions through the trained assistant.
    With --train and --test: the pipeline trained on the one and scored on the other. With --questions: those questions
    through the trained assistant, each a conversation of its own. A page with plots and one line of figures come out.
    """
    configure_logging(level=50)
    from bot.evaluation.run import Request, run

    click.echo(run(Request(config_path, folds, train_path, test_path, question_paths, json_path, report)))


@main.command()
@click.option(
    "--one-of-several",
    is_flag=True,
    hidden=True,
    help="Share the port with the others, and end with whoever started them.",
)
def serve(one_of_several: bool) -> None:
    """Serve the visitors' website (PORT, default 8080) in OZONE_PROCESSES processes.

    `make serve` starts the console as well.
    """
    configure_logging()
    keep_private()
    from bot.processes import end_with_parent, keep_serving

    settings = Settings()
    if not one_of_several:
        warn_of_root()
    if settings.processes > 1 and not one_of_several:
        raise SystemExit(keep_serving(settings))
    if one_of_several:
        end_with_parent()
    keep_few_heaps()
    leave_out_what_trains()
    from bot import traces
    from bot.website.app import create_app

    traces.start()
    _run(create_app, settings, settings.port, shared=one_of_several)


@main.command()
def console() -> None:
    """Serve the staff console (CONSOLE_PORT, default 8081)."""
    configure_logging()
    keep_private()
    keep_few_heaps()
    from bot.console.app import create_app

    settings = Settings()
    warn_of_root()
    _run(create_app, settings, settings.console_port)


def _run(create_app: Any, settings: Settings, port: int, *, shared: bool = False) -> None:
    import structlog
    import uvicorn

    from bot.processes import listening_socket

    structlog.configure(
        cache_logger_on_first_use=True
    )  # Rasa writes ten lines a turn that are dropped; now without making a logger for each
    listening = listening_socket(settings.host, port, shared=shared)
    server = uvicorn.Server(server_config(create_app(settings), settings))
    with suppress(KeyboardInterrupt):
        server.run([listening])
    if not server.started:
        raise SystemExit(1)


def server_config(app: Any, settings: Settings) -> Any:
    """How either app is served."""
    import uvicorn

    from bot.connections import PatientProtocol, most_connections

    return uvicorn.Config(
        app,
        http=PatientProtocol,
        limit_concurrency=most_connections(),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=5,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


@main.command()
def up() -> None:
    """Serve website and console together and say when both are ready; Ctrl-C stops both."""
    configure_logging()
    keep_private()
    from bot.launcher import launch

    raise SystemExit(launch(Settings()))


@main.command("change-secret")
def change_the_secret() -> None:
    """Put a new secret in the place of one that somebody may have seen; website and console start anew afterwards."""
    from bot.secret import change_secret

    keep_private()
    path = Settings().secret_file
    try:
        change_secret(path)
    except OSError as error:
        raise Refused(
            f"{path}: the secret cannot be changed ({error.strerror}). Run this as the account that the chat runs as."
        ) from error
    click.echo(
        f"{path} is new; the one before is {path.name}.previous beside it. Start website and console anew:"
        " conversations go on, and second factors are sealed anew. Delete the file of the one before after 12 hours."
    )


@main.group()
def content() -> None:
    """Check the approved content and write what Rasa needs from it."""


@content.command("check")
def content_check() -> None:
    """Check every snippet: sources and their addresses, length, reading
    grade, promises, doses, review dates; and that nothing is out of step."""
    settings = Settings()
    problems = check_content(settings.data)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise Refused(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found in the content, listed above.")
    for hint in covered_phrases(settings.data / "safety"):
        click.echo(f"Warning: {hint}", err=True)
    click.echo(f"{len(load_library(settings.data))} snippets, no problem found.")


@content.command("golive")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead of lines to read.")
@click.pass_context
def content_golive(context: click.Context, as_json: bool) -> None:
    """List what is left to do before going live, in order: facts, the clinic's own page, signatures, dates.

    Exit code 1 while anything is open.
    """
    parts = before_going_live(Settings().data, date.today())
    still_open = sum(len(part.tasks) for part in parts)
    if as_json:
        click.echo(
            json.dumps(
                {"open": still_open, **{part.name: [task.as_dict() for task in part.tasks] for part in parts}},
                ensure_ascii=False,
            )
        )
    else:
        click.echo(
            "\n".join(as_text(parts))
            + (f"{still_open} thing{'s are' if still_open > 1 else ' is'} open." if still_open else "Nothing is open.")
        )
    if still_open:
        context.exit(1)


@content.command("sync")
def content_sync() -> None:
    """Write domain.yml, data/rules.yml and data/nlu/approved_questions.yml from the snippets."""
    settings = Settings()
    changed = sync(load_library(settings.data), settings.data)
    click.echo(
        "\n".join(f"wrote {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}" for path in changed)
        or "Everything is in step already."
    )


@main.group()
def rules() -> None:
    """The red flags of data/safety, written as docs/red-flags.md says."""


@rules.command("explain")
@click.argument("sentence")
def rules_explain(sentence: str) -> None:
    """Show how a sentence is normalised, which rules fire on which words, what silences one, and the route."""
    from bot.content.shared import shared_second_reader, shared_triage
    from bot.safety.explained import explained

    for line in explained(shared_triage(), sentence, shared_second_reader().read(sentence)).lines():
        click.echo(line)


@main.group()
def snippets() -> None:
    """The approved texts and the clinic's facts: what the files hold, what staff published, and what was approved."""
    configure_logging(level=30)


@snippets.command("status")
def snippets_status() -> None:
    """Say what differs between the files, the approvals and what is sent, and what to do.

    Exit code 1 while anything does.
    """
    settings = Settings()
    found = standing(_record_or_new(settings), settings.data)
    click.echo(f"{found.texts} texts in the files; the console published {found.revision} times.")
    for names, said in (
        (
            found.changed,
            "changed since approved; `snippets import` makes drafts of them, `snippets seal` approves them as they are",
        ),
        (found.newer, "published in the console, not in the files; `snippets export` writes them there"),
        (found.open, "open in the console: a draft, or waiting for approval"),
    ):
        for name in names:
            click.echo(f"  {name}: {said}")
    if found.changed or found.newer:
        raise click.exceptions.Exit(1)


@snippets.command("diff")
@click.argument("name", required=False)
def snippets_diff(name: str | None) -> None:
    """Show what is sent beside what the files hold, of all texts and facts or of NAME."""
    settings = Settings()
    lines = list(differences(_record_or_new(settings), settings.data, name))
    click.echo("\n".join(lines) or "The files say what is sent.")


@snippets.command("seal")
def snippets_seal() -> None:
    """Note that the texts in the files are approved as they are written now (each names who approved it and when)."""
    settings = Settings()
    sealed = seal(load_library(settings.data), settings.data)
    some = ", ".join(sealed[:10]) + (f" and {len(sealed) - 10} more" if len(sealed) > 10 else "")
    click.echo(f"Sealed: {some}." if sealed else "Every text is as it was approved.")


@snippets.command("export")
def snippets_export() -> None:
    """Write what staff published into the files that git keeps."""
    settings = Settings()
    written = export(_record_or_new(settings), settings.data)
    click.echo(f"Written: {', '.join(written)}." if written else "The files say what is sent already.")


@snippets.command("import")
@click.option("--by", default="command line", show_default=True, help="Who changed the files, as author of the drafts.")
def snippets_import(by: str) -> None:
    """Take what was changed in the files as drafts into the console, where somebody approves them."""
    settings = Settings()
    taken = import_changes(_record_or_new(settings), settings.data, by=by, now=utc(time.time()))
    click.echo(
        f"Drafts: {', '.join(taken)}. Send them for approval in the console."
        if taken
        else "Nothing was changed since it was approved."
    )


@snippets.command("check")
@click.pass_context
def snippets_check(context: click.Context) -> None:
    """The same as `content check`."""
    context.invoke(content_check)


def _record_or_new(settings: Settings) -> Any:
    keep_private()
    return open_record(settings.database)


@main.group()
def record() -> None:
    """Read the record of conversations. A file that a command's output goes to is made readable for its owner alone."""
    configure_logging(level=30)
    keep_private()
    narrow_output()


@record.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--route", default=None, help="Only conversations in which some turn took this route.")
def record_list(limit: int, route: str | None) -> None:
    """List conversations, the last active first."""
    for row in list_conversations(
        _noted(_record(), "conversations.listed", f"route={route}" if route else "everything"), limit=limit, route=route
    ):
        click.echo(f"{row.last_at}  {row.id}  {row.turns:>4} turns  {row.worst_route}")


@record.command("show")
@click.argument("conversation")
def record_show(conversation: str) -> None:
    """Show one CONVERSATION with the reason for each reply."""
    database = _record()
    if get_conversation(database, conversation) is None:
        raise Refused(f"There is no conversation {conversation!r}. `python -m bot record list` shows those there are.")
    _noted(database, "conversation.read", conversation)
    for turn in turns_of(database, conversation):
        rule = f" · {turn.risk_category} by {turn.risk_rule}" if turn.risk_category else ""
        click.echo(f"#{turn.number}  {turn.at}  {turn.route} · {turn.snippet_id} v{turn.snippet_version}{rule}")
        click.echo(f"  visitor:   {turn.text}\n  assistant: {turn.reply}\n  warning:   {turn.warning}\n")


@record.command("search")
@click.argument("words", nargs=-1, required=True)
def record_search(words: tuple[str, ...]) -> None:
    """Find turns whose question or reply holds all WORDS."""
    for turn in search_turns(_noted(_record(), "turns.searched", "words"), " ".join(words)):
        click.echo(f"{turn.conversation} #{turn.number}  {turn.route}  {turn.text}")


@record.command("next")
def record_next() -> None:
    """Show what visitors asked after each answer; the chat offers the most frequent ones from its next start on."""
    for asked, following in asked_next(_record(), load_library(Settings().data)).items():
        click.echo(f"{asked}: " + ", ".join(f"{name} ({conversations})" for name, conversations in following.items()))


@record.command("export")
def record_export() -> None:
    """Write every turn as one JSON object a line."""
    for turn in all_turns(_noted(_record(), "exported", "everything")):
        click.echo(json.dumps(asdict(turn), ensure_ascii=False))


@record.command("verify")
def record_verify() -> None:
    """Prove that every sentence sent was an approved text in use at that time and carried the warning, and that
    nothing in the record was changed or taken out since. What does not hold is listed, and the exit code is 1."""
    path = Settings().database
    database = _record()
    proof = prove(database, path)
    for problem in proof.problems:
        click.echo(problem, err=True)
    if proof.problems:
        click.echo(
            f"Not proved: {len(proof.problems)} above. Keep a copy of the record and its .key and .heads files, then"
            " find out who wrote to it.",
            err=True,
        )
        sys.exit(1)
    _noted(database, "record.verified", "everything", turns=proof.turns, links=proof.links)
    note_head(database, path, utc(time.time()))
    click.echo(f"{proof.turns} turns verified: every text was approved and in use, and every turn carried the warning.")
    click.echo(
        f"{proof.links} links of the chain, {proof.entries} audit entries and {proof.texts} texts verified: nothing was"
        " changed or taken out."
    )


@record.command("statement")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, as 2026-10-01.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def record_statement(first: datetime, last: datetime, file: Path) -> None:
    """Write a dated statement for a period to FILE (.html or .pdf):
    what was sent, who approved it, and whether the record holds."""
    if file.suffix not in (".html", ".pdf"):
        raise Refused(f"{file}: name a file that ends in .html or .pdf.")
    if first > last:
        raise Refused(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}. Swap them.")
    from bot.record.statement import as_html, as_pdf, make_statement

    clinic = load_library(Settings().data).clinic.fields["name"]
    made = make_statement(_record(), Settings().database, clinic, first.date(), last.date(), utc(time.time()))
    try:
        file.write_bytes(as_pdf(made) if file.suffix == ".pdf" else as_html(made).encode())
    except OSError as error:
        raise Refused(f"{file}: cannot be written ({error.strerror}). Choose another place.") from error
    click.echo(
        f"{file}: {'the record holds.' if made.holds else 'the record does NOT hold; the statement says where.'}"
    )


_REASON = click.option("--reason", required=True, help="Why, for the audit; no names and nothing of what was said.")
_BY_WHOM = click.option("--by", required=True, help="Who asks, for the audit.")


@record.command("purge")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
def record_purge(dry_run: bool) -> None:
    """Take out what is older than `retention_days` in data/clinic.yml, or as staff published it since
    (requests: OZONE_KEEP_REQUESTS_DAYS), and abandoned forms, now.

    The website does so every night by itself. A conversation under a legal hold stays.
    """
    from bot.record import retention

    settings = Settings()
    database = _record()
    facts = load_library(settings.data, published=published_set(database)).clinic
    keeping = retention.keeping(facts, settings.keep_requests_days)
    receipt = (retention.count_old if dry_run else retention.clean_up)(database, keeping, time.time())
    click.echo(
        f"{'Would go' if dry_run else 'Gone'}: {receipt.conversations} conversations with {receipt.turns} turns, older"
        f" than {keeping.conversations} days;"
    )
    click.echo(
        f"  {receipt.requests} requests, older than {keeping.requests} days; the answers of {receipt.forms} abandoned"
        " forms."
    )
    click.echo(
        f"Kept under a legal hold beyond that: {receipt.held}. Oldest conversation {'left' if dry_run else 'kept'}:"
        f" {receipt.oldest or 'none'}."
    )
    if not dry_run:
        click.echo(_wiped(database, settings))


@record.command("redact")
@click.option("--dry-run", is_flag=True, help="Only count what would change.")
@click.option("--by", default="command line", show_default=True, help="Who asks, for the audit.")
def record_redact(dry_run: bool, by: str) -> None:
    """Blank in what is stored already what a new version of the chat blanks in new messages; try --dry-run first.

    It may be interrupted and goes on where it was; website and console may run. Conversations under a legal hold, what
    staff wrote, and training data stay as they are.
    """
    from bot.record.redacting import Receipt, redact_stored

    def tell(so_far: Receipt) -> None:
        click.echo(f"  {so_far.conversations} conversations, {so_far.messages} messages", err=True)

    database = _record()
    receipt = redact_stored(database, by=by, dry_run=dry_run, told=tell)
    click.echo(
        f"{'Would be blanked' if dry_run else 'Blanked'}: something in {receipt.messages} messages and"
        f" {receipt.others} other places, of {receipt.conversations} conversations."
    )
    click.echo(f"Left as they are under a legal hold: {receipt.held} conversations.")
    if not dry_run:
        click.echo(_wiped(database, Settings()))


@record.command("erase")
@click.argument("conversation")
@_BY_WHOM
@_REASON
@click.option("--requests", is_flag=True, help="Also erase the questions that were left in it for the clinical team.")
def record_erase(conversation: str, by: str, reason: str, requests: bool) -> None:
    """Erase CONVERSATION from the record, its search and its files, for good."""
    from bot.record.deletion import erase_conversation
    from bot.record.erased import erased_file, note_erased

    settings = Settings()
    database = _record()
    erase_conversation(database, conversation, by=by, reason=reason, requests=requests)
    click.echo(f"Erased. {_wiped(database, settings)}")
    try:
        note_erased(database, erased_file(settings.secret_file))
    except OSError as error:
        told = f"{erased_file(settings.secret_file)} cannot be written ({error.strerror})"
        click.echo(f"{told}: until the website has noted it there, an older backup would bring it back.", err=True)


@record.command("follow")
@click.option("--once", is_flag=True, help="End when everything that is there has come.")
@click.option("--instead", is_flag=True, help="Take the place of another review record that followed.")
@click.option("--again", is_flag=True, help="Copy everything once more: for a record that was lost or put back.")
def record_follow(once: bool, instead: bool, again: bool) -> None:
    """Follow the turns of the workers' PostgreSQL (DATABASE_URL) into the review record, and bring back to the workers
    what staff decide. OZONE_FOLLOW_PORT (8082) shows how it goes.
    """
    configure_logging()
    keep_private()
    settings = Settings()
    if not settings.database_url:
        raise Refused("There is nothing to follow: set DATABASE_URL to the PostgreSQL of the workers (docs/scale.md).")
    warn_of_root()
    try:
        from bot.follower import follow
    except ImportError as error:
        raise Refused("Following needs the package asyncpg: run `uv sync --group scale`.") from error
    progress = follow(settings, once=once, instead=instead, again=again)
    click.echo(f"Copied: {progress.copied}. Waiting: {progress.waiting}.")


@record.command("export-person")
@click.argument("conversation")
@click.option("--html", "as_html", is_flag=True, help="A page to print instead of JSON.")
def record_export_person(conversation: str, as_html: bool) -> None:
    """Write all that is held about CONVERSATION: turns, events,
    feedback, what staff noted, and the questions left in it, opened.

    One that its visitor deleted while it was under a legal hold is opened too.
    """
    from bot.record.deletion import name_hash
    from bot.record.holds import all_held, held_copy
    from bot.record.person import as_page
    from bot.record.requests import requests_of
    from bot.record.sealed import CONTACT, Seal
    from bot.secret import load_secrets

    database = _record()
    seal = Seal(*load_secrets(Settings().secret_file), purpose=CONTACT)
    if get_conversation(database, conversation) is not None:
        held: dict[str, Any] | None = {
            **all_held(database, conversation),
            "requests": [asdict(row) for row in requests_of(database, conversation, seal)],
        }
    else:
        held = held_copy(database, name_hash(conversation), seal)
    if held is None:
        raise Refused(
            f"Nothing is held about a conversation {conversation!r}. `python -m bot record list` shows those there are."
        )
    _noted(database, "person.exported", conversation)
    click.echo(as_page(conversation, held) if as_html else json.dumps(held, ensure_ascii=False, indent=2))


@record.command("hold")
@click.argument("conversation")
@_BY_WHOM
@_REASON
def record_hold(conversation: str, by: str, reason: str) -> None:
    """Put CONVERSATION under a legal hold: it is neither purged nor erased until it is released.

    If its visitor deletes it meanwhile, it is gone for everybody, but a sealed copy stays that `record export-person`
    opens.
    """
    from bot.record.holds import hold

    hold(_record(), conversation, by=by, reason=reason)
    click.echo("Held. `python -m bot record release` ends it.")


@record.command("release")
@click.argument("conversation")
@_BY_WHOM
@_REASON
def record_release(conversation: str, by: str, reason: str) -> None:
    """End the legal hold on CONVERSATION. The copy of one that its visitor deleted meanwhile is destroyed."""
    from bot.record.deletion import name_hash
    from bot.record.holds import release

    database = _record()
    copy = release(database, conversation, name_hash(conversation), by=by, reason=reason)
    click.echo(
        "Released."
        + (f" Its visitor had deleted it, so the copy is destroyed now. {_wiped(database, Settings())}" if copy else "")
    )


def _wiped(database: Any, settings: Settings) -> str:
    """Wipes what was deleted from the files, and says whether that is done."""
    import sqlite3

    from bot.record.wiping import pending, wipe

    with suppress(sqlite3.Error):  # what is in the way is said below
        wipe(settings.database)
    waiting = pending(database)
    if waiting is None:
        return "Nothing of it is left in the files."
    return (
        f"Not wiped from the files yet: {waiting.failure or 'somebody else writes to the record'}. The website tries"
        " again."
    )


_PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with one line that the backup is sealed with (12 letters or more).",
)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_PASSPHRASE
def backup(file: Path, passphrase_file: Path | None) -> None:
    """Copy the record to FILE while visitors write, and prove the copy.

    Keep the secret elsewhere: it opens what is sealed in the record.
    """
    from bot.record.backup import back_up, read_passphrase

    configure_logging(level=30)
    keep_private()
    found = back_up(Settings().database, file, read_passphrase(passphrase_file) if passphrase_file else None)
    click.echo(
        f"{file}: {found.conversations} conversations, {found.turns} turns, {found.requests} requests; the copy is"
        " whole."
    )
    if passphrase_file is None:
        click.echo(
            "It is not sealed. It holds what visitors wrote: keep it as private as the record, or use"
            " --passphrase-file."
        )


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_PASSPHRASE
@click.option("--force", is_flag=True, help="Replace the record that is there.")
def restore(file: Path, passphrase_file: Path | None, force: bool) -> None:
    """Put the backup FILE in the place of the record, without what was erased since. Stop website and console first."""
    from bot.record.backup import put_back, read_passphrase
    from bot.record.erased import erased_file
    from bot.record.sealed import CONTACT, Seal
    from bot.secret import load_secrets

    configure_logging(level=30)
    keep_private()
    settings = Settings()
    found, again = put_back(
        file,
        settings.database,
        erased_file(settings.secret_file),
        lambda: Seal(*load_secrets(settings.secret_file), purpose=CONTACT),
        passphrase=read_passphrase(passphrase_file) if passphrase_file else None,
        force=force,
    )
    click.echo(f"Put back: {found.conversations} conversations, {found.turns} turns, {found.requests} requests.")
    click.echo(
        f"Erased again, because they were erased after this backup: {again}. `python -m bot record purge` takes out"
        " what is too old by now."
    )


def _record() -> Any:
    path = Settings().database
    if not path.is_file():
        raise Refused(f"{path}: there is no record yet. It appears with the first conversation.")
    return open_record(path)


def _noted(database: Any, action: str, what: str, **detail: Any) -> Any:
    """Notes in the audit what somebody does on the server's command line; returns the record."""
    append(database, "command line", action, what, utc(time.time()), **detail)
    return database


@main.group(invoke_without_command=True)
@click.pass_context
def improve(context: click.Context) -> None:
    """Train a candidate with the accepted corrections and measure it; a person promotes it.

    Without a command: `run`.
    """
    configure_logging(level=30)
    keep_private()
    if context.invoked_subcommand is None:
        context.invoke(improve_run)


_BY = click.option("--by", default="command line", show_default=True, help="Who asks, for the audit.")


@improve.command("run")
@_BY
@click.option(
    "--keep-redundant", is_flag=True, help="Also train with sentences that the model in use answers rightly already."
)
def improve_run(by: str = "command line", keep_redundant: bool = False) -> None:
    """Train a candidate with the accepted corrections, run the
    quality gate before and after, and say how they compare."""
    from bot.improvement.candidate import improve as improve_with
    from bot.record.promotion import LOSSES

    click.echo("Training and measuring a candidate.")
    started = time.monotonic()
    with _still_working(lambda: click.echo(f"  training and measuring, for {time.monotonic() - started:.0f} s")):
        run = improve_with(_record(), Settings(), by=by, keep_redundant=keep_redundant)
    for row in run.results["measures"]:
        limit = f"{'at most' if row['at_most'] else 'at least'} {row['floor']:.1%}"
        click.echo(
            f"{row['label']}: {row['before']:.1%} before, {row['after']:.1%} after"
            f" ({limit}{'' if row['passes'] else ', NOT PASSED'})"
        )
    for loss in run.results["losses"]:
        click.echo(f"{LOSSES[loss['kind']]}: {loss['text']!r} ({loss['before']} -> {loss['after']})")
    click.echo(f"Run {run.id}: {run.message} `python -m bot improve promote {run.id}` puts it in use.")


@improve.command("promote")
@click.argument("run", type=click.IntRange(1))
@_BY
def improve_promote(run: int, by: str) -> None:
    """Put the candidate of RUN in use; a website that runs takes it up within seconds."""
    from bot.record.promotion import promote

    settings = Settings()
    promote(_record(), settings.data, settings.models, run, by=by, now=utc(time.time()))
    click.echo(
        f"Run {run} is promoted; a website that runs takes it up within seconds. `python -m bot improve step-back`"
        " undoes it."
    )


@improve.command("step-back")
@_BY
def improve_step_back(by: str) -> None:
    """Put the model from before the last promotion in use again; a website that runs takes it up within seconds."""
    from bot.record.corrections import last_promoted
    from bot.record.promotion import step_back

    database = _record()
    latest = last_promoted(database)
    if latest is None:
        raise Refused("No candidate has been promoted, so there is nothing to step back from.")
    step_back(database, Settings().data, latest.id, by=by, now=utc(time.time()))
    click.echo(f"Stepped back from run {latest.id}. A website that runs takes the model from before up within seconds.")


@improve.command("give-up")
@_BY
def improve_give_up(by: str) -> None:
    """End a training that was cut short, so that another can start."""
    from bot.record.corrections import finish_run, list_runs

    database = _record()
    running = [run for run in list_runs(database) if run.state == "training"]
    for run in running:
        finish_run(database, run.id, state="failed", now=utc(time.time()), message=f"Given up by {by}.")
    click.echo(f"Ended: run {running[0].id}." if running else "No training is running.")


@improve.command("advise")
def improve_advise() -> None:
    """Ask the model in use about the corrections that wait, and note beside each whether it knows it already."""
    from bot.improvement.candidate import advise_all

    corrections, superfluous = advise_all(_record(), Settings())
    click.echo(f"{corrections} corrections looked at, {superfluous} of them redundant or not usable.")


@improve.command("gaps")
def improve_gaps() -> None:
    """Group the questions that nobody answered by meaning, for the page Gaps."""
    from bot.improvement.gaps import group
    from bot.understanding.encoder import shared_encoder

    questions, groups = group(_record(), shared_encoder())
    click.echo(f"{questions} questions grouped, {groups} new groups.")


@improve.command("similar")
@click.argument("turn", type=int)
def improve_similar(turn: int) -> None:
    """Other messages with nearly the meaning of message TURN: number and likeness (cosine), the most alike first."""
    from bot.improvement.similar import similar
    from bot.record.review import ReviewError
    from bot.understanding.encoder import shared_encoder

    try:
        found = similar(_record(), turn, shared_encoder())
    except ReviewError as error:
        raise click.ClickException(str(error)) from error
    for number, likeness in found:
        click.echo(f"{number} {likeness:.3f}")


@main.group()
def staff() -> None:
    """Accounts for the console."""
    configure_logging(level=30)
    keep_private()


def _password(prompt: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@staff.command("add")
@click.argument("username")
@click.option(
    "--role",
    default=None,
    help="viewer, reviewer, clinician or admin; the first account is admin, later ones reviewer.",
)
def staff_add(username: str, role: str | None) -> None:
    """Make an account for USERNAME; the password is asked for, or read from standard input."""
    from bot.console.accounts import add_staff

    database = open_record(Settings().database)
    given = add_staff(database, username, _password("Password (12 characters or more)"), role)
    _noted(database, "staff.add", username.strip().lower(), role=given)
    click.echo(f"{username} can log in now, as {given}.")


@staff.command("role")
@click.argument("username")
@click.argument("role")
def staff_role(username: str, role: str) -> None:
    """Give USERNAME another ROLE: viewer, reviewer, clinician or admin."""
    from bot.console.accounts import change_role

    database = open_record(Settings().database)
    change_role(database, username, role)
    _noted(database, "staff.role", username.strip().lower(), role=role)
    click.echo(f"{username} is {role} now.")


@staff.command("reset")
@click.argument("username")
@click.option("--drop-code", is_flag=True, help="Also turn the second factor off, for a lost phone.")
def staff_reset(username: str, drop_code: bool) -> None:
    """Give USERNAME a new password and end their sessions."""
    from bot.console.accounts import drop_second_factor, reset_password

    database = open_record(Settings().database)
    reset_password(database, username, _password("New password (12 characters or more)"))
    if drop_code:
        drop_second_factor(database, username)
    _noted(database, "staff.reset", username.strip().lower(), code_dropped=drop_code)
    click.echo(f"{username} has a new password{' and needs no code any more' if drop_code else ''}.")


@staff.command("disable")
@click.argument("username")
def staff_disable(username: str) -> None:
    """Keep USERNAME from logging in and end their sessions."""
    from bot.console.accounts import disable

    database = open_record(Settings().database)
    disable(database, username)
    _noted(database, "staff.disable", username.strip().lower())
    click.echo(f"{username} cannot log in any more.")


@staff.command("enable")
@click.argument("username")
def staff_enable(username: str) -> None:
    """Let a disabled USERNAME log in again."""
    from bot.console.accounts import enable

    database = open_record(Settings().database)
    enable(database, username)
    _noted(database, "staff.enable", username.strip().lower())
    click.echo(f"{username} can log in again.")


@staff.command("list")
def staff_list() -> None:
    """List the accounts."""
    from bot.console.accounts import list_staff

    accounts = list_staff(open_record(Settings().database))
    for account in accounts:
        marks = ("  second factor" if account.second_factor else "") + ("  disabled" if account.disabled else "")
        click.echo(f"{account.username}  {account.role}  since {account.created_at}{marks}")
    if not accounts:
        click.echo("There is no account yet. Make one: python -m bot staff add NAME")
