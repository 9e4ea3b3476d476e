-- Ground floor: events, organisation, access, documents, register, search.
-- Type words are spelled for each engine by the migrator: @id @int64 @bool @time @date @text.
-- Ids are the sequence number of the event that made the row, so one id names one thing in the whole database.

-- ---- events -------------------------------------------------------------------------------------------------
CREATE TABLE event (
  seq        @id,
  chain      @int64 NOT NULL,          -- 0: the organisation and the program; else the id of a source
  chain_seq  @int64 NOT NULL,          -- 1, 2, 3 ... within the chain, without a gap
  at         @time NOT NULL,
  actor      @int64 NOT NULL,          -- account id; 0: the program itself
  kind       @text NOT NULL,
  subject    @int64 NOT NULL,          -- the thing whose time line shows this event
  body       @text NOT NULL,           -- JSON map, as written at the time
  reason     @text NOT NULL,
  prev_hash  @text NOT NULL,           -- hash of the event before it in the chain, "" for the first
  hash       @text NOT NULL,           -- SHA-256, hex; see record/chain.h for what it covers
  UNIQUE (chain, chain_seq)
);
CREATE INDEX event_subject ON event (subject, seq);
CREATE INDEX event_at ON event (at);

CREATE TABLE chain (
  id         @id,
  last_seq   @int64 NOT NULL,
  last_hash  @text NOT NULL,
  last_event @int64 NOT NULL           -- seq of the newest event; pages use it as their ETag
);

-- ---- organisation -------------------------------------------------------------------------------------------
CREATE TABLE unit (
  id            @id,
  parent_id     @int64 REFERENCES unit (id),
  code          @text NOT NULL UNIQUE,
  name          @text NOT NULL,
  short_name    @text NOT NULL,
  uscc          @text NOT NULL,        -- GB 32100 code or ""
  kind          @text NOT NULL,
  mgmt_level    @int64 NOT NULL,
  legal_level   @int64 NOT NULL,
  sector        @text NOT NULL,
  core_business @text NOT NULL,
  valid_from    @date NOT NULL,
  valid_to      @date,                 -- last day, null: open
  sort_no       @int64 NOT NULL,
  sort_key      @text NOT NULL,        -- pinyin order
  pinyin        @text NOT NULL,
  changed_seq   @int64 NOT NULL
);
CREATE INDEX unit_parent ON unit (parent_id, sort_no, id);

-- Every pair (ancestor, unit), also (unit, unit) with depth 0, of the tree as it is now.
CREATE TABLE unit_anc (
  ancestor @int64 NOT NULL REFERENCES unit (id),
  unit     @int64 NOT NULL REFERENCES unit (id),
  depth    @int64 NOT NULL,
  PRIMARY KEY (ancestor, unit)
);
CREATE INDEX unit_anc_unit ON unit_anc (unit, depth);

-- Where a unit stood in the tree, with dates: the history behind unit.parent_id.
CREATE TABLE unit_tenure (
  unit_id    @int64 NOT NULL REFERENCES unit (id),
  parent_id  @int64 REFERENCES unit (id),
  valid_from @date NOT NULL,
  valid_to   @date,
  PRIMARY KEY (unit_id, valid_from)
);

