-- bihuan check: figures kept in rows against what they count.

-- :name check_source_count
-- unscoped: bihuan check
SELECT count(*) FROM source s WHERE s.finding_count <> (SELECT count(*) FROM finding f WHERE f.source_id = s.id)

-- :name check_measure_count
-- unscoped: bihuan check
SELECT count(*) FROM finding f
WHERE f.measure_count <> coalesce((SELECT count(*) FROM measure m WHERE m.finding_id = f.id), 0)

-- :name check_search_count
-- unscoped: bihuan check
SELECT count(*) FROM finding f WHERE NOT EXISTS (SELECT 1 FROM search_doc d WHERE d.id = f.id AND d.kind = 'finding')

-- :name check_unit_paths
-- unscoped: bihuan check
SELECT count(*) FROM unit u
WHERE NOT EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = u.id AND a.unit = u.id AND a.depth = 0)
   OR (SELECT count(*) FROM unit_anc a WHERE a.unit = u.id) <> 1 + (SELECT count(*) FROM unit_anc p WHERE p.unit = u.parent_id)
   OR (SELECT count(*) FROM unit_anc p JOIN unit_anc a ON a.ancestor = p.ancestor AND a.unit = u.id AND a.depth = p.depth + 1
       WHERE p.unit = u.parent_id) <> (SELECT count(*) FROM unit_anc p WHERE p.unit = u.parent_id)

-- :name check_source_chain
-- unscoped: bihuan check
SELECT count(*) FROM source s WHERE NOT EXISTS (SELECT 1 FROM chain c WHERE c.id = s.id)

-- :name check_scope
-- unscoped: bihuan check; user_scope decides who sees what and is derived
SELECT count(*) FROM (
  SELECT user_id, perm, unit_id, clearance FROM user_scope
  EXCEPT SELECT g.account_id, r.perm, a.unit, max(g.clearance)
    FROM role_grant g JOIN role_permission r ON r.role = g.role JOIN unit_anc a ON a.ancestor = g.unit_id
    GROUP BY g.account_id, r.perm, a.unit
  UNION ALL
  SELECT g.account_id, r.perm, a.unit, max(g.clearance)
    FROM role_grant g JOIN role_permission r ON r.role = g.role JOIN unit_anc a ON a.ancestor = g.unit_id
    WHERE NOT EXISTS (SELECT 1 FROM user_scope s WHERE s.user_id = g.account_id AND s.perm = r.perm AND s.unit_id = a.unit)
    GROUP BY g.account_id, r.perm, a.unit) AS wrong

-- :name event_seq_restore
-- unscoped: after a replay the next number follows the last
-- @sqlite
SELECT 1
-- @postgres
SELECT setval('event_seq', greatest(1, (SELECT coalesce(max(seq), 1) FROM event)))
-- @end

-- :name database_size
-- unscoped: the state of the program; a number
-- @sqlite
SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()
-- @postgres
SELECT pg_database_size(current_database())
-- @end

-- ---- closed stays closed ------------------------------------------------------------------------------------
-- :name frozen_find
-- unscoped: a guard; the number of a finding that somebody has just been allowed to work on
SELECT f.id, f.no FROM finding f WHERE f.status IN ('closed', 'ended') AND (f.id = $finding_id OR f.id = $subject)
UNION
SELECT f.id, f.no FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE (m.id = $measure_id OR m.id = $subject) AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
UNION
SELECT f.id, f.no FROM task t JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id
WHERE (t.id = $task_id OR t.id = $subject) AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
UNION
SELECT f.id, f.no FROM node n JOIN task t ON t.id = n.task_id JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id
WHERE n.id = $node_id AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
UNION
SELECT f.id, f.no FROM finding_cause c JOIN finding f ON f.id = c.finding_id WHERE c.cause_id = $cause_id AND f.status IN ('closed', 'ended')
UNION
SELECT f.id, f.no FROM report r JOIN task t ON t.id = r.task_id JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id
WHERE r.id = $subject AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
UNION
SELECT f.id, f.no FROM extension x JOIN task t ON t.id = x.task_id JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = t.finding_id
WHERE x.id = $subject AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
UNION
SELECT f.id, f.no FROM evidence e JOIN finding f ON f.id = e.finding_id LEFT JOIN task t ON e.home_kind = 'task' AND t.id = e.home_id
LEFT JOIN measure m ON m.id = CASE WHEN e.home_kind = 'measure' THEN e.home_id ELSE t.measure_id END
WHERE e.id = $evidence_id AND (f.status IN ('closed', 'ended') OR m.cycle_n < f.cycle_n)
LIMIT 1

