-- Boards: what the image in memory is read from, and the lists behind the figures.

-- :name board_heads
-- unscoped: heads of chains, no content
SELECT c.id, c.last_event FROM chain c WHERE c.last_event > $after AND c.id >= 0

-- :name board_touched
-- unscoped: ids of sources
SELECT DISTINCT f.source_id + 0 FROM finding f WHERE f.changed_seq > $after

-- Events of the organisation's chain that may have moved findings or who leads them: all but the few kinds that cannot.
-- Along the numbers: the sum keeps SQLite from going through the whole chain.
-- :name board_foreign
-- unscoped: a count of events
SELECT count(*) FROM event e WHERE e.chain + 0 = 0 AND e.seq > $after AND e.kind NOT LIKE 'unit.%' AND e.kind NOT LIKE 'person.%'
  AND e.kind NOT LIKE 'account.%' AND e.kind NOT LIKE 'grant.%' AND e.kind NOT LIKE 'view.%' AND e.kind NOT LIKE 'password.%'
  AND e.kind NOT LIKE 'draft.%' AND e.kind NOT LIKE 'file.%' AND e.kind NOT LIKE 'tick.%'

-- :name board_units
-- unscoped: the tree; names are shown only of units with something in sight
SELECT u.id, u.parent_id FROM unit u ORDER BY u.sort_no, u.sort_key, u.id

-- Of one source along its index, of everything in the order of the file: to go through it source by source would read it once for each.
-- :list board_rows
-- unscoped: for the image, which board_sum reads with the scope of who asks
SELECT f.id, f.source_id, f.unit_id, f.label, f.status, f.aspect_id, f.due, f.closed_on, f.amount_fen, f.main_id, coalesce(c.is_on_time, 0) AS is_on_time,
       f.recovered_fen, f.rules_made, d.actor_kind, d.actor_id
FROM finding f LEFT JOIN cycle c ON c.id = f.cycle_id
LEFT JOIN duty d ON d.id = (SELECT min(x.id) FROM duty x WHERE x.subject_kind = 'finding' AND x.subject_id = f.id AND x.role = 'lead_leader' AND x.until IS NULL)
WHERE f.status <> 'withdrawn' AND {filters}
-- :filter source f.source_id = $source

-- The findings that hang, themselves or by a task.
-- :list board_hung
-- unscoped: for the image
SELECT h.finding_id
FROM hang h
WHERE h.state = 'open' AND {filters}
-- :filter source h.source_id = $source

-- The findings that others are counted as.
-- :name board_mains
-- unscoped: for the image
SELECT m.id, m.unit_id, m.label, m.source_id, m.recovered_fen, m.rules_made FROM (SELECT DISTINCT f.main_id AS id FROM finding f WHERE f.main_id IS NOT NULL) x JOIN finding m ON m.id = x.id
WHERE m.status <> 'withdrawn'

-- :name board_scope
-- unscoped: what the person may see
SELECT s.unit_id, s.clearance FROM user_scope s WHERE s.user_id = $me AND s.perm = $perm

-- Names of what a board shows, of groups that have something in sight.
-- :name board_unit_name
-- unscoped: of a unit with findings in sight
SELECT u.short_name FROM unit u WHERE u.id = $id

-- :name board_source_name
-- unscoped: of a source with findings in sight
SELECT s.title, s.no FROM source s WHERE s.id = $id

-- :name board_aspect_name
-- unscoped: of an aspect with findings in sight
SELECT a.title, a.source_id FROM aspect a WHERE a.id = $id

-- :name board_leader_name
-- unscoped: who leads findings in sight
SELECT coalesce(p.name, t.title, m.name, u.short_name, '') AS name
FROM (SELECT CAST($id AS bigint) AS id) w
LEFT JOIN person p ON $kind = 'person' AND p.id = w.id
LEFT JOIN post t ON $kind = 'post' AND t.id = w.id
LEFT JOIN team m ON $kind = 'team' AND m.id = w.id
LEFT JOIN unit u ON $kind = 'unit' AND u.id = w.id

