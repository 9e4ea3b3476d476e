-- My work of the office: the waits of a role are counted in the index alone.
DROP INDEX wait_kind;
CREATE INDEX wait_kind ON wait (actor_kind, due_key, id, actor_id, unit_id, label);

-- Boards: where and how long things wait, of one source and of some units, along an index; for who sees everything from the sums below.
DROP INDEX wait_board;
CREATE INDEX wait_source ON wait (source_id, what, since, unit_id, label) WHERE what <> 'work_task';
CREATE INDEX wait_unit ON wait (unit_id, what, since, label, source_id) WHERE what <> 'work_task';

CREATE INDEX wait_secret ON wait (what, since, unit_id) WHERE label = 2 AND what <> 'work_task';

-- How many wait since a day (counted from 1970 in China), by what is to be done and label: kept by the triggers below, so that a board need
-- not count them all. SQLite alone: there one writer keeps them; on PostgreSQL writers of different sources would wait for each other's sums,
-- and the board counts along wait_since instead.
-- local: wait_sum
CREATE TABLE wait_sum (
  what  @text NOT NULL,
  label @int64 NOT NULL,
  day   @int64 NOT NULL,
  n     @int64 NOT NULL,
  PRIMARY KEY (what, label, day)
);
-- @sqlite
INSERT INTO wait_sum (what, label, day, n) SELECT w.what, w.label, (w.since + 28800000) / 86400000, count(*) FROM wait w WHERE w.what <> 'work_task' GROUP BY 1, 2, 3;
CREATE TRIGGER wait_sum_add AFTER INSERT ON wait WHEN new.what <> 'work_task' BEGIN
  INSERT INTO wait_sum (what, label, day, n) VALUES (new.what, new.label, (new.since + 28800000) / 86400000, 1) ON CONFLICT (what, label, day) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER wait_sum_take AFTER DELETE ON wait WHEN old.what <> 'work_task' BEGIN
  UPDATE wait_sum SET n = n - 1 WHERE what = old.what AND label = old.label AND day = (old.since + 28800000) / 86400000;
  DELETE FROM wait_sum WHERE what = old.what AND label = old.label AND day = (old.since + 28800000) / 86400000 AND n <= 0;
END;
CREATE TRIGGER wait_sum_move AFTER UPDATE OF what, label, since ON wait WHEN old.what <> new.what OR old.label <> new.label OR old.since <> new.since BEGIN
  UPDATE wait_sum SET n = n - 1 WHERE what = old.what AND label = old.label AND day = (old.since + 28800000) / 86400000 AND old.what <> 'work_task';
  DELETE FROM wait_sum WHERE what = old.what AND label = old.label AND day = (old.since + 28800000) / 86400000 AND n <= 0;
  INSERT INTO wait_sum (what, label, day, n) SELECT new.what, new.label, (new.since + 28800000) / 86400000, 1 WHERE new.what <> 'work_task' ON CONFLICT (what, label, day) DO UPDATE SET n = n + 1;
END;
-- @postgres
CREATE INDEX wait_what ON wait (what, since, label, unit_id) WHERE what <> 'work_task';
-- @end

-- The daily work looks at the long term, and at nodes that it waits for, not at all tasks and waits.
CREATE INDEX task_long ON task (id) WHERE phase = 'long_term';
CREATE INDEX wait_long_node ON wait (subject_id) WHERE what = 'plan_long_node';

-- A timetable of a source shows its first tasks by date.
DROP INDEX task_source;
CREATE INDEX task_source ON task (source_id, due_key, id);

-- Findings whose plan a recorded meeting approved, one by one or as the plan of their source.
CREATE TABLE meeting_plan (
  meeting_id  @int64 NOT NULL REFERENCES meeting (id),
  finding_id  @int64 NOT NULL REFERENCES finding (id),
  approved_on @date NOT NULL,
  PRIMARY KEY (meeting_id, finding_id)
);
CREATE INDEX meeting_plan_finding ON meeting_plan (finding_id);
