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
       sort_key = $sort_key, pinyin = $pinyin, valid_from = $valid_from, changed_seq = $seq
WHERE id = $id

-- :name unit_set_end
-- unscoped: apply
UPDATE unit SET valid_to = $valid_to, changed_seq = $seq WHERE id = $id

-- :name unit_update_start
-- unscoped: apply; the first place begins with the unit
UPDATE unit_tenure SET valid_from = $valid_from WHERE unit_id = $id AND valid_from = $old_valid_from

-- :name unit_first_tenure
-- unscoped: commands check the permission themselves
SELECT valid_to FROM unit_tenure WHERE unit_id = $id ORDER BY valid_from LIMIT 1

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

-- :name unit_move_levels
-- unscoped: apply; the whole subtree goes up or down together
UPDATE unit SET mgmt_level = mgmt_level + CAST($level_change AS bigint)
WHERE id IN (SELECT unit FROM unit_anc WHERE ancestor = $id AND depth > 0)

-- :name unit_get
-- scope: u
SELECT u.*, coalesce(p.name, '') AS parent_name
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
SELECT u.id, t.parent_id, u.code, u.name, u.short_name, u.kind, u.mgmt_level, u.pinyin, u.valid_from, u.valid_to, u.changed_seq
FROM unit u JOIN unit_tenure t ON t.unit_id = u.id AND t.valid_from <= $as_of AND (t.valid_to IS NULL OR t.valid_to >= $as_of)
WHERE {scope u.id 0} AND u.valid_from <= $as_of AND (u.valid_to IS NULL OR u.valid_to >= $as_of)
ORDER BY u.sort_no, CASE WHEN u.kind = 'department' THEN 0 ELSE 1 END, u.sort_key, u.id

-- :name unit_open_finding_counts
-- scope: f
SELECT f.unit_id, count(*) AS open_findings FROM finding f
WHERE {scope f.unit_id f.label} AND f.status NOT IN ('closed', 'ended', 'withdrawn') GROUP BY f.unit_id

-- :name unit_people_counts
-- scope: p
SELECT p.unit_id, count(*) AS people FROM person p WHERE {scope p.unit_id 1} GROUP BY p.unit_id

-- :name unit_finding_figures
-- scope: f
SELECT count(*) AS open_below, coalesce(sum(CASE WHEN f.unit_id = $id THEN 1 ELSE 0 END), 0) AS open_own,
       coalesce(sum(CASE WHEN f.due < $today THEN 1 ELSE 0 END), 0) AS overdue
FROM finding f
WHERE f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $id) AND f.status NOT IN ('closed', 'ended', 'withdrawn')
  AND {scope f.unit_id f.label}

-- :name unit_child_finding_counts
-- scope: f
SELECT c.id AS unit_id, count(*) AS open_findings
FROM unit c JOIN unit_anc a ON a.ancestor = c.id JOIN finding f ON f.unit_id = a.unit
WHERE c.parent_id = $id AND f.status NOT IN ('closed', 'ended', 'withdrawn') AND {scope f.unit_id f.label} GROUP BY c.id

-- :name unit_all
-- unscoped: an import compares codes and checks the permission for each row itself
SELECT u.id, u.parent_id, u.code, coalesce(p.code, '') AS parent_code, u.name, u.short_name, u.kind, u.mgmt_level, u.legal_level, u.sector,
       u.uscc, u.core_business, u.valid_from, u.valid_to, u.changed_seq
FROM unit u LEFT JOIN unit p ON p.id = u.parent_id ORDER BY u.id

-- :name unit_open_tenure
-- unscoped: commands check the permission themselves
SELECT valid_from FROM unit_tenure WHERE unit_id = $id AND valid_to IS NULL

-- :name unit_last_move
-- unscoped: commands check the permission themselves
SELECT body FROM event WHERE subject = $id AND kind = 'unit.moved' ORDER BY seq DESC LIMIT 1

-- :name unit_open_children
-- unscoped: a guard
SELECT count(*) FROM unit WHERE parent_id = $id AND valid_to IS NULL

-- :name unit_open_finding_count
-- unscoped: a guard
SELECT count(*) FROM finding WHERE unit_id = $id AND status NOT IN ('closed', 'ended', 'withdrawn')

-- :name unit_open_findings
-- unscoped: a closing unit hands all of them over; the command that changes each checks the permission
SELECT id FROM finding WHERE unit_id = $id AND status NOT IN ('closed', 'ended', 'withdrawn') ORDER BY id

-- :name unit_path
-- unscoped: names of ancestors of a unit that was read through its scope
SELECT a.id, a.name, a.short_name FROM unit_anc c JOIN unit a ON a.id = c.ancestor WHERE c.unit = $id ORDER BY c.depth DESC

-- :name unit_children
-- scope: u
SELECT u.id, u.code, u.name, u.short_name, u.kind, u.mgmt_level, u.valid_to
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

-- :name unit_height
-- unscoped: a guard
SELECT coalesce(max(depth), 0) FROM unit_anc WHERE ancestor = $id

-- :name unit_options
-- scope: u
SELECT u.id, u.name, u.short_name, u.code, u.mgmt_level FROM unit u
WHERE {scope u.id 0} AND u.valid_to IS NULL
ORDER BY u.mgmt_level, CASE WHEN u.parent_id IS NULL THEN 0 ELSE 1 END, u.sort_no, u.sort_key, u.id

-- :name unit_export
-- scope: u
SELECT u.code, coalesce(p.code, '') AS parent_code, u.name, u.short_name, u.kind, u.mgmt_level, u.legal_level, u.sector, u.uscc,
       u.core_business, u.valid_from, u.valid_to, u.id, u.changed_seq
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

-- :name person_update
-- unscoped: apply
UPDATE person SET name = $name, unit_id = $unit_id, title = $title, party_post = $party_post, portfolio = $portfolio, email = $email,
       phone = $phone, sort_key = $sort_key, pinyin = $pinyin, changed_seq = $seq
WHERE id = $id

-- :name person_get_any
-- unscoped: commands check the permission themselves
SELECT * FROM person WHERE id = $id

-- :name person_all
-- unscoped: an import compares people and checks the permission for each row itself
SELECT p.id, p.name, p.unit_id, u.code AS unit_code, p.title, p.party_post, p.portfolio, p.email, p.phone, p.changed_seq
FROM person p JOIN unit u ON u.id = p.unit_id ORDER BY p.id DESC

-- :name person_export
-- scope: p
SELECT p.id, p.name, u.code AS unit_code, p.title, p.party_post, p.portfolio, p.email, p.phone, p.changed_seq
FROM person p JOIN unit u ON u.id = p.unit_id WHERE {scope p.unit_id 1} ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id, p.sort_key, p.id
