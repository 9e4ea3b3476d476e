-- Import of a ledger into the register.

-- :name register_finding
-- unscoped: the import checks the permission of each row itself
SELECT f.*, s.no AS source_no, coalesce(a.title, '') AS aspect_title, u.name AS unit_name, u.short_name AS unit_short, u.code AS unit_code
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE f.id = $id

-- :name register_source_findings
-- unscoped: the import checks the permission of each row itself
SELECT f.id, f.no, f.item_no, f.mark, f.title, f.unit_id, coalesce(a.title, '') AS aspect_title
FROM finding f LEFT JOIN aspect a ON a.id = f.aspect_id WHERE f.source_id = $source_id ORDER BY f.id

-- :name register_source_find
-- unscoped: the import checks the permission itself
SELECT id, no, title, unit_id, label FROM source WHERE no = $text OR title = $text ORDER BY id LIMIT 2

-- :name register_source_get
-- unscoped: the import checks the permission itself
SELECT id, no, title, unit_id, label FROM source WHERE id = $id

-- :name register_source_options
-- scope: s
SELECT s.id, s.no, s.title FROM source s WHERE {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 500

-- :name register_aspects
-- unscoped: titles of a source whose permission the import has checked
SELECT id, no, title FROM aspect WHERE source_id = $source_id ORDER BY no, id

-- :name file_is_mine
-- unscoped: a person's own uploads
SELECT f.id, f.name FROM stored_file f JOIN event e ON e.subject = f.id AND e.kind = 'file.stored' AND e.actor = $me
WHERE f.sha256 = $sha256 LIMIT 1
