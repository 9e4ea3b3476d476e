-- Plans: measures and causes in full, findings counted as another, the plan of a source with its approved versions.

ALTER TABLE measure ADD COLUMN completed_on @date;
CREATE INDEX measure_cause ON measure (cause_id) WHERE cause_id IS NOT NULL;

-- Findings that are counted as another, and those that repeat an earlier one: few, so the indexes are small.
CREATE INDEX finding_main ON finding (main_id) WHERE main_id IS NOT NULL;
CREATE INDEX finding_recurs ON finding (recurs_id) WHERE recurs_id IS NOT NULL;

-- One plan for a source; what was approved stands in its versions and never changes.
CREATE TABLE plan (
  id           @id,
  source_id    @int64 NOT NULL UNIQUE REFERENCES source (id),
  no           @text NOT NULL UNIQUE,  -- LY-2026-003-FA
  title        @text NOT NULL,
  state        @text NOT NULL,         -- drafting consulting deliberating approved revising
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,
  report_due   @date,                  -- to be sent upwards by: feedback + 1 month
  concentrated_end @date,              -- end of the concentrated period: feedback + 6 months
  sent_on      @date,
  pledge       @text NOT NULL,
  version      @int64 NOT NULL,        -- of the last approval, 0: none yet
  created_at   @time NOT NULL,
  created_by   @int64 NOT NULL,
  changed_seq  @int64 NOT NULL,
  rev          @int64 NOT NULL
);
CREATE INDEX plan_unit ON plan (unit_id, id);

CREATE TABLE plan_version (
  id          @id,
  plan_id     @int64 NOT NULL REFERENCES plan (id),
  n           @int64 NOT NULL,
  approved_on @date NOT NULL,
  meeting     @text NOT NULL,          -- which meeting approved it, in words
  meeting_on  @date NOT NULL,
  meeting_id  @int64,                  -- the meeting's record when there is one
  items       @text NOT NULL,          -- JSON list: findings, causes, measures, tasks, nodes as approved
  UNIQUE (plan_id, n)
);

-- What a finding still misses before its plan can be approved: one row for each missing thing.  gap: cause measure due leader
-- task node; row_id: the thing where it is put right.
CREATE VIEW finding_gap AS
SELECT f.id AS finding_id, f.source_id, f.status, 'cause' AS gap, f.id AS row_id, f.title FROM finding f
WHERE NOT EXISTS (SELECT 1 FROM finding_cause c JOIN cause k ON k.id = c.cause_id WHERE c.finding_id = f.id AND k.is_dropped = 0)
UNION ALL
SELECT f.id, f.source_id, f.status, 'measure', k.id, k.text FROM finding f JOIN finding_cause c ON c.finding_id = f.id JOIN cause k ON k.id = c.cause_id
WHERE k.is_dropped = 0 AND NOT EXISTS (SELECT 1 FROM measure m WHERE m.cause_id = k.id AND m.state <> 'dropped')
UNION ALL
SELECT f.id, f.source_id, f.status, 'due', f.id, f.title FROM finding f WHERE f.due IS NULL
UNION ALL
SELECT f.id, f.source_id, f.status, 'leader', f.id, f.title FROM finding f
WHERE NOT EXISTS (SELECT 1 FROM duty d WHERE d.subject_kind = 'finding' AND d.subject_id = f.id AND d.role = 'lead_leader' AND d.until IS NULL)
UNION ALL
SELECT f.id, f.source_id, f.status, 'task', f.id, f.title FROM finding f
WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.finding_id = f.id AND t.state <> 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM measure_serves s JOIN task t ON t.measure_id = s.measure_id WHERE s.finding_id = f.id AND t.state <> 'cancelled')
UNION ALL
SELECT f.id, f.source_id, f.status, 'node', t.id, t.title FROM finding f JOIN task t ON t.finding_id = f.id
WHERE t.state <> 'cancelled' AND t.child_count = 0 AND NOT EXISTS (SELECT 1 FROM node n WHERE n.task_id = t.id AND n.is_dropped = 0);
