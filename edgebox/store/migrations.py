"""The schema, as steps. A released step never changes: append a new one.

Large texts are last in their tables: SQLite reads through them to reach any
column behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("edgebox")


@migrations(name="0001_first_tables")
def _first_tables(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE counters (
            name  TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE clients (
            client_id         TEXT PRIMARY KEY,
            disabled          INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
            allowed_callbacks TEXT NOT NULL,
            created_at        REAL NOT NULL
        ) STRICT;

        CREATE TABLE secrets (
            id         INTEGER PRIMARY KEY AUTOINCREMENT,
            client_id  TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
            secret     TEXT NOT NULL,
            created_at REAL NOT NULL
        ) STRICT;
        CREATE INDEX secrets_of_client ON secrets (client_id, id);

        CREATE TABLE batches (
            row_id       INTEGER PRIMARY KEY AUTOINCREMENT,
            batch_id     TEXT NOT NULL UNIQUE,
            client_id    TEXT NOT NULL REFERENCES clients (client_id),
            state        TEXT NOT NULL DEFAULT 'queued'
                         CHECK (state IN ('queued', 'running', 'completed', 'failed')),
            total        INTEGER NOT NULL CHECK (total > 0),
            created_at   REAL NOT NULL,
            completed_at REAL,
            webhook_id   TEXT NOT NULL UNIQUE,
            callback_url TEXT,
            CHECK ((state IN ('completed', 'failed')) = (completed_at IS NOT NULL))
        ) STRICT;
        CREATE INDEX batches_of_client ON batches (client_id, row_id);

        CREATE TABLE consultations (
            row_id          INTEGER PRIMARY KEY AUTOINCREMENT,
            batch_id        TEXT NOT NULL REFERENCES batches (batch_id) ON DELETE CASCADE,
            position        INTEGER NOT NULL,
            consultation_id TEXT NOT NULL,
            state           TEXT NOT NULL DEFAULT 'pending'
                            CHECK (state IN ('pending', 'running', 'done', 'failed')),
            attempts        INTEGER NOT NULL DEFAULT 0,
            lease_token     TEXT,
            lease_until     REAL,
            characters      INTEGER NOT NULL,
            created_at      REAL NOT NULL,
            ended_at        REAL,
            processing_time REAL,
            error_code      TEXT,
            error_detail    TEXT,
            metadata        TEXT NOT NULL,
            result          TEXT,
            transcript      TEXT NOT NULL,
            UNIQUE (batch_id, position),
            UNIQUE (batch_id, consultation_id),
            CHECK ((state = 'running') = (lease_token IS NOT NULL)),
            CHECK ((state = 'running') = (lease_until IS NOT NULL)),
            CHECK ((state = 'done') = (result IS NOT NULL)),
            CHECK ((state = 'failed') = (error_code IS NOT NULL))
        ) STRICT;
        CREATE INDEX consultations_open
            ON consultations (row_id, state, lease_until, characters, created_at, attempts)
            WHERE state IN ('pending', 'running');

        CREATE TABLE idempotency (
            client_id   TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
            key         TEXT NOT NULL,
            body_sha256 TEXT NOT NULL,
            batch_id    TEXT NOT NULL REFERENCES batches (batch_id) ON DELETE CASCADE,
            created_at  REAL NOT NULL,
            PRIMARY KEY (client_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_age ON idempotency (created_at);
        CREATE INDEX idempotency_of_batch ON idempotency (batch_id);

        CREATE TABLE outbox (
            id              INTEGER PRIMARY KEY AUTOINCREMENT,
            batch_id        TEXT NOT NULL UNIQUE REFERENCES batches (batch_id) ON DELETE CASCADE,
            webhook_id      TEXT NOT NULL UNIQUE,
            url             TEXT NOT NULL,
            state           TEXT NOT NULL DEFAULT 'pending'
                            CHECK (state IN ('pending', 'delivered', 'dead')),
            attempts        INTEGER NOT NULL DEFAULT 0,
            next_attempt_at REAL NOT NULL,
            lease_until     REAL,
            last_status     INTEGER,
            last_error      TEXT,
            created_at      REAL NOT NULL,
            delivered_at    REAL
        ) STRICT;
        CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 'pending';

        CREATE TABLE runs (
            run_id      INTEGER PRIMARY KEY AUTOINCREMENT,
            trigger     TEXT NOT NULL,
            started_at  REAL NOT NULL,
            finished_at REAL,
            counts      TEXT NOT NULL DEFAULT '{}'
        ) STRICT;
        """
    )


@migrations(name="0002_crashes")
def _crashes(db: Database) -> None:
    db.execute("ALTER TABLE consultations ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0")


