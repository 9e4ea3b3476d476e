-- scope: n

-- :name note_insert
-- unscoped: tests
INSERT INTO note (id, owner_id, label, is_open, at, due, title, body, weight)
VALUES ($id, $owner_id, $label, $is_open, $at, $due, $title, $body, coalesce($weight, 1))
RETURNING id, title || '$x{}' AS shown -- a comment; with a mark

-- :name note_get
SELECT n.* FROM note n WHERE n.id = $id AND {scope n.owner_id n.label}

-- :name note_kinds
-- unscoped: tests
SELECT count(*) AS count, sum(weight) AS sum, max(due) AS due, count(*) = 0 AS is_none, NULL AS absent,
       $echo AS echo, $number + 0 AS number
FROM note

-- :name tag_insert
-- unscoped: tests
INSERT INTO tag (note_id, word) VALUES ($note_id, $word) RETURNING word

-- :list note_list
SELECT n.id, n.title FROM note n WHERE {scope n.owner_id n.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter owner n.owner_id = $owner
-- :filter open n.is_open = 1
-- :filter after_due (n.due, n.id) >
-- |   ($after_due, $after_id)
-- @sqlite
-- :filter words n.id IN (SELECT rowid FROM note_fts WHERE note_fts MATCH $words)
-- @postgres
-- :filter words n.id IN (SELECT rowid FROM note_fts WHERE to_tsvector('simple', words) @@ plainto_tsquery('simple', $words))
-- @end
-- :sort due n.due, n.id
-- :sort title n.title DESC, n.id

-- :list note_count like note_list
SELECT count(*) FROM note n WHERE {scope n.owner_id n.label} AND {filters}
