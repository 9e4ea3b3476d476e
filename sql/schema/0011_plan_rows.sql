-- Versions of plans row by row, so that two of them can be compared and papers made from one; what a plan still lacks.

-- No plan was ever made before this: the version as one JSON text gives way to rows.
DROP TABLE plan_version;
ALTER TABLE plan ADD COLUMN changed_at @time NOT NULL DEFAULT 0;
ALTER TABLE plan ADD COLUMN last_version @int64 NOT NULL DEFAULT 0;    -- approved or not: numbers are not used again

CREATE TABLE plan_version (
  id           @id,
  plan_id      @int64 NOT NULL REFERENCES plan (id),
  n            @int64 NOT NULL,
  state        @text NOT NULL,         -- submitted approved returned
  submitted_on @date NOT NULL,
  submitted_by @int64 NOT NULL,
  basis        @text NOT NULL,         -- why it differs from the version before
  decided_on   @date,
  decided_by   @int64 NOT NULL,
  meeting      @text NOT NULL,         -- which meeting decided, in words
  meeting_on   @date,
  meeting_id   @int64,                 -- the meeting's record when there is one
  decision_id  @int64,                 -- its decision
  opinion      @text NOT NULL,         -- why it was returned
  row_count    @int64 NOT NULL,
  UNIQUE (plan_id, n)
);

-- What was put before the meeting, in the order of the plan.  Names are those of that day.
CREATE TABLE plan_row (
  version_id  @int64 NOT NULL REFERENCES plan_version (id),
  row_n       @int64 NOT NULL,
  kind        @text NOT NULL,          -- finding cause measure task node
  subject_id  @int64 NOT NULL,
  finding_id  @int64 NOT NULL,
  depth       @int64 NOT NULL,         -- below its finding
  no          @text NOT NULL,
  title       @text NOT NULL,
  unit_name   @text NOT NULL,
  start       @date,
  due         @date,
  phase       @text NOT NULL,
  sort        @text NOT NULL,          -- level of a cause, kinds of a measure
  weight      @int64 NOT NULL,
  goal        @text NOT NULL,          -- of a task; what a node delivers; the evidence that a measure expects
  finish_mark @text NOT NULL,
  lead_leader @text NOT NULL,
  lead_dept   @text NOT NULL,
  assist      @text NOT NULL,
  supervisor  @text NOT NULL,
  doer        @text NOT NULL,
  preds       @text NOT NULL,          -- names of the nodes before
  PRIMARY KEY (version_id, row_n)
);

-- What a plan is about: the open findings of its source that stand below its unit and label.
CREATE VIEW plan_finding AS
SELECT p.id AS plan_id, f.id AS finding_id, f.status FROM plan p JOIN finding f ON f.source_id = p.source_id
WHERE f.status IN ('registered', 'disputed', 'confirmed', 'planned', 'doing', 'returned') AND f.label <= p.label AND f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = p.unit_id);

-- What does not fit together, though nothing keeps such a plan from being approved.
CREATE VIEW finding_warning AS
SELECT m.finding_id, f.source_id, 'measure_task' AS gap, m.id AS row_id, m.text AS title FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state = 'planned' AND m.cycle_n = f.cycle_n AND NOT EXISTS (SELECT 1 FROM task t WHERE t.measure_id = m.id AND t.state <> 'cancelled')
UNION ALL
SELECT m.finding_id, f.source_id, 'measure_mark', m.id, m.text FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state = 'planned' AND m.cycle_n = f.cycle_n AND m.finish_mark = ''
UNION ALL
SELECT m.finding_id, f.source_id, 'measure_evidence', m.id, m.text FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state = 'planned' AND m.cycle_n = f.cycle_n AND NOT EXISTS (SELECT 1 FROM expected_evidence e WHERE e.measure_id = m.id AND e.is_dropped = 0)
UNION ALL
SELECT m.finding_id, f.source_id, 'measure_dept', m.id, m.text FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state = 'planned' AND m.cycle_n = f.cycle_n AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.until IS NULL AND d.role = 'lead_dept'
  AND ((d.subject_kind = 'measure' AND d.subject_id = m.id) OR (d.subject_kind = 'finding' AND d.subject_id = f.id)))
UNION ALL
SELECT m.finding_id, f.source_id, 'measure_late', m.id, m.text FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE m.state = 'planned' AND m.cycle_n = f.cycle_n AND m.phase <> 'long_term' AND m.due > f.due
UNION ALL
SELECT t.finding_id, t.source_id, 'task_late', t.id, t.title FROM task t JOIN finding f ON f.id = t.finding_id
WHERE t.state NOT IN ('cancelled', 'done') AND t.phase <> 'long_term' AND t.due > f.due
UNION ALL
SELECT t.finding_id, t.source_id, 'node_late', n.id, n.name FROM node n JOIN task t ON t.id = n.task_id
WHERE t.state NOT IN ('cancelled', 'done') AND n.is_dropped = 0 AND n.due > t.due;
