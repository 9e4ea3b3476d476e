-- Nodes: dated steps of tasks.

-- :name node_insert
-- unscoped: apply
INSERT INTO node (id, task_id, no, name, deliverable, start, due, base_start, base_due, real_start, real_due, weight, is_overlap, is_dropped, changed_seq)
VALUES ($seq, $task_id, (SELECT coalesce(max(n.no), 0) + 1 FROM node n WHERE n.task_id = $task_id), $name, $deliverable, $start, $due, NULL, NULL, NULL, NULL,
        $weight, $is_overlap, 0, $seq)

-- :name node_pred_insert
-- unscoped: apply
INSERT INTO node_pred (node_id, pred_id) VALUES (coalesce(CAST($node_id AS bigint), CAST($seq AS bigint)), $pred_id) ON CONFLICT (node_id, pred_id) DO NOTHING

-- :name node_update
-- unscoped: apply
UPDATE node SET name = $name, deliverable = $deliverable, start = $start, due = $due, weight = $weight, is_overlap = $is_overlap, changed_seq = $seq WHERE id = $node_id

-- :name node_pred_clear
-- unscoped: apply
DELETE FROM node_pred WHERE node_id = $node_id

-- :name node_pred_detach
-- unscoped: apply
DELETE FROM node_pred WHERE node_id = $node_id OR pred_id = $node_id

-- :name node_set_dropped
-- unscoped: apply
UPDATE node SET is_dropped = 1, changed_seq = $seq WHERE id = $node_id

-- :name node_set_real
-- unscoped: apply
UPDATE node SET real_start = $real_start, real_due = $real_due, changed_seq = $seq WHERE id = $node_id

-- The baseline of what has none yet: a node's first approved dates stay its baseline.
-- :name node_freeze
-- unscoped: apply
UPDATE node SET base_start = start, base_due = due WHERE base_due IS NULL AND is_dropped = 0 AND task_id IN (SELECT t.id FROM task t WHERE t.finding_id = $id)

-- :name node_row
-- unscoped: commands check the permission themselves
SELECT n.id, n.task_id, n.name, n.deliverable, n.start, n.due, n.weight, n.is_overlap, n.changed_seq, t.finding_id FROM node n JOIN task t ON t.id = n.task_id WHERE n.id = $id AND n.is_dropped = 0

-- The change that made a node as it stands.
-- :name node_last_change
-- unscoped: commands check the permission themselves
SELECT e.actor, e.body FROM event e WHERE e.seq = $seq AND e.kind = 'node.changed'

-- Whether a node is another one or comes, over any number of steps, after it.
-- :name node_depends
-- unscoped: a guard
WITH RECURSIVE up (id) AS (
  SELECT CAST($id AS bigint) UNION SELECT p.pred_id FROM up JOIN node_pred p ON p.node_id = up.id
)
SELECT count(*) FROM up WHERE id = $on_id

-- :name node_of_task
-- unscoped: of a task that was read through its scope
SELECT n.* FROM node n WHERE n.task_id = $id AND n.is_dropped = 0 ORDER BY n.start, n.no

-- :name node_links_of_task
-- unscoped: of a task that was read through its scope
SELECT p.node_id, p.pred_id FROM node_pred p JOIN node n ON n.id = p.node_id JOIN node o ON o.id = p.pred_id
WHERE n.task_id = $id AND o.task_id = $id ORDER BY p.node_id, p.pred_id

-- :name node_get
-- scope: t
SELECT n.*, t.no AS task_no, t.title AS task_title, t.unit_id, t.label FROM node n JOIN task t ON t.id = n.task_id
WHERE n.id = $id AND n.is_dropped = 0 AND {scope t.unit_id t.label}

-- ---- what a finding misses before its plan is approved: rows of finding_gap -------------------------------------
-- :name guard_plan_cause
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'cause'

-- :name guard_plan_measure
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'measure'

-- :name guard_plan_due
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'due'

-- :name guard_plan_leader
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'leader'

-- :name guard_plan_task
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'task'

-- :name guard_plan_node
-- unscoped: a guard
SELECT g.row_id AS id, g.title FROM finding_gap g WHERE g.finding_id = $id AND g.gap = 'node'
