-- The work of a source as a tree, and as a timetable.

-- :name map_source
-- unscoped: the title over findings in sight
SELECT s.id, s.no, s.title FROM source s WHERE s.id = $source

-- :name map_source_find
-- scope: s
SELECT s.id FROM source s WHERE s.no = $no AND {scope s.unit_id s.label}

-- What a map counts: every finding with what its group and its colour follow from, and how many nodes are below it.
-- group: 0 aspect, 1 unit (its name comes with map_units), 2 leader, 3 date.
-- :name map_items
-- scope: f
SELECT f.id, f.status, f.due, f.progress_bp, f.measure_count - (SELECT count(*) FROM measure m WHERE m.finding_id = f.id AND m.state = 'dropped') AS measures,
       CASE CAST($group AS bigint) WHEN 0 THEN f.aspect_id WHEN 1 THEN f.unit_id WHEN 2 THEN d.actor_id END AS group_id,
       CASE CAST($group AS bigint) WHEN 0 THEN a.title WHEN 2 THEN coalesce(p.name, t.title) END AS group_title,
       CASE CAST($group AS bigint) WHEN 0 THEN a.no END AS group_no,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM finding f
LEFT JOIN aspect a ON a.id = CASE CAST($group AS bigint) WHEN 0 THEN f.aspect_id END
LEFT JOIN duty d ON d.id = CASE CAST($group AS bigint) WHEN 2 THEN (SELECT min(e.id) FROM duty e WHERE e.subject_kind = 'finding' AND e.subject_id = f.id AND e.role = 'lead_leader' AND e.until IS NULL) END
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post t ON d.actor_kind = 'post' AND t.id = d.actor_id
WHERE f.source_id = $source AND f.status <> 'withdrawn' AND {scope f.unit_id f.label}
ORDER BY f.item_no, f.id

-- The tree of units; of those without findings in sight, below them or in them, nothing is shown.
-- :name map_units
-- unscoped: the way down to units with findings in sight
SELECT u.id, u.parent_id, u.short_name FROM unit u ORDER BY u.sort_no, u.sort_key, u.id

-- Along an index alone; of findings that are not in sight too.
-- :name map_task_counts
-- scope: t
SELECT t.finding_id, count(*) AS tasks FROM task t WHERE t.source_id = $source AND t.state <> 'cancelled' AND {scope t.unit_id t.label}
GROUP BY t.finding_id ORDER BY t.finding_id

-- :name map_task_finding
-- scope: t
SELECT t.finding_id FROM task t WHERE t.id = $id AND {scope t.unit_id t.label}

-- :name map_measure_finding
-- scope: f
SELECT m.finding_id FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $id AND {scope f.unit_id f.label}

-- What a map shows: of the whole source, or of one finding.
-- :list map_findings
-- scope: f
SELECT f.id, f.title, f.status, f.due, f.progress_bp, u.short_name AS unit_short, coalesce(p.name, t.title, '') AS leader
FROM finding f JOIN unit u ON u.id = f.unit_id
LEFT JOIN duty d ON d.id = (SELECT min(e.id) FROM duty e WHERE e.subject_kind = 'finding' AND e.subject_id = f.id AND e.role = 'lead_leader' AND e.until IS NULL)
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post t ON d.actor_kind = 'post' AND t.id = d.actor_id
WHERE f.status <> 'withdrawn' AND {scope f.unit_id f.label} AND {filters}
-- :filter whole f.source_id = $source
-- :filter one f.id = $finding

-- :list map_measures
-- scope: f
SELECT m.id, m.finding_id, m.no, m.text, m.phase, m.due, m.progress_bp, m.state
FROM finding f JOIN measure m ON m.finding_id = f.id
WHERE f.status <> 'withdrawn' AND m.state <> 'dropped' AND {scope f.unit_id f.label} AND {filters}
ORDER BY m.finding_id, m.no, m.id
-- :filter whole f.source_id = $source
-- :filter one f.id = $finding

-- In the order in which they lie in the table: a source has tasks all over it.
-- :list map_tasks
-- scope: t
SELECT t.id, t.measure_id, t.finding_id, t.parent_id, t.no, t.title, t.state, t.due, t.progress_bp, t.unit_id, u.short_name AS unit_short
FROM task t JOIN unit u ON u.id = t.unit_id
WHERE t.id IN (SELECT x.id FROM task x WHERE {filters}) AND t.state <> 'cancelled' AND {scope t.unit_id t.label}
ORDER BY t.depth, t.id
-- :filter whole x.source_id = $source
-- :filter one x.finding_id = $finding

-- The timetable of a source: its tasks with their nodes, below units or leaders.
-- The first by date, before anything is joined to them; nodes and links up to the date of the last.
-- :name gantt_tasks
-- scope: t
SELECT t.id, t.no, t.title, t.state, t.start, t.due, t.original_due, t.done_on, t.progress_bp, t.unit_id, u.short_name AS unit_short, u.sort_key,
       coalesce(p.name, o.title, '') AS leader
FROM (SELECT t.* FROM task t WHERE t.source_id = $source AND t.due_key < '9999-12-31' AND t.state <> 'cancelled' AND {scope t.unit_id t.label}
      ORDER BY t.due_key, t.id LIMIT $limit) t
JOIN unit u ON u.id = t.unit_id
LEFT JOIN duty d ON d.id = (SELECT min(e.id) FROM duty e WHERE e.subject_kind = 'finding' AND e.subject_id = t.finding_id AND e.role = 'lead_leader' AND e.until IS NULL)
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post o ON d.actor_kind = 'post' AND o.id = d.actor_id
ORDER BY t.due, t.id

-- :name gantt_nodes
-- scope: t
SELECT n.id, n.task_id, n.name, n.deliverable, n.start, n.due, n.base_start, n.base_due, n.real_start, n.real_due, n.weight, n.is_overlap
FROM task t JOIN node n ON n.task_id = t.id
WHERE t.source_id = $source AND t.due_key <= $last AND t.state <> 'cancelled' AND n.is_dropped = 0 AND {scope t.unit_id t.label} ORDER BY n.task_id, n.start, n.no

-- :name gantt_links
-- scope: t
SELECT p.node_id, p.pred_id FROM task t JOIN node n ON n.task_id = t.id JOIN node_pred p ON p.node_id = n.id
WHERE t.source_id = $source AND t.due_key <= $last AND n.is_dropped = 0 AND {scope t.unit_id t.label} ORDER BY p.node_id, p.pred_id

-- :name gantt_node
-- scope: t
SELECT n.id, n.name, n.deliverable, n.start, n.due, n.weight, n.is_overlap, n.changed_seq, t.no AS task_no, t.title AS task_title
FROM node n JOIN task t ON t.id = n.task_id WHERE n.id = $id AND n.is_dropped = 0 AND {scope t.unit_id t.label}

-- :name gantt_preds
-- unscoped: of a node that was read through its scope
SELECT p.pred_id AS id FROM node_pred p WHERE p.node_id = $id ORDER BY p.pred_id

-- :name gantt_source
-- scope: s
SELECT s.id, s.no, s.title FROM source s WHERE s.id = $source AND {scope s.unit_id s.label}
