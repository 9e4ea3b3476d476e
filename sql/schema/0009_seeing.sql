-- What boards and home pages need beside the loop's own tables.

-- Who set in motion what now waits: the account of the event that began the wait.
ALTER TABLE wait ADD COLUMN asked_by @int64 NOT NULL DEFAULT 0;
CREATE INDEX wait_asked ON wait (asked_by, due_key, id);

-- Waiting for a decision or an answer: boards show where and how long.  Work that simply goes on until its date is not waiting.
CREATE INDEX wait_board ON wait (what, since, unit_id, label, source_id) WHERE what <> 'work_task';
CREATE INDEX wait_since ON wait (since, id) WHERE what <> 'work_task';

-- Addresses under which a calendar program fetches somebody's dates.  The address itself is nowhere stored.
CREATE TABLE feed (
  id         @id,
  account_id @int64 NOT NULL REFERENCES account (id),
  token_hash @text NOT NULL UNIQUE,     -- SHA-256, hex
  created_at @time NOT NULL,
  is_closed  @bool NOT NULL
);
CREATE INDEX feed_account ON feed (account_id, id);