@migrations(name="0003_retention")
def _retention(db: Database) -> None:
    # A callback that was given up before this column existed counts from the upgrade: there is
    # still time to send it again.
    db.executescript(
        """
        ALTER TABLE batches ADD COLUMN transcripts_removed_at REAL;
        ALTER TABLE batches ADD COLUMN results_removed_at REAL;
        CREATE INDEX batches_with_transcripts ON batches (completed_at)
            WHERE transcripts_removed_at IS NULL;
        CREATE INDEX batches_with_results ON batches (completed_at)
            WHERE results_removed_at IS NULL;

        ALTER TABLE outbox ADD COLUMN dead_at REAL;
        UPDATE outbox SET dead_at = CAST(strftime('%s', 'now') AS REAL) WHERE state = 'dead';

        CREATE TABLE retention (
            id                   INTEGER PRIMARY KEY CHECK (id = 1),
            trusted_at           REAL NOT NULL,
            seen_at              REAL NOT NULL,
            steady_since         REAL,
            compaction_wanted_at REAL,
            compacted_at         REAL
        ) STRICT;
        """
    )


@migrations(name="0004_call_date")
def _call_date(db: Database) -> None:
    db.execute("ALTER TABLE consultations ADD COLUMN call_date TEXT")


@migrations(name="0005_asks")
def _asks(db: Database) -> None:
    # No text: what is in it is kept as long as the record of a batch.
    db.executescript(
        """
        CREATE INDEX consultations_by_id ON consultations (consultation_id, row_id);

        CREATE TABLE feedback (
            client_id TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
            what      TEXT NOT NULL CHECK (what IN ('ask', 'summary', 'record')),
            subject   TEXT NOT NULL,
            liked     INTEGER NOT NULL CHECK (liked IN (0, 1)),
            reason    TEXT NOT NULL,
            at        REAL NOT NULL,
            PRIMARY KEY (client_id, what, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX feedback_age ON feedback (at);
        """
    )


@migrations(name="0006_audit")
def _audit(db: Database) -> None:
    # audit_start: the id and hash of the last row that retention removed.
    db.executescript(
        """
        CREATE TABLE audit (
            id        INTEGER PRIMARY KEY AUTOINCREMENT,
            at        REAL NOT NULL,
            operator  TEXT,
            address   TEXT,
            action    TEXT NOT NULL,
            client_id TEXT,
            subject   TEXT,
            detail    TEXT NOT NULL,
            hash      TEXT NOT NULL
        ) STRICT;
        CREATE TABLE audit_start (
            id              INTEGER PRIMARY KEY CHECK (id = 1),
            removed_through INTEGER NOT NULL,
            hash            TEXT NOT NULL
        ) STRICT;
        INSERT INTO audit_start (id, removed_through, hash)
            VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

        CREATE TRIGGER audit_stays_as_written BEFORE UPDATE ON audit
        BEGIN
            SELECT RAISE(ABORT, 'rows of the audit are never changed');
        END;
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        WHEN OLD.id > (SELECT removed_through FROM audit_start)
        BEGIN
            SELECT RAISE(ABORT, 'only retention removes rows of the audit');
        END;
        CREATE TRIGGER audit_start_only_moves_on BEFORE UPDATE ON audit_start
        WHEN NEW.removed_through < OLD.removed_through
        BEGIN
            SELECT RAISE(ABORT, 'the audit does not begin earlier again');
        END;
        CREATE TRIGGER audit_start_is_kept BEFORE DELETE ON audit_start
        BEGIN
            SELECT RAISE(ABORT, 'the audit has a beginning');
        END;
        """
    )


@migrations(name="0007_allowed_from")
def _allowed_from(db: Database) -> None:
    db.execute("ALTER TABLE clients ADD COLUMN allowed_from TEXT NOT NULL DEFAULT '[]'")


@migrations(name="0008_key_version")
def _key_version(db: Database) -> None:
    db.execute(
        "ALTER TABLE clients ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1"
        " CHECK (key_version IN (1, 2))"
    )


@migrations(name="0009_people")
def _people(db: Database) -> None:
    # used_at is written at most once a minute. The token itself is nowhere.
    db.executescript(
        """
        CREATE TABLE operators (
            name         TEXT PRIMARY KEY,
            client_id    TEXT REFERENCES clients (client_id) ON DELETE CASCADE,
            role         TEXT NOT NULL CHECK (role IN ('agent', 'lead', 'admin')),
            password     TEXT NOT NULL,
            display      TEXT NOT NULL,
            extension    TEXT NOT NULL DEFAULT '',
            disabled     INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
            must_change  INTEGER NOT NULL DEFAULT 1 CHECK (must_change IN (0, 1)),
            failed       INTEGER NOT NULL DEFAULT 0,
            locked_until REAL NOT NULL DEFAULT 0,
            created_at   REAL NOT NULL,
            CHECK ((role = 'admin') OR (client_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX operators_of_client ON operators (client_id, extension);

        CREATE TABLE web_sessions (
            token_sha256 TEXT PRIMARY KEY,
            operator     TEXT NOT NULL REFERENCES operators (name) ON DELETE CASCADE,
            address      TEXT NOT NULL,
            created_at   REAL NOT NULL,
            used_at      REAL NOT NULL,
            proved_at    REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX web_sessions_of_operator ON web_sessions (operator);
        """
    )


