-- What a finding is spread to: sweeps over units, rules made, assessments.

-- ---- sweeps -------------------------------------------------------------------------------------------------
-- One finding, or a class of findings, asked of many units (ju yi fan san).
CREATE TABLE sweep (
  id           @id,
  no           @text NOT NULL UNIQUE,  -- PC-2026-001
  title        @text NOT NULL,
  finding_id   @int64 REFERENCES finding (id), -- what it began with; null: a class of findings
  common_cause @text NOT NULL,
  reach        @text NOT NULL,         -- subtree level units
  reach_level  @int64,
  unit_id      @int64 NOT NULL REFERENCES unit (id), -- at the top of what is swept
  label        @int64 NOT NULL,
  due          @date NOT NULL,
  state        @text NOT NULL,         -- open closed cancelled
  source_id    @int64 REFERENCES source (id), -- under which its hits are registered; null before the first
  created_at   @time NOT NULL,
  created_by   @int64 NOT NULL,
  closed_on    @date,
  changed_at   @time NOT NULL,
  changed_seq  @int64 NOT NULL
);
CREATE INDEX sweep_finding ON sweep (finding_id);
CREATE INDEX sweep_state_due ON sweep (state, due);
CREATE INDEX sweep_source ON sweep (source_id);

-- What each unit has to check.
CREATE TABLE sweep_item (
  sweep_id @int64 NOT NULL REFERENCES sweep (id),
  n        @int64 NOT NULL,
  text     @text NOT NULL,
  PRIMARY KEY (sweep_id, n)
);

-- What a unit is asked and answers.  One event asks hundreds of units: the id is the event's times 4096, plus a running number.
CREATE TABLE sweep_answer (
  id             @id,
  sweep_id       @int64 NOT NULL REFERENCES sweep (id),
  unit_id        @int64 NOT NULL REFERENCES unit (id),
  label          @int64 NOT NULL,
  state          @text NOT NULL,       -- asked answered returned checked
  result         @text NOT NULL,       -- "" none found not_applicable
  found_count    @int64 NOT NULL,
  fixed_count    @int64 NOT NULL,      -- of these, put right at once
  amount_fen     @int64 NOT NULL,
  explanation    @text NOT NULL,       -- how it was checked
  evidence       @text NOT NULL,       -- what proves it
  signed_name    @text NOT NULL,       -- who stands for it, with a pledge
  answered_by    @int64 NOT NULL,      -- account, 0: nobody yet
  answered_at    @time,
  answered_on    @date,                -- the first time
  is_on_time     @bool,                -- the first time
  checked_by     @int64 NOT NULL,
  checked_at     @time,
  returned_count @int64 NOT NULL,
  escalation     @int64 NOT NULL,      -- 0 none, 1 told the office, 2 told the leading group
  is_fault       @bool NOT NULL,       -- once signed as none and found wrong
  fault_finding  @int64 REFERENCES finding (id), -- that shows it
  fault_on       @date,
  changed_seq    @int64 NOT NULL,
  UNIQUE (sweep_id, unit_id)
);
CREATE INDEX sweep_answer_unit ON sweep_answer (unit_id, sweep_id);
CREATE INDEX sweep_answer_state ON sweep_answer (state, sweep_id);

CREATE TABLE sweep_answer_item (
  answer_id   @int64 NOT NULL REFERENCES sweep_answer (id),
  n           @int64 NOT NULL,
  result      @text NOT NULL,
  found_count @int64 NOT NULL,
  fixed_count @int64 NOT NULL,
  amount_fen  @int64 NOT NULL,
  text        @text NOT NULL,
  PRIMARY KEY (answer_id, n)
);

-- What an answer found, as findings of the register; one that stood there before is only pointed at.
CREATE TABLE sweep_hit (
  answer_id  @int64 NOT NULL REFERENCES sweep_answer (id),
  finding_id @int64 NOT NULL REFERENCES finding (id),
  is_new     @bool NOT NULL,
  PRIMARY KEY (answer_id, finding_id)
);
CREATE INDEX sweep_hit_finding ON sweep_hit (finding_id);