-- Invariants of the loop, see ARCHITECTURE.md.
-- :name check_closed_cycle
-- unscoped: bihuan check; a closed cycle has a certificate, a closing event and a frozen answer to "on time?"
SELECT count(*) FROM cycle c WHERE c.state IN ('closed', 'kept', 'ended') AND (c.closed_on IS NULL OR c.is_on_time IS NULL OR c.result = ''
  OR NOT EXISTS (SELECT 1 FROM certificate k WHERE k.cycle_id = c.id AND k.no = c.certificate_no)
  OR NOT EXISTS (SELECT 1 FROM event e WHERE e.subject = c.finding_id AND e.kind = 'finding.closed'))

-- :name check_closed_complete
-- unscoped: bihuan check; nothing is closed without a date, a cause, a measure and, when it was completed, a dated step; what is kept goes on and may change
SELECT count(*) FROM cycle c JOIN finding f ON f.id = c.finding_id WHERE c.state IN ('closed', 'ended') AND (c.due IS NULL
  OR (c.id = f.cycle_id AND NOT EXISTS (SELECT 1 FROM finding_cause x JOIN cause k ON k.id = x.cause_id WHERE x.finding_id = f.id AND k.is_dropped = 0))
  OR (NOT EXISTS (SELECT 1 FROM measure m WHERE m.finding_id = f.id AND m.cycle_n = c.n AND m.state <> 'dropped')
      AND NOT EXISTS (SELECT 1 FROM measure_serves s JOIN measure m ON m.id = s.measure_id WHERE s.finding_id = f.id AND m.state <> 'dropped'))
  OR (c.state = 'closed' AND NOT EXISTS (SELECT 1 FROM node n JOIN task t ON t.id = n.task_id JOIN measure m ON m.id = t.measure_id
      WHERE t.finding_id = f.id AND m.cycle_n = c.n AND n.is_dropped = 0)))

-- :name check_four_eyes
-- unscoped: bihuan check; nobody signed what they handled or asked for, nor twice in a case
SELECT count(*) FROM review_sign s JOIN review r ON r.id = s.review_id WHERE s.slot_id > 0 AND (s.account_id = r.opened_by OR s.account_id = 0
  OR EXISTS (SELECT 1 FROM handler h WHERE h.cycle_id = r.cycle_id AND h.account_id = s.account_id AND h.first_seq < s.id)
  OR EXISTS (SELECT 1 FROM review_sign o WHERE o.review_id = s.review_id AND o.id <> s.id AND o.slot_id > 0 AND o.account_id = s.account_id))

-- :name check_certificate_numbers
-- unscoped: bihuan check; numbers of certificates have no gap and none was given twice
SELECT count(*) FROM (SELECT issuer_id, year, count(*) AS n, min(n) AS first_n, max(n) AS last_n FROM certificate GROUP BY issuer_id, year) AS k
WHERE k.n <> k.last_n OR k.first_n <> 1
  OR NOT EXISTS (SELECT 1 FROM doc_no d WHERE d.issuer_id = k.issuer_id AND d.year = k.year AND d.kind = 'closing' AND d.last_n = k.last_n)

-- :name check_closed_untouched
-- unscoped: bihuan check; what belongs to a closed cycle was not changed after it was closed
SELECT count(*) FROM cycle c WHERE c.state IN ('closed', 'ended') AND (
  EXISTS (SELECT 1 FROM measure m WHERE m.finding_id = c.finding_id AND m.cycle_n = c.n AND m.changed_seq > c.changed_seq)
  OR EXISTS (SELECT 1 FROM task t JOIN measure m ON m.id = t.measure_id WHERE m.finding_id = c.finding_id AND m.cycle_n = c.n AND t.changed_seq > c.changed_seq))

-- :name check_parent_child
-- unscoped: bihuan check; a parent is not done or cancelled over open children
SELECT count(*) FROM task p WHERE (p.state IN ('done', 'cancelled') AND EXISTS (SELECT 1 FROM task t WHERE t.parent_id = p.id AND t.state NOT IN ('done', 'cancelled')))
  OR p.open_children <> (SELECT count(*) FROM task t WHERE t.parent_id = p.id AND t.state NOT IN ('done', 'cancelled'))
  OR p.child_count <> (SELECT count(*) FROM task t WHERE t.parent_id = p.id AND t.state <> 'cancelled')

-- :name check_cycle_state
-- unscoped: bihuan check; a finding stands as its last cycle does
SELECT count(*) FROM finding f JOIN cycle c ON c.id = f.cycle_id WHERE c.state <> f.status OR c.n <> f.cycle_n OR c.finding_id <> f.id
  OR c.n <> (SELECT count(*) FROM cycle o WHERE o.finding_id = f.id)
