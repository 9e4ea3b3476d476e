-- Closing: review chains and cases, certificates, the two clocks, look-backs.

-- ---- chains of review ---------------------------------------------------------------------------------------
-- One row for each version; a case keeps the version that it began with.
CREATE TABLE review_chain (
  id          @id,
  root_id     @int64 NOT NULL,         -- id of its first version
  version     @int64 NOT NULL,
  purpose     @text NOT NULL,          -- close long_term reopen task plan
  source_kind @text NOT NULL,          -- "": sources of all kinds
  source_id   @int64 NOT NULL,         -- 0: all sources
  unit_id     @int64 NOT NULL REFERENCES unit (id), -- holds for findings of this unit and below
  name        @text NOT NULL,
  is_current  @bool NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX review_chain_purpose ON review_chain (purpose, is_current, unit_id);
CREATE INDEX review_chain_root ON review_chain (root_id, version);

CREATE TABLE review_chain_step (
  chain_id   @int64 NOT NULL REFERENCES review_chain (id),
  n          @int64 NOT NULL,          -- 1, 2, 3: the order
  title      @text NOT NULL,
  mode       @text NOT NULL,           -- self (signed with the request) any all vote
  threshold  @int64 NOT NULL,          -- of a vote: so many agree, or so many send it back
  limit_days @int64 NOT NULL,          -- working days
  PRIMARY KEY (chain_id, n)
);

-- Who signs a step: a role held for the finding's unit (or for unit_id), who has a duty of the finding, a post, a team, a person.
CREATE TABLE review_chain_signer (
  chain_id @int64 NOT NULL REFERENCES review_chain (id),
  step_n   @int64 NOT NULL,
  signer_n @int64 NOT NULL,
  kind     @text NOT NULL,             -- role duty post team person
  ref      @text NOT NULL,             -- name of the role or duty, else ""
  ref_id   @int64 NOT NULL,            -- id of post, team, person; of a role: the unit, 0: the finding's
  label    @text NOT NULL,             -- whose countersignature it is: discipline hr audit finance, or ""
  PRIMARY KEY (chain_id, step_n, signer_n)
);

-- ---- cases --------------------------------------------------------------------------------------------------
CREATE TABLE review (
  id           @id,
  purpose      @text NOT NULL,
  subject_kind @text NOT NULL,         -- finding measure task
  subject_id   @int64 NOT NULL,
  finding_id   @int64 NOT NULL REFERENCES finding (id),
  cycle_id     @int64 NOT NULL REFERENCES cycle (id),
  source_id    @int64 NOT NULL,
  chain_id     @int64 NOT NULL REFERENCES review_chain (id),
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,
  no           @text NOT NULL,
  title        @text NOT NULL,
  state        @text NOT NULL,         -- open approved returned rejected withdrawn
  step_n       @int64 NOT NULL,
  step_count   @int64 NOT NULL,
  step_title   @text NOT NULL,
  step_since   @time NOT NULL,
  step_due     @date NOT NULL,
  due_key      @text NOT NULL,         -- step_due while it is open, else 9999-12-31
  asked        @text NOT NULL,         -- JSON: what is asked for; see loop/closing.c, loop/long_term.c
  pledge       @text NOT NULL,
  pledge_by    @text NOT NULL,         -- who signed it, by name and post
  opened_at    @time NOT NULL,
  opened_by    @int64 NOT NULL,
  ended_at     @time,
  changed_seq  @int64 NOT NULL,
  rev          @int64 NOT NULL
);
CREATE INDEX review_subject ON review (subject_kind, subject_id, id);
CREATE INDEX review_finding ON review (finding_id, id);
CREATE INDEX review_unit ON review (unit_id, due_key, id);
CREATE INDEX review_due ON review (due_key, id);
CREATE INDEX review_source ON review (source_id, id);

-- Places to sign, of the steps that have begun.
CREATE TABLE review_slot (
  id         @id,                      -- of the event that began the step, times 16, plus its place
  review_id  @int64 NOT NULL REFERENCES review (id),
  step_n     @int64 NOT NULL,
  actor_kind @text NOT NULL,
  actor_id   @int64 NOT NULL,
  label      @text NOT NULL,
  claimed_by @int64,                   -- account
  claimed_at @time,
  is_signed  @bool NOT NULL
);
CREATE INDEX review_slot_review ON review_slot (review_id, step_n);

CREATE TABLE review_sign (
  id         @id,
  review_id  @int64 NOT NULL REFERENCES review (id),
  step_n     @int64 NOT NULL,
  step_title @text NOT NULL,
  slot_id    @int64 NOT NULL,          -- 0: the request itself
  label      @text NOT NULL,
  account_id @int64 NOT NULL,
  person_id  @int64,
  signer     @text NOT NULL,           -- name at the time
  acted_for  @text NOT NULL,           -- name of whom the signer stood in for, or ""
  verdict    @text NOT NULL,           -- approve return reject
  opinion    @text NOT NULL,
  at         @time NOT NULL
);
CREATE INDEX review_sign_review ON review_sign (review_id, id);
CREATE INDEX review_sign_account ON review_sign (account_id, review_id);

-- Who worked on a cycle, by the events: they sign nothing of it.
CREATE TABLE handler (
  cycle_id   @int64 NOT NULL REFERENCES cycle (id),
  account_id @int64 NOT NULL,
  first_seq  @int64 NOT NULL,          -- the event that shows it
  PRIMARY KEY (cycle_id, account_id)
);

-- ---- closing ------------------------------------------------------------------------------------------------
ALTER TABLE cycle ADD COLUMN accept_owner @text NOT NULL DEFAULT '';      -- of an unfinished end: who answers for what is left
ALTER TABLE cycle ADD COLUMN accept_until @date;
ALTER TABLE cycle ADD COLUMN accept_reason @text NOT NULL DEFAULT '';

CREATE TABLE certificate (
  id         @id,
  review_id  @int64 NOT NULL REFERENCES review (id),
  finding_id @int64 NOT NULL REFERENCES finding (id),
  cycle_id   @int64 NOT NULL REFERENCES cycle (id),
  issuer_id  @int64 NOT NULL REFERENCES unit (id),
  year       @int64 NOT NULL,
  n          @int64 NOT NULL,
  no         @text NOT NULL,           -- as printed
  result     @text NOT NULL,
  is_on_time @bool NOT NULL,
  issued_on  @date NOT NULL,
  unit_id    @int64 NOT NULL REFERENCES unit (id),
  label      @int64 NOT NULL,
  finding_no @text NOT NULL,
  title      @text NOT NULL,
  content    @text NOT NULL,           -- JSON: all that the certificate says, as it was then
  UNIQUE (issuer_id, year, n)
);
CREATE INDEX certificate_cycle ON certificate (cycle_id);
CREATE INDEX certificate_finding ON certificate (finding_id, id);
CREATE INDEX certificate_unit ON certificate (unit_id, id);

-- What belongs to which cycle of its finding.
ALTER TABLE measure ADD COLUMN cycle_n @int64 NOT NULL DEFAULT 1;

-- ---- two clocks ---------------------------------------------------------------------------------------------
ALTER TABLE finding ADD COLUMN yearly_goal @text NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN finish_mark @text NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN yearly_goal @text NOT NULL DEFAULT '';

CREATE TABLE phase_change (
  id           @id,
  subject_kind @text NOT NULL,
  subject_id   @int64 NOT NULL,
  finding_id   @int64 NOT NULL REFERENCES finding (id),
  review_id    @int64 NOT NULL REFERENCES review (id),
  from_phase   @text NOT NULL,
  due_was      @date,
  due          @date NOT NULL,
  yearly_goal  @text NOT NULL,
  finish_mark  @text NOT NULL,
  decided_on   @date NOT NULL
);
CREATE INDEX phase_change_finding ON phase_change (finding_id, id);

-- ---- look-backs ---------------------------------------------------------------------------------------------
CREATE TABLE lookback (
  id          @id,
  name        @text NOT NULL,
  unit_id     @int64 NOT NULL REFERENCES unit (id), -- findings of this unit and below
  label       @int64 NOT NULL,
  source_id   @int64 NOT NULL,         -- 0: all sources
  closed_from @date NOT NULL,
  closed_to   @date NOT NULL,
  population  @int64 NOT NULL,         -- closed cycles in the scope on the day of drawing
  sample      @int64 NOT NULL,
  seed        @text NOT NULL,
  method      @text NOT NULL,          -- see loop/lookback.c
  checklist   @text NOT NULL,          -- JSON list of texts
  due         @date NOT NULL,
  state       @text NOT NULL,          -- checking finished
  drawn_on    @date NOT NULL,
  conclusion  @text NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX lookback_unit ON lookback (unit_id, id);

CREATE TABLE lookback_item (
  id          @id,                     -- of the event that drew it, times 1024, plus its rank
  lookback_id @int64 NOT NULL REFERENCES lookback (id),
  finding_id  @int64 NOT NULL REFERENCES finding (id),
  cycle_id    @int64 NOT NULL REFERENCES cycle (id),
  rank        @int64 NOT NULL,
  checker_id  @int64 REFERENCES person (id),
  verdict     @text NOT NULL,          -- "" consolidated rebound untrue
  answers     @text NOT NULL,          -- JSON list: yes no na, in the order of the checklist
  note        @text NOT NULL,
  evidence    @text NOT NULL,          -- where the proof lies: document, photograph, minutes
  checked_on  @date,
  checked_by  @int64,
  review_id   @int64,                  -- the case that asks for the next cycle
  changed_seq @int64 NOT NULL
);
CREATE INDEX lookback_item_campaign ON lookback_item (lookback_id, rank);
CREATE INDEX lookback_item_finding ON lookback_item (finding_id);
CREATE INDEX lookback_item_checker ON lookback_item (checker_id);
