-- Units and people: the organisation.

-- :name unit_insert
-- unscoped: apply
INSERT INTO unit (id, parent_id, code, name, short_name, uscc, kind, mgmt_level, legal_level, sector, core_business,
                  valid_from, valid_to, sort_no, sort_key, pinyin, changed_seq)
VALUES ($seq, $parent_id, $code, $name, $short_name, $uscc, $kind, $mgmt_level, $legal_level, $sector, $core_business,
        $valid_from, NULL, $sort_no, $sort_key, $pinyin, $seq)

-- :name unit_update
-- unscoped: apply
UPDATE unit SET code = $code, name = $name, short_name = $short_name, uscc = $uscc, kind = $kind, mgmt_level = $mgmt_level,
       legal_level = $legal_level, sector = $sector, core_business = $core_business, valid_to = $valid_to, sort_no = $sort_no,
       sort_key = $sort_key, pinyin = $pinyin, changed_seq = $seq
WHERE id = $id

-- :name unit_anc_insert
-- unscoped: apply
INSERT INTO unit_anc (ancestor, unit, depth)
SELECT ancestor, CAST($seq AS bigint), depth + 1 FROM unit_anc WHERE unit = $parent_id
UNION ALL SELECT CAST($seq AS bigint), CAST($seq AS bigint), 0

-- :name unit_tenure_insert
-- unscoped: apply
INSERT INTO unit_tenure (unit_id, parent_id, valid_from, valid_to) VALUES ($seq, $parent_id, $valid_from, NULL)

-- :name unit_move_parent
-- unscoped: apply
UPDATE unit SET parent_id = $parent_id, mgmt_level = $mgmt_level, changed_seq = $seq WHERE id = $id

-- :name unit_move_tenure_close
-- unscoped: apply
UPDATE unit_tenure SET valid_to = $last_day WHERE unit_id = $id AND valid_to IS NULL

-- :name unit_move_tenure_open
-- unscoped: apply
INSERT INTO unit_tenure (unit_id, parent_id, valid_from, valid_to) VALUES ($id, $parent_id, $valid_from, NULL)
ON CONFLICT (unit_id, valid_from) DO UPDATE SET parent_id = excluded.parent_id, valid_to = NULL

-- :name unit_move_anc_delete
-- unscoped: apply
DELETE FROM unit_anc
WHERE unit IN (SELECT unit FROM unit_anc WHERE ancestor = $id)
  AND ancestor NOT IN (SELECT unit FROM unit_anc WHERE ancestor = $id)

-- :name unit_move_anc_insert
-- unscoped: apply
INSERT INTO unit_anc (ancestor, unit, depth)
SELECT above.ancestor, below.unit, above.depth + below.depth + 1
FROM unit_anc above JOIN unit_anc below ON below.ancestor = $id
WHERE above.unit = $parent_id

-- :name unit_get
-- scope: u
SELECT u.*, coalesce(p.name, '') AS parent_name,
       (SELECT count(*) FROM finding f WHERE f.unit_id = u.id) AS finding_count,
       (SELECT count(*) FROM unit c WHERE c.parent_id = u.id) AS child_count
FROM unit u LEFT JOIN unit p ON p.id = u.parent_id
WHERE u.id = $id AND {scope u.id 0}

-- :name unit_get_any
-- unscoped: commands check the permission themselves
SELECT * FROM unit WHERE id = $id

-- :name unit_find_code
-- unscoped: commands check the permission themselves
SELECT id, name, parent_id, changed_seq FROM unit WHERE code = $code

-- :name unit_find_name
-- unscoped: imports match the words of a document; commands check the permission themselves
SELECT id, name, short_name FROM unit WHERE name = $name OR short_name = $name ORDER BY id LIMIT 2

-- :name unit_root
-- unscoped: there is one group
SELECT id, name FROM unit WHERE parent_id IS NULL ORDER BY id LIMIT 1

-- :name unit_tree
-- scope: u
SELECT u.id, u.parent_id, u.code, u.name, u.short_name, u.kind, u.mgmt_level, u.legal_level, u.valid_from, u.valid_to, u.sort_no
FROM unit u WHERE {scope u.id 0} ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name unit_path
-- unscoped: names of ancestors of a unit that was read through its scope
SELECT a.id, a.name, a.short_name FROM unit_anc c JOIN unit a ON a.id = c.ancestor WHERE c.unit = $id ORDER BY c.depth DESC

-- :name unit_children
-- scope: u
SELECT u.id, u.code, u.name, u.short_name, u.kind, u.mgmt_level,
       (SELECT count(*) FROM finding f WHERE f.unit_id = u.id) AS finding_count
FROM unit u WHERE u.parent_id = $id AND {scope u.id 0} ORDER BY u.sort_no, u.sort_key, u.id

-- :name unit_tenures
-- unscoped: of a unit that was read through its scope
SELECT t.valid_from, t.valid_to, t.parent_id, coalesce(p.name, '') AS parent_name
FROM unit_tenure t LEFT JOIN unit p ON p.id = t.parent_id WHERE t.unit_id = $id ORDER BY t.valid_from DESC

-- :name unit_is_below
-- unscoped: a guard against loops in the tree
SELECT count(*) FROM unit_anc WHERE ancestor = $ancestor AND unit = $unit

-- :name unit_depth
-- unscoped: a guard
SELECT coalesce(max(depth), 0) FROM unit_anc WHERE unit = $id

-- :name unit_options
-- scope: u
SELECT u.id, u.name, u.short_name, u.code, u.mgmt_level FROM unit u
WHERE {scope u.id 0} AND u.valid_to IS NULL ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name unit_export
-- scope: u
SELECT u.code, coalesce(p.code, '') AS parent_code, u.name, u.short_name, u.kind, u.mgmt_level, u.legal_level, u.sector, u.uscc,
       u.core_business, u.valid_from, u.id, u.changed_seq
FROM unit u LEFT JOIN unit p ON p.id = u.parent_id WHERE {scope u.id 0} ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name unit_count
-- unscoped: bihuan check and start
SELECT count(*) FROM unit

-- :name person_insert
-- unscoped: apply
INSERT INTO person (id, name, unit_id, title, party_post, portfolio, email, phone, sort_key, pinyin, changed_seq)
VALUES ($seq, $name, $unit_id, $title, $party_post, $portfolio, $email, $phone, $sort_key, $pinyin, $seq)

-- :name person_find
-- unscoped: commands check the permission themselves
SELECT id, name, unit_id FROM person WHERE name = $name AND unit_id = $unit_id

-- :name person_of_unit
-- scope: p
SELECT p.id, p.name, p.title, p.party_post, p.portfolio, p.email, p.phone FROM person p
WHERE p.unit_id = $id AND {scope p.unit_id 1} ORDER BY p.sort_key, p.id
