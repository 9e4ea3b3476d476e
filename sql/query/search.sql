-- Search over everything.  Tokens are made by text/bigram.h, the same for both engines.

-- :name search_insert
-- unscoped: apply
-- @sqlite
INSERT INTO search_doc (id, kind, target, unit_id, label, title, body)
VALUES ($seq, $search_kind, $search_target, $search_unit, $search_label, $search_title, $search_body)
-- @postgres
INSERT INTO search_doc (id, kind, target, unit_id, label, title, body, tokens)
VALUES ($seq, $search_kind, $search_target, $search_unit, $search_label, $search_title, $search_body,
        array_to_tsvector(string_to_array($search_tokens, ' ')))
-- @end

-- :name search_fts_insert
-- unscoped: apply
-- @sqlite
INSERT INTO search_fts (rowid, tokens) VALUES ($id, $tokens)
-- @postgres
SELECT 1
-- @end

-- :name search_get
-- unscoped: apply
SELECT kind, target, unit_id, label, title, body FROM search_doc WHERE id = $id

-- :name search_update
-- unscoped: apply
-- @sqlite
UPDATE search_doc SET unit_id = $search_unit, label = $search_label, title = $search_title, body = $search_body WHERE id = $id
-- @postgres
UPDATE search_doc SET unit_id = $search_unit, label = $search_label, title = $search_title, body = $search_body,
       tokens = array_to_tsvector(string_to_array($search_tokens, ' ')) WHERE id = $id
-- @end

-- :name search_fts_delete
-- unscoped: apply; a contentless index is told the old tokens
-- @sqlite
INSERT INTO search_fts (search_fts, rowid, tokens) VALUES ('delete', $id, $tokens)
-- @postgres
SELECT 1
-- @end

-- Evidence is seen with what it is linked to, a rule also by the units that take it over.
-- :name search_find
-- scope: d
-- @sqlite
SELECT d.id, d.kind, d.target, d.title, d.body, d.unit_id, d.label, coalesce(u.name, '') AS unit_name
FROM search_fts CROSS JOIN search_doc d ON d.id = search_fts.rowid LEFT JOIN unit u ON u.id = d.unit_id
WHERE search_fts MATCH $match AND search_fts.rowid < $before AND ({scope d.unit_id d.label}
  OR EXISTS (SELECT 1 FROM evidence_link l WHERE d.kind = 'evidence' AND l.evidence_id = d.id AND {scope l.unit_id l.label})
  OR EXISTS (SELECT 1 FROM rule_cascade c WHERE d.kind = 'rule' AND c.rule_id = d.id AND {scope c.unit_id c.label}))
ORDER BY search_fts.rowid DESC LIMIT $limit
-- @postgres
SELECT d.id, d.kind, d.target, d.title, d.body, d.unit_id, d.label, coalesce(u.name, '') AS unit_name
FROM search_doc d LEFT JOIN unit u ON u.id = d.unit_id
WHERE d.tokens @@ CAST($match AS tsquery) AND d.id < $before AND ({scope d.unit_id d.label}
  OR EXISTS (SELECT 1 FROM evidence_link l WHERE d.kind = 'evidence' AND l.evidence_id = d.id AND {scope l.unit_id l.label})
  OR EXISTS (SELECT 1 FROM rule_cascade c WHERE d.kind = 'rule' AND c.rule_id = d.id AND {scope c.unit_id c.label}))
ORDER BY d.id DESC LIMIT $limit
-- @end

-- :name search_count
-- unscoped: bihuan check
SELECT count(*) FROM search_doc

-- :name search_measures_rescope
-- unscoped: apply; measures are found where their finding may be seen
UPDATE search_doc SET unit_id = $unit_id, label = $label WHERE target = $id AND target <> id AND kind = 'measure'
