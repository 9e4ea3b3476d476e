-- What is published: the parts of a document that are no findings, bulletins, and comments on them.

-- Parts of a document and what stands below them that is no finding: responsibility, next steps.
CREATE TABLE source_section (
  source_id @int64 NOT NULL REFERENCES source (id),
  n         @int64 NOT NULL,
  level     @int64 NOT NULL,           -- 1: a part, 2: a section of the part before it
  role      @text NOT NULL,            -- of its part: responsibility findings long_term next_steps ...
  mark      @text NOT NULL,            -- as printed
  title     @text NOT NULL,
  body      @text NOT NULL,
  PRIMARY KEY (source_id, n)
);

CREATE TABLE bulletin (
  id               @id,
  no               @text NOT NULL UNIQUE, -- TB-2026-001
  source_id        @int64 NOT NULL REFERENCES source (id),
  title            @text NOT NULL,
  unit_id          @int64 NOT NULL REFERENCES unit (id),
  label            @int64 NOT NULL,    -- of its draft; what is released is public
  state            @text NOT NULL,     -- draft submitted released published closed withdrawn
  window_from      @date,
  window_to        @date,              -- as stated; counted when nobody states it
  window_days      @int64 NOT NULL,
  window_first_day @bool NOT NULL,     -- counted with the first day
  signatory        @text NOT NULL,
  signed           @date,
  contacts         @text NOT NULL,     -- JSON list of {kind, value, hours}
  version          @int64 NOT NULL,    -- last frozen one, 0: none
  postponed        @int64 NOT NULL,    -- times
  postpone_reason  @text NOT NULL,
  released_by      @int64,
  released_at      @time,
  published_on     @date,
  closed_on        @date,
  withdrawn_on     @date,
  withdraw_reason  @text NOT NULL,
  summary          @text NOT NULL,     -- JSON: counts of the comments when the window ended
  last_block       @int64 NOT NULL,
  created_at       @time NOT NULL,
  created_by       @int64 NOT NULL,
  changed_seq      @int64 NOT NULL
);
CREATE INDEX bulletin_state ON bulletin (state, id);
CREATE INDEX bulletin_source ON bulletin (source_id, id);

-- The text as it stands: what is shown in the order of sort.
CREATE TABLE bulletin_block (
  bulletin_id @int64 NOT NULL REFERENCES bulletin (id),
  n           @int64 NOT NULL,
  sort        @int64 NOT NULL,
  kind        @text NOT NULL,          -- opening part section item point
  role        @text NOT NULL,          -- of its part
  title       @text NOT NULL,
  body        @text NOT NULL,
  finding_id  @int64,
  is_withheld @bool NOT NULL,          -- kept back, with the reason
  reason      @text NOT NULL,
  changed_seq @int64 NOT NULL,
  PRIMARY KEY (bulletin_id, n)
);
CREATE INDEX bulletin_block_sort ON bulletin_block (bulletin_id, sort, n);

-- Frozen when it is handed in for release: exactly this is released.
CREATE TABLE bulletin_version (
  id          @id,
  bulletin_id @int64 NOT NULL REFERENCES bulletin (id),
  n           @int64 NOT NULL,
  content     @text NOT NULL,          -- JSON: head, blocks, figures
  sha256      @text NOT NULL,          -- of content
  made_by     @int64 NOT NULL,
  made_at     @time NOT NULL,
  UNIQUE (bulletin_id, n)
);

-- Who wrote in it, and so may not release it.
CREATE TABLE bulletin_hand (
  bulletin_id @int64 NOT NULL REFERENCES bulletin (id),
  account_id  @int64 NOT NULL,
  first_on    @date NOT NULL,
  PRIMARY KEY (bulletin_id, account_id)
);

-- Parameters of publishing, one row; without it the program's own hold (loop/bulletin.h).
CREATE TABLE bulletin_rules (
  id               @int64 PRIMARY KEY, -- 1
  window_days      @int64 NOT NULL,
  window_first_day @bool NOT NULL,
  ack_days         @int64 NOT NULL,    -- working days until a comment is looked at
  answer_days      @int64 NOT NULL,    -- working days until it is answered
  label_max        @int64 NOT NULL,    -- findings above this label never stand in a bulletin
  forbidden        @text NOT NULL,     -- words, one a line
  changed_seq      @int64 NOT NULL
);

-- What the public says about a bulletin.  The row and the events hold no word of it: what was written lies sealed in
-- comment_store under its digest, and is wiped there when a lead has been handed over (docs/decisions/0014-comments-apart.md).
CREATE TABLE comment (
  id             @id,
  no             @text NOT NULL UNIQUE, -- YJ-2026-0001
  title          @text NOT NULL,       -- of lists and waits: says nothing of the content
  bulletin_id    @int64 NOT NULL REFERENCES bulletin (id),
  channel        @text NOT NULL,       -- form phone post email
  unit_id        @int64 NOT NULL REFERENCES unit (id),
  label          @int64 NOT NULL,
  source_id      @int64 NOT NULL,
  received_on    @date NOT NULL,
  receipt_sha256 @text NOT NULL UNIQUE, -- of the receipt number, which only the sender knows
  sha256         @text NOT NULL,       -- of what lies in comment_store
  has_contact    @bool NOT NULL,
  chars          @int64 NOT NULL,
  state          @text NOT NULL,       -- new accepted answered refused lead wiped
  kind           @text NOT NULL,       -- "" advice question not_done praise
  finding_id     @int64,
  check_id       @int64,
  ack_due        @date NOT NULL,
  answer_due     @date NOT NULL,
  accepted_on    @date,
  answered_on    @date,
  answer         @text NOT NULL,
  reason         @text NOT NULL,       -- why it was refused
  lead_no        @text NOT NULL,       -- XS-2026-0001
  lead_to        @text NOT NULL,
  lead_on        @date,
  lead_receipt   @text NOT NULL,
  wiped_on       @date,
  changed_seq    @int64 NOT NULL
);
CREATE INDEX comment_bulletin ON comment (bulletin_id, id);
CREATE INDEX comment_state ON comment (state, id);
CREATE INDEX comment_finding ON comment (finding_id) WHERE finding_id IS NOT NULL;

-- local: comment_store
CREATE TABLE comment_store (
  sha256  @text PRIMARY KEY,           -- of sealed
  sealed  @text NOT NULL,              -- hex, see text/seal.h: {"text", "name", "contact"}
  kept_at @time NOT NULL
);

-- Forms that were sent: each is good once.
-- local: comment_form
CREATE TABLE comment_form (
  nonce   @text PRIMARY KEY,
  used_at @time NOT NULL
);