-- The findings behind a figure.  The filters of figures stand in data/board_figures.def beside what counts them.
-- :list board_list
-- scope: f
SELECT f.id, f.no, f.mark, f.title, f.phase, f.nature, f.severity, f.status, f.status_stated, f.amount_fen, f.due, f.due_key, f.label, f.measure_count, {brought f recovered_fen} AS recovered_fen, {brought f rules_made} AS rules_made,
       f.changed_at, f.responsible, f.progress_bp, f.closed_on, f.source_id, s.title AS source_title, coalesce(a.title, '') AS aspect_title,
       f.unit_id, u.short_name AS unit_short, u.name AS unit_name, CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE f.status <> 'withdrawn' AND {scope f.unit_id f.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter source f.source_id = $source
-- :filter whole {once f}
-- :filter under f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter unit f.unit_id = $unit
-- :filter aspect f.aspect_id = $aspect
-- :filter no_aspect f.aspect_id IS NULL
-- :filter leader EXISTS (SELECT 1 FROM duty d WHERE d.subject_kind = 'finding' AND d.subject_id = f.id AND d.role = 'lead_leader' AND d.until IS NULL AND d.actor_kind = $leader_kind AND d.actor_id = $leader AND NOT EXISTS (SELECT 1 FROM duty e WHERE e.subject_kind = 'finding' AND e.subject_id = f.id AND e.role = 'lead_leader' AND e.until IS NULL AND e.id < d.id))
-- :filter no_leader NOT EXISTS (SELECT 1 FROM duty d WHERE d.subject_kind = 'finding' AND d.subject_id = f.id AND d.role = 'lead_leader' AND d.until IS NULL)
-- :filter open f.status NOT IN ('closed', 'ended')
-- :filter closed f.status = 'closed'
-- :filter on_time EXISTS (SELECT 1 FROM cycle c WHERE c.id = f.cycle_id AND c.is_on_time = 1)
-- :filter overdue f.due_key < $today
-- :filter soon f.due_key >= $today AND f.due_key <= $soon
-- :filter kept f.status = 'kept'
-- :filter no_due f.due IS NULL
-- :filter hung EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open')
-- :filter recovered {brought f recovered_fen} > 0
-- :filter rules {brought f rules_made} > 0
-- :filter due_month f.due >= $first AND f.due <= $last
-- :filter closed_month f.status IN ('closed', 'ended') AND f.closed_on >= $first AND f.closed_on <= $last
-- What is counted once over all sources, with what holds for any finding of the same matter in sight; the few linked ones are found by finding_main.
-- :filter matter_open (f.status NOT IN ('closed', 'ended') OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended')))
-- :filter matter_closed f.status = 'closed' AND NOT {matter f p} AND p.status || '' NOT IN ('closed', 'ended'))
-- :filter matter_overdue ((f.status NOT IN ('closed', 'ended') AND f.due_key < $today) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due_key || '' < $today))
-- :filter matter_soon ((f.status NOT IN ('closed', 'ended') AND f.due_key >= $today AND f.due_key <= $soon) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due_key || '' >= $today AND p.due_key || '' <= $soon))
-- :filter matter_kept (f.status = 'kept' OR {matter f p} AND p.status = 'kept'))
-- :filter matter_no_due ((f.status NOT IN ('closed', 'ended') AND f.due IS NULL) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due IS NULL))
-- :filter matter_hung (EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open') OR {matter f p} AND EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = p.id AND h.state = 'open')))
-- :filter matter_closed_month f.status IN ('closed', 'ended') AND NOT {matter f p} AND p.status || '' NOT IN ('closed', 'ended')) AND (SELECT max(p.closed_on) FROM finding p WHERE p.status <> 'withdrawn' AND (p.id = f.id OR p.main_id = coalesce(f.main_id, f.id)) AND {scope p.unit_id p.label}) BETWEEN $first AND $last
-- :filter after (f.due_key, f.id) > ($key, CAST($key_id AS bigint))
-- :sort due f.due_key, f.id

-- :list board_count like board_list
-- scope: f
SELECT count(*) AS total, CAST(coalesce(sum(f.amount_fen), 0) AS bigint) AS amount_fen, CAST(coalesce(sum({brought f recovered_fen}), 0) AS bigint) AS recovered_fen,
       CAST(coalesce(sum({brought f rules_made}), 0) AS bigint) AS rules_made
