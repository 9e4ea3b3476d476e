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
WHERE u.parent_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = u.parent_id AND a.unit = u.id AND a.depth = 1)

-- :name event_seq_restore
-- unscoped: after a replay the next number follows the last
-- @sqlite
SELECT 1
-- @postgres
SELECT setval('event_seq', greatest(1, (SELECT coalesce(max(seq), 1) FROM event)))
-- @end
