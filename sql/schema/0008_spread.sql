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

-- ---- rules made ---------------------------------------------------------------------------------------------
CREATE TABLE rule (
  id             @id,
  no             @text NOT NULL UNIQUE, -- ZD-2026-001
  name           @text NOT NULL,
  kind           @text NOT NULL,       -- new revised abolished
  state          @text NOT NULL,       -- drafting reviewed passed issued abolished dropped
  unit_id        @int64 NOT NULL REFERENCES unit (id), -- whose rule it is
  drafter_id     @int64 NOT NULL REFERENCES unit (id), -- who writes it
  label          @int64 NOT NULL,
  due            @date,                -- to be issued by
  replaces_id    @int64 REFERENCES rule (id), -- the rule that it revises or abolishes, if that one is on the list
  text           @text NOT NULL,
  old_text       @text NOT NULL,
  reviewer       @text NOT NULL,       -- who looked at legality and compliance
  reviewed_on    @date,
  opinion        @text NOT NULL,
  meeting        @text NOT NULL,       -- that passed it
  met_on         @date,
  doc_no         @text NOT NULL,
  issued_on      @date,
  effective_on   @date,
  review_due     @date,                -- to be looked at again
  is_on_time     @bool,                -- frozen when it was issued
  created_at     @time NOT NULL,
  created_by     @int64 NOT NULL,
  changed_at     @time NOT NULL,
  changed_seq    @int64 NOT NULL
);
CREATE INDEX rule_unit ON rule (unit_id, id);
CREATE INDEX rule_state ON rule (state, id);
CREATE INDEX rule_replaces ON rule (replaces_id);

-- What a rule was made for.
CREATE TABLE rule_link (
  rule_id     @int64 NOT NULL REFERENCES rule (id),
  target_kind @text NOT NULL,          -- finding measure
  target_id   @int64 NOT NULL,
  PRIMARY KEY (rule_id, target_kind, target_id)
);
CREATE INDEX rule_link_target ON rule_link (target_kind, target_id);

-- Taught, and later checked whether it is followed.
CREATE TABLE rule_teaching (
  id      @id,
  rule_id @int64 NOT NULL REFERENCES rule (id),
  day     @date NOT NULL,
  form    @text NOT NULL,              -- meeting training online circular other
  people  @int64 NOT NULL,
  text    @text NOT NULL
);
CREATE INDEX rule_teaching_rule ON rule_teaching (rule_id, day);

CREATE TABLE rule_check (
  id      @id,
  rule_id @int64 NOT NULL REFERENCES rule (id),
  day     @date NOT NULL,
  verdict @text NOT NULL,              -- followed partly ignored
  text    @text NOT NULL
);
CREATE INDEX rule_check_rule ON rule_check (rule_id, day);

-- Units below that must have a rule of their own.  Ids as of sweep_answer.
CREATE TABLE rule_cascade (
  id             @id,
  rule_id        @int64 NOT NULL REFERENCES rule (id),
  unit_id        @int64 NOT NULL REFERENCES unit (id),
  label          @int64 NOT NULL,
  state          @text NOT NULL,       -- asked made not_needed returned
  due            @date NOT NULL,
  own_name       @text NOT NULL,
  own_doc_no     @text NOT NULL,
  own_issued_on  @date,
  reason         @text NOT NULL,       -- why it is not needed
  answered_at    @time,
  answered_by    @int64 NOT NULL,
  is_on_time     @bool,                -- the first time
  returned_count @int64 NOT NULL,
  changed_seq    @int64 NOT NULL,
  UNIQUE (rule_id, unit_id)
);
CREATE INDEX rule_cascade_unit ON rule_cascade (unit_id, rule_id);

-- ---- assessments --------------------------------------------------------------------------------------------
-- How units are scored: a text of lines, see loop/score.h.  A new version is a new row; what runs keeps its own.
CREATE TABLE scheme (
  id          @id,
  name        @text NOT NULL,
  version     @int64 NOT NULL,
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  label       @int64 NOT NULL,
  text        @text NOT NULL,
  is_newest   @bool NOT NULL,
  created_at  @time NOT NULL,
  created_by  @int64 NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX scheme_unit ON scheme (unit_id, id);

CREATE TABLE assessment (
  id          @id,
  no          @text NOT NULL UNIQUE,   -- KH-2026-001
  title       @text NOT NULL,
  scheme_id   @int64 NOT NULL REFERENCES scheme (id),
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  label       @int64 NOT NULL,
  year        @int64 NOT NULL,         -- of the yearly appraisal that it counts for
  period_from @date NOT NULL,
  period_to   @date NOT NULL,
  state       @text NOT NULL,          -- open told final
  created_at  @time NOT NULL,
  created_by  @int64 NOT NULL,
  changed_at  @time NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX assessment_unit ON assessment (unit_id, id);
CREATE INDEX assessment_year ON assessment (year, id);

-- One unit in one assessment.  Scores are in 0.01 points.  Ids as of sweep_answer.
CREATE TABLE scorecard (
  id            @id,
  assessment_id @int64 NOT NULL REFERENCES assessment (id),
  unit_id       @int64 NOT NULL REFERENCES unit (id),
  label         @int64 NOT NULL,
  state         @text NOT NULL,        -- open told appealed rechecked final
  self_total    @int64,                -- null: no self score yet
  self_text     @text NOT NULL,
  total         @int64,                -- null: not told yet
  band          @text NOT NULL,
  rank          @int64,
  snapshot      @text NOT NULL,        -- JSON of the result as it was told: never computed again but by a recheck
  appeal        @text NOT NULL,
  recheck       @text NOT NULL,
  ballots       @int64 NOT NULL,
  changed_seq   @int64 NOT NULL,
  UNIQUE (assessment_id, unit_id)
);
CREATE INDEX scorecard_unit ON scorecard (unit_id, assessment_id);

-- Marks of items that people score: the unit's own, and those of the team.
CREATE TABLE score_mark (
  scorecard_id @int64 NOT NULL REFERENCES scorecard (id),
  code         @text NOT NULL,
  marker       @int64 NOT NULL,        -- account; 0: the unit's own
  points       @int64 NOT NULL,
  reason       @text NOT NULL,
  PRIMARY KEY (scorecard_id, code, marker)
);

-- Anonymous: a code works once, and nothing says who was given it.
CREATE TABLE ballot (
  code_hash    @text NOT NULL PRIMARY KEY,
  scorecard_id @int64 NOT NULL REFERENCES scorecard (id),
  answer       @text NOT NULL          -- "" very satisfied basically not
);
CREATE INDEX ballot_scorecard ON ballot (scorecard_id);