CREATE TABLE person (
  id          @id,
  name        @text NOT NULL,
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  title       @text NOT NULL,
  party_post  @text NOT NULL,
  portfolio   @text NOT NULL,
  email       @text NOT NULL,
  phone       @text NOT NULL,
  sort_key    @text NOT NULL,
  pinyin      @text NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX person_unit ON person (unit_id, sort_key);

-- ---- access -------------------------------------------------------------------------------------------------
CREATE TABLE account (
  id          @id,
  login       @text NOT NULL UNIQUE,
  name        @text NOT NULL,
  person_id   @int64 REFERENCES person (id),
  is_disabled @bool NOT NULL,
  changed_seq @int64 NOT NULL
);

CREATE TABLE role_grant (
  id         @id,
  account_id @int64 NOT NULL REFERENCES account (id),
  role       @text NOT NULL,
  unit_id    @int64 NOT NULL REFERENCES unit (id),
  clearance  @int64 NOT NULL           -- 0 public, 1 internal, 2 work secret
);
CREATE INDEX role_grant_account ON role_grant (account_id);

-- What each role may do; a copy of data/roles.def, written when the program starts.
-- local: role_permission
CREATE TABLE role_permission (
  role @text NOT NULL,
  perm @int64 NOT NULL,
  PRIMARY KEY (role, perm)
);

-- Derived from role_grant, role_permission and unit_anc: what an account may do where, up to which label.
-- local: user_scope
CREATE TABLE user_scope (
  user_id   @int64 NOT NULL,
  perm      @int64 NOT NULL,
  unit_id   @int64 NOT NULL,
  clearance @int64 NOT NULL,
  PRIMARY KEY (user_id, perm, unit_id)
);
CREATE INDEX user_scope_unit ON user_scope (unit_id);

-- local: credential
CREATE TABLE credential (
  account_id    @id,
  password_hash @text NOT NULL,
  must_change   @bool NOT NULL,
  failed_count  @int64 NOT NULL,
  locked_until  @time NOT NULL,
  changed_at    @time NOT NULL
);

-- local: session
CREATE TABLE session (
  token_hash @text NOT NULL PRIMARY KEY, -- SHA-256 of the cookie; the cookie itself is nowhere stored
  account_id @int64 NOT NULL,
  csrf       @text NOT NULL,
  created_at @time NOT NULL,
  seen_at    @time NOT NULL,
  remote     @text NOT NULL,
  agent      @text NOT NULL
);
CREATE INDEX session_account ON session (account_id);

-- ---- documents ----------------------------------------------------------------------------------------------
CREATE TABLE stored_file (
  id          @id,
  sha256      @text NOT NULL UNIQUE,
  name        @text NOT NULL,
  media_type  @text NOT NULL,
  size        @int64 NOT NULL,
  stored_at   @time NOT NULL
);

-- A document that was read and is being confirmed.
CREATE TABLE draft (
  id           @id,
  file_sha256  @text NOT NULL,
  file_name    @text NOT NULL,
  draft_sha256 @text NOT NULL,         -- stored file with the draft as first read
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,
  title        @text NOT NULL,
  kind         @text NOT NULL,         -- of the source to be; "": by the text
  state        @text NOT NULL,         -- open, confirmed, discarded
  source_id    @int64,
  op_count     @int64 NOT NULL,        -- ops in force
  created_at   @time NOT NULL,
  created_by   @int64 NOT NULL,
  changed_seq  @int64 NOT NULL
);
CREATE INDEX draft_state ON draft (state, id);

-- The edits of a draft in order; those with n > draft.op_count were undone and may be done again.
CREATE TABLE draft_op (
  draft_id @int64 NOT NULL REFERENCES draft (id),
  n        @int64 NOT NULL,
  op       @text NOT NULL,
  PRIMARY KEY (draft_id, n)
);

CREATE TABLE source (
  id             @id,
  no             @text NOT NULL UNIQUE,  -- LY-2026-003
  kind           @text NOT NULL,         -- inspection audit thematic democratic_life self_check directive comment alert other
  doc_kind       @text NOT NULL,         -- what the document is: feedback, progress_bulletin, audit_report ...
  title          @text NOT NULL,
  issuer         @text NOT NULL,
  inspector      @text NOT NULL,
  inspected_body @text NOT NULL,
  inspected_from @date,
  inspected_to   @date,
  fed_back       @date,
  signatory      @text NOT NULL,
  signed         @date,
  publicity_from @date,
  publicity_to   @date,
  publicity_days @int64,
  publicity_first_day @bool,             -- counted with the first day
  contacts       @text NOT NULL,         -- JSON list
  unit_id        @int64 NOT NULL REFERENCES unit (id),
  label          @int64 NOT NULL,
  file_sha256    @text NOT NULL,         -- "" when registered by hand
  file_name      @text NOT NULL,
  finding_count  @int64 NOT NULL,
  last_item_no   @int64 NOT NULL,        -- numbers are never used again
  created_at     @time NOT NULL,
  created_by     @int64 NOT NULL,
  changed_seq    @int64 NOT NULL
);
CREATE INDEX source_changed ON source (changed_seq);

-- The document's paragraphs, so that every finding can show the place it was read from.
CREATE TABLE source_paragraph (
  source_id @int64 NOT NULL REFERENCES source (id),
  n         @int64 NOT NULL,
  place     @text NOT NULL,
  role      @text NOT NULL,
  text      @text NOT NULL,              -- cleaned
  raw       @text NOT NULL,              -- "" when equal to text
  dropped   @text NOT NULL,              -- reason when dropped or not understood, else ""
  PRIMARY KEY (source_id, n)
);

-- ---- register -----------------------------------------------------------------------------------------------
CREATE TABLE aspect (
  id        @id,
  source_id @int64 NOT NULL REFERENCES source (id),
  no        @int64 NOT NULL,
  title     @text NOT NULL
);
CREATE INDEX aspect_source ON aspect (source_id, no);

CREATE TABLE finding (
  id             @id,
  source_id      @int64 NOT NULL REFERENCES source (id),
  item_no        @int64 NOT NULL,        -- within the source
  no             @text NOT NULL UNIQUE,  -- LY-2026-003-017
  mark           @text NOT NULL,         -- as printed: "4."
  aspect_id      @int64 REFERENCES aspect (id),
  title          @text NOT NULL,
  facts          @text NOT NULL,
  phase          @text NOT NULL,         -- immediate concentrated long_term
  nature         @text NOT NULL,         -- "" individual common mechanism legacy
  severity       @text NOT NULL,         -- "" general serious major
  status         @text NOT NULL,         -- registered ...; overdue and hung are computed, never stored
  status_stated  @text NOT NULL,         -- as the document says it
  amount_fen     @int64,
  amount_key     @int64 NOT NULL,       -- amount_fen, -1 when not stated: sorts and pages the list
  responsible    @text NOT NULL,         -- as the document says it
  unit_id        @int64 NOT NULL REFERENCES unit (id),
  label          @int64 NOT NULL,
  due            @date,
  due_key        @text NOT NULL,        -- due, 9999-12-31 when there is none: sorts and pages the list
  due_stated     @text NOT NULL,
  paragraph_from @int64,
  paragraph_to   @int64,
  measure_count  @int64 NOT NULL,
  created_at     @time NOT NULL,
  created_by     @int64 NOT NULL,
  changed_at     @time NOT NULL,
  changed_seq    @int64 NOT NULL,
  rev            @int64 NOT NULL
);
CREATE INDEX finding_source ON finding (source_id, item_no);
CREATE INDEX finding_due ON finding (due_key, id);
CREATE INDEX finding_unit_due ON finding (unit_id, due_key, id);
CREATE INDEX finding_status_due ON finding (status, due_key, id);
CREATE INDEX finding_phase_due ON finding (phase, due_key, id);
-- Most findings have none of these, so the indexes hold few rows and cost little.
CREATE INDEX finding_nature_due ON finding (nature, due_key, id) WHERE nature <> '';
CREATE INDEX finding_label_due ON finding (label, due_key, id) WHERE label <> 1;
CREATE INDEX finding_severity_due ON finding (severity, due_key, id) WHERE severity <> '';
CREATE INDEX finding_changed ON finding (changed_seq);
CREATE INDEX finding_amount ON finding (amount_key, id);

-- A finding as each source issued it; one finding may stand in several sources and is counted once.
CREATE TABLE source_item (
  id         @id,
  source_id  @int64 NOT NULL REFERENCES source (id),
  finding_id @int64 NOT NULL REFERENCES finding (id),
  other_id   @int64 REFERENCES finding (id), -- same_matter: the finding that the other source was registered as, if it was
  relation   @text NOT NULL,             -- issued same_matter
  title      @text NOT NULL,
  text       @text NOT NULL,
  paragraph_from @int64,
  paragraph_to   @int64
);
CREATE INDEX source_item_finding ON source_item (finding_id, id);
CREATE INDEX source_item_source ON source_item (source_id, id);

CREATE TABLE measure (
  id          @id,
  finding_id  @int64 NOT NULL REFERENCES finding (id),
  no          @int64 NOT NULL,
  text        @text NOT NULL,
  is_derived  @bool NOT NULL,            -- split off by the program, not marked in the document
  phase       @text NOT NULL,
  due         @date,
  paragraph   @int64,
  changed_seq @int64 NOT NULL
);
CREATE INDEX measure_finding ON measure (finding_id, no);

-- A number that the document states, with its unit and what it counts.
CREATE TABLE figure (
  id         @id,
  finding_id @int64 NOT NULL REFERENCES finding (id),
  label      @text NOT NULL,
  value      @int64 NOT NULL,            -- divided by 10^scale
  scale      @int64 NOT NULL,
  unit       @text NOT NULL,
  text       @text NOT NULL
);
CREATE INDEX figure_finding ON figure (finding_id, id);

-- ---- search -------------------------------------------------------------------------------------------------
CREATE TABLE search_doc (
  id      @id,
  kind    @text NOT NULL,                -- finding source unit person measure
  target  @int64 NOT NULL,               -- what a hit leads to
  unit_id @int64 NOT NULL,
  label   @int64 NOT NULL,
  title   @text NOT NULL,
  body    @text NOT NULL
);
CREATE INDEX search_doc_target ON search_doc (target);
-- @sqlite
CREATE VIRTUAL TABLE search_fts USING fts5 (tokens, content = '', detail = none, columnsize = 0, tokenize = "unicode61 remove_diacritics 0");
-- @postgres
ALTER TABLE search_doc ADD COLUMN tokens tsvector NOT NULL DEFAULT '';
CREATE INDEX search_doc_tokens ON search_doc USING gin (tokens);
CREATE SEQUENCE event_seq;
-- @end

-- ---- convenience of users -----------------------------------------------------------------------------------
CREATE TABLE saved_view (
  id         @id,
  account_id @int64 NOT NULL REFERENCES account (id),
  page       @text NOT NULL,
  name       @text NOT NULL,
  query      @text NOT NULL,
  UNIQUE (account_id, page, name)
);

CREATE TABLE import_mapping (
  signature @text NOT NULL PRIMARY KEY,  -- digest of the header row
  mapping   @text NOT NULL,              -- JSON
  changed_seq @int64 NOT NULL
);

-- Long work with a page of its own: reading a document, import, export.
-- local: job
CREATE TABLE job (
  id          @id,
  kind        @text NOT NULL,
  state       @text NOT NULL,            -- waiting running done failed cancelled
  account_id  @int64 NOT NULL,
  input       @text NOT NULL,            -- JSON
  result      @text NOT NULL,            -- JSON
  done_count  @int64 NOT NULL,
  total_count @int64 NOT NULL,
  created_at  @time NOT NULL,
  changed_at  @time NOT NULL
);
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_account ON job (account_id, id);