@migrations(name="0010_reviews")
def _reviews(db: Database) -> None:
    # Texts are removed with the transcript, the figures with the record. row_id: the consultation
    # whose analysis a draft of a record shows. changed: 0 to 1. scores: of analyses, beside the
    # consultations because their texts are long.
    db.executescript(
        """
        CREATE TABLE drafts (
            draft_id        TEXT PRIMARY KEY,
            client_id       TEXT NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
            consultation_id TEXT NOT NULL,
            row_id          INTEGER,
            operator        TEXT,
            kind            TEXT NOT NULL CHECK (kind IN ('summary', 'record')),
            model           TEXT NOT NULL,
            release         TEXT NOT NULL,
            status          TEXT NOT NULL,
            score           REAL,
            flags           TEXT NOT NULL,
            created_at      REAL NOT NULL,
            content         TEXT
        ) STRICT;
        CREATE INDEX drafts_of_consultation ON drafts (client_id, consultation_id, created_at);
        CREATE INDEX drafts_age ON drafts (created_at);
        CREATE INDEX drafts_with_text ON drafts (created_at) WHERE content IS NOT NULL;

        CREATE TABLE reviews (
            draft_id        TEXT PRIMARY KEY REFERENCES drafts (draft_id) ON DELETE CASCADE,
            operator        TEXT,
            changed         REAL NOT NULL CHECK (changed BETWEEN 0 AND 1),
            material        INTEGER NOT NULL CHECK (material IN (0, 1)),
            dropped         TEXT NOT NULL,
            copied          INTEGER NOT NULL CHECK (copied IN (0, 1)),
            seconds         REAL NOT NULL,
            at              REAL NOT NULL,
            content         TEXT
        ) STRICT;
        CREATE INDEX reviews_age ON reviews (at);
        CREATE INDEX audit_age ON audit (at);
        CREATE INDEX reviews_with_text ON reviews (at) WHERE content IS NOT NULL;

        CREATE TABLE scores (
            row_id INTEGER PRIMARY KEY REFERENCES consultations (row_id) ON DELETE CASCADE,
            score  REAL NOT NULL,
            flags  TEXT NOT NULL
        ) STRICT;
        INSERT INTO scores (row_id, score, flags)
            SELECT row_id, result ->> '$.quality_score',
                COALESCE(result ->> '$.quality.flags', '[]')
            FROM consultations
            WHERE state = 'done' AND result ->> '$.quality_score' IS NOT NULL;
        """
    )


@migrations(name="0011_wanted")
def _wanted(db: Database) -> None:
    # Whose call it was, and that somebody waits for the record: it does not wait for its batch.
    db.executescript(
        """
        ALTER TABLE consultations ADD COLUMN operator TEXT;
        ALTER TABLE consultations ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0
            CHECK (wanted IN (0, 1));
        CREATE INDEX consultations_wanted ON consultations (row_id)
            WHERE wanted = 1 AND state IN ('pending', 'running');

        -- What a list of consultations is filtered by, without a look at their texts.
        CREATE INDEX consultations_listed ON consultations (batch_id, position, state, operator);
        """
    )


@migrations(name="0012_spending")
def _spending(db: Database) -> None:
    # Daily sums of what the box did and used, and how far each counter was read. No row is about a
    # call. A day is the box's own (``2026-11-27``).
    db.executescript(
        """
        CREATE TABLE spending (
            day    TEXT NOT NULL,
            what   TEXT NOT NULL,
            role   TEXT NOT NULL,
            kind   TEXT NOT NULL,
            class  TEXT NOT NULL,
            client TEXT NOT NULL,
            amount REAL NOT NULL CHECK (amount >= 0),
            PRIMARY KEY (day, what, role, kind, class, client)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE spending_read (
            source  TEXT PRIMARY KEY,
            started REAL NOT NULL,
            totals  TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )


# The file carries this number as its user_version: a newer file is refused.
SCHEMA_VERSION = 12


def apply(db: Database) -> list[str]:
    """Apply the missing steps in the caller's transaction and return their names in order."""
    names = [migration.name for migration in migrations.pending(db)]
    if names:
        migrations.apply(db)
        db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
    return names
