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