FROM finding f WHERE f.status <> 'withdrawn' AND {scope f.unit_id f.label} AND {filters}

-- What waits for a decision or an answer, by what is to be done.
-- :list board_wait_count
-- scope: w
SELECT w.what, count(*) AS waits, sum(CASE WHEN w.since < $week THEN 1 ELSE 0 END) AS over_week, sum(CASE WHEN w.since < $month THEN 1 ELSE 0 END) AS over_month,
       min(w.since) AS oldest
FROM wait w WHERE w.what <> 'work_task' AND {scope w.unit_id w.label} AND {filters} GROUP BY w.what
-- :filter source w.source_id = $source
-- :filter under w.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter what w.what = $what
-- :filter before w.since < $before
-- :filter after (w.since, w.id) > (CAST($key AS bigint), CAST($key_id AS bigint))

-- The same of everything, for who sees all that is internal: from sums where they are kept, and what is secret one by one (SQLite
-- would take a larger index that holds every column, and go through all that waits).
-- :name board_wait_sum
-- scope: w
-- @sqlite
SELECT x.what, sum(x.n) AS waits, sum(CASE WHEN x.day < $week_day THEN x.n ELSE 0 END) AS over_week, sum(CASE WHEN x.day < $month_day THEN x.n ELSE 0 END) AS over_month,
       min(x.day) * 86400000 - 28800000 AS oldest
FROM (SELECT w.what, w.day, w.n FROM wait_sum w WHERE $scope_all >= w.label
      UNION ALL
      SELECT w.what, (w.since + 28800000) / 86400000, 1 FROM wait w INDEXED BY wait_secret WHERE w.what <> 'work_task' AND w.label = 2 AND $scope_all < 2 AND {scope w.unit_id w.label}) x
GROUP BY x.what
-- @postgres
SELECT w.what, count(*) AS waits, sum(CASE WHEN w.since < CAST($week AS bigint) THEN 1 ELSE 0 END) AS over_week, sum(CASE WHEN w.since < CAST($month AS bigint) THEN 1 ELSE 0 END) AS over_month,
       min(w.since) AS oldest
FROM wait w WHERE w.what <> 'work_task' AND {scope w.unit_id w.label} GROUP BY w.what
-- @end

-- Which ones is found in an index alone; only those are read.
-- :list board_wait_list like board_wait_count
-- scope: w
SELECT w.id, w.subject_kind, w.subject_id, w.what, w.since, w.due, w.no, w.title, w.actor_kind, w.actor_id, coalesce(p.name, t.title, m.name, n.short_name, '') AS actor_name,
       u.short_name AS unit_short
FROM (SELECT w.id FROM wait w WHERE w.what <> 'work_task' AND {scope w.unit_id w.label} AND {filters} ORDER BY w.since, w.id LIMIT $limit) x
JOIN wait w ON w.id = x.id JOIN unit u ON u.id = w.unit_id
LEFT JOIN person p ON w.actor_kind = 'person' AND p.id = w.actor_id
LEFT JOIN post t ON w.actor_kind = 'post' AND t.id = w.actor_id
LEFT JOIN team m ON w.actor_kind = 'team' AND m.id = w.actor_id
LEFT JOIN unit n ON w.actor_kind <> 'person' AND w.actor_kind <> 'post' AND w.actor_kind <> 'team' AND n.id = w.actor_id
ORDER BY w.since, w.id

-- :name board_sources
-- scope: s
SELECT s.id, s.no, s.title, CASE WHEN s.kind <> 'self_check' AND s.finding_count > 1 THEN 1 ELSE 0 END AS is_main
FROM source s WHERE {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 200

-- :name board_unit_path
-- unscoped: the way down to a unit with findings in sight
SELECT a.id, a.short_name, a.depth FROM (SELECT u.id, u.short_name, n.depth FROM unit_anc n JOIN unit u ON u.id = n.ancestor WHERE n.unit = $id) a
ORDER BY a.depth DESC
