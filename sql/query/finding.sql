-- The register.

-- :name finding_insert
-- unscoped: apply
INSERT INTO finding (id, source_id, item_no, no, mark, aspect_id, title, facts, phase, nature, severity, status, status_stated, amount_fen, amount_key,
  responsible, unit_id, label, due, due_key, due_stated, paragraph_from, paragraph_to, measure_count, created_at, created_by, changed_at,
  changed_seq, rev, cycle_id)
VALUES ($seq, $source_id, $item_no, $no, $mark, $aspect_id, $title, $facts, $phase, $nature, $severity, $status, $status_stated, $amount_fen, coalesce(CAST($amount_fen AS bigint), -1),
  $responsible, $unit_id, $label, $due, coalesce($due, '9999-12-31'), $due_stated, $paragraph_from, $paragraph_to, 0, $at, $actor, $at, $seq, 1, $seq)

-- :name source_item_insert
-- unscoped: apply
INSERT INTO source_item (id, source_id, finding_id, other_id, relation, title, text, paragraph_from, paragraph_to)
VALUES ($seq, $source_id, $finding_id, $other_id, $relation, $title, $text, $paragraph_from, $paragraph_to)

-- :name source_item_issue
-- unscoped: apply; the finding's own source item has the finding's id
INSERT INTO source_item (id, source_id, finding_id, relation, title, text, paragraph_from, paragraph_to)
VALUES ($seq, $source_id, $seq, 'issued', $title, $facts, $paragraph_from, $paragraph_to)

-- :name finding_update
-- unscoped: apply
UPDATE finding SET title = $title, facts = $facts, aspect_id = $aspect_id, phase = $phase, nature = $nature, severity = $severity,
  status_stated = $status_stated, amount_fen = $amount_fen, amount_key = coalesce(CAST($amount_fen AS bigint), -1), responsible = $responsible, unit_id = $unit_id, label = $label, due = $due, due_key = coalesce($due, '9999-12-31'),
  due_stated = $due_stated, changed_at = $at, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name finding_touch
-- unscoped: apply
UPDATE finding SET changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name finding_count_measure
-- unscoped: apply
UPDATE finding SET measure_count = measure_count + 1, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name measure_insert
-- unscoped: apply
INSERT INTO measure (id, finding_id, no, text, is_derived, phase, due, paragraph, cause_id, kinds, finish_mark, weight, yearly_goal, changed_seq)
VALUES ($seq, $finding_id, $no, $text, $is_derived, $phase, $due, $paragraph, $cause_id, $kinds, $finish_mark, $weight, $yearly_goal, $seq)

-- :name measure_update
-- unscoped: apply
UPDATE measure SET text = $text, phase = $phase, due = $due, cause_id = $cause_id, kinds = $kinds, finish_mark = $finish_mark, weight = $weight, yearly_goal = $yearly_goal,
  changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name measure_get_any
-- unscoped: commands check the permission themselves
SELECT m.* FROM measure m WHERE m.id = $id

-- :name measure_next_no
-- unscoped: numbering
SELECT coalesce(max(no), 0) + 1 FROM measure WHERE finding_id = $finding_id

-- :name figure_insert
-- unscoped: apply
INSERT INTO figure (id, finding_id, label, value, scale, unit, text) VALUES ($seq, $finding_id, $label, $value, $scale, $unit, $text)

-- :name finding_get
-- scope: f
SELECT f.*, s.no AS source_no, s.title AS source_title, s.kind AS source_kind, s.fed_back AS source_fed_back, s.file_sha256 AS source_file,
       coalesce(a.title, '') AS aspect_title, u.name AS unit_name, u.short_name AS unit_short, coalesce(c.name, '') AS created_by_name,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due,
       CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs,
       (SELECT y.original_due FROM cycle y WHERE y.id = f.cycle_id AND y.original_due <> coalesce(f.due, '')) AS first_due
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id
LEFT JOIN aspect a ON a.id = f.aspect_id LEFT JOIN account c ON c.id = f.created_by
WHERE f.id = $id AND {scope f.unit_id f.label}

-- :name finding_get_any
-- unscoped: commands check the permission themselves
SELECT f.* FROM finding f WHERE f.id = $id

-- :name finding_find_no
-- unscoped: commands check the permission themselves
SELECT f.* FROM finding f WHERE f.no = $no

-- :name finding_measures
-- unscoped: of a finding that was read through its scope
SELECT id, no, text, is_derived, phase, due, paragraph, cause_id, kinds, weight, state, progress_bp, cycle_n FROM measure WHERE finding_id = $id ORDER BY no

-- Which of the queries named by the columns have rows to look at: most parts of most findings are empty.
-- :name finding_has
-- unscoped: of a finding that was read through its scope; the queries named apply theirs
SELECT
  CASE WHEN EXISTS (SELECT 1 FROM finding_cause c WHERE c.finding_id = $id) THEN 1 ELSE 0 END AS cause_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM measure_serves s WHERE s.finding_id = $id) THEN 1 ELSE 0 END AS measure_serving,
  CASE WHEN EXISTS (SELECT 1 FROM duty d WHERE d.subject_kind = 'finding' AND d.subject_id = $id) THEN 1 ELSE 0 END AS duty_of_subject,
  CASE WHEN EXISTS (SELECT 1 FROM task t WHERE t.finding_id = $id) THEN 1 ELSE 0 END AS task_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM figure g WHERE g.finding_id = $id) THEN 1 ELSE 0 END AS finding_figures,
  CASE WHEN EXISTS (SELECT 1 FROM source_item i WHERE i.finding_id = $id) THEN 1 ELSE 0 END AS finding_source_items,
  CASE WHEN EXISTS (SELECT 1 FROM finding f WHERE f.id = $id AND f.main_id IS NOT NULL) THEN 1 ELSE 0 END AS finding_main,
  CASE WHEN EXISTS (SELECT 1 FROM finding f WHERE f.main_id = $id) THEN 1 ELSE 0 END AS finding_parts,
  CASE WHEN EXISTS (SELECT 1 FROM finding f WHERE f.id = $id AND f.recurs_id IS NOT NULL) THEN 1 ELSE 0 END AS finding_recurs,
  CASE WHEN EXISTS (SELECT 1 FROM finding f WHERE f.recurs_id = $id) THEN 1 ELSE 0 END AS finding_recurred_as,
  CASE WHEN EXISTS (SELECT 1 FROM sweep s WHERE s.finding_id = $id) THEN 1 ELSE 0 END AS sweep_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM sweep_hit h WHERE h.finding_id = $id) THEN 1 ELSE 0 END AS sweep_behind_finding,
  CASE WHEN EXISTS (SELECT 1 FROM evidence_link l WHERE l.finding_id = $id) THEN 1 ELSE 0 END AS evidence_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM truth_check c WHERE c.finding_id = $id) THEN 1 ELSE 0 END AS check_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM review r WHERE r.finding_id = $id) THEN 1 ELSE 0 END AS review_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM certificate c WHERE c.finding_id = $id) THEN 1 ELSE 0 END AS certificate_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM lookback_item i WHERE i.finding_id = $id) THEN 1 ELSE 0 END AS lookback_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM rule_link l WHERE l.target_kind = 'finding' AND l.target_id = $id)
       OR EXISTS (SELECT 1 FROM measure m JOIN rule_link l ON l.target_kind = 'measure' AND l.target_id = m.id WHERE m.finding_id = $id) THEN 1 ELSE 0 END AS rule_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM meeting_plan p WHERE p.finding_id = $id) THEN 1 ELSE 0 END AS meeting_of_finding,
  CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = $id AND h.state = 'open')
       OR EXISTS (SELECT 1 FROM letter l WHERE l.subject_kind = 'finding' AND l.subject_id = $id)
       OR EXISTS (SELECT 1 FROM lead_case c WHERE c.subject_kind = 'finding' AND c.subject_id = $id)
       OR EXISTS (SELECT 1 FROM task_force g WHERE g.finding_id = $id) THEN 1 ELSE 0 END AS supervision_of_subject

-- :name finding_figures
-- unscoped: of a finding that was read through its scope
SELECT id, label, value, scale, unit, text FROM figure WHERE finding_id = $id ORDER BY id

-- :name finding_source_items
-- scope: s
SELECT i.id, i.relation, i.other_id, i.title, i.text, i.paragraph_from, s.id AS source_id, s.no AS source_no, s.title AS source_title
FROM source_item i JOIN source s ON s.id = i.source_id
WHERE i.finding_id = $id AND {scope s.unit_id s.label}
  AND (i.other_id IS NULL OR EXISTS (SELECT 1 FROM finding o WHERE o.id = i.other_id AND {scope o.unit_id o.label}))
ORDER BY i.id

-- The register as a list.  Neither engine can know which filters are rare, so page_finding_query.c chooses the index.
-- Filters are written so that no index serves them: rows come along the index of the sort (due, changed, no, amount), which holds
-- what most filters ask for, and are tested on the way.  A filter by_* takes rows by an index of its own: in the order of the sort
-- when that index holds the sort too, else few rows, which are then sorted (few_*).

-- :list finding_list
-- scope: f
SELECT f.id, f.no, f.item_no, f.mark, f.title, f.phase, f.nature, f.severity, f.status, f.status_stated, f.amount_fen, f.amount_key, f.due, f.due_key, f.due_stated, f.label,
       f.measure_count, f.changed_at, f.changed_seq, f.responsible, f.rev, f.source_id, s.no AS source_no, s.title AS source_title,
       coalesce(a.title, '') AS aspect_title, f.unit_id, u.short_name AS unit_short, u.name AS unit_name, CASE WHEN EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open') THEN 1 ELSE 0 END AS hangs,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE {scope f.unit_id f.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter source f.source_id + 0 = $source
-- :filter aspect f.aspect_id + 0 = $aspect
-- :filter unit f.unit_id + 0 = $unit
-- :filter under f.unit_id + 0 IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- @sqlite
-- :filter match f.id + 0 IN (SELECT rowid FROM search_fts WHERE search_fts MATCH $match)
-- @postgres
-- :filter match EXISTS (SELECT 1 FROM search_doc d WHERE d.id = f.id AND d.tokens @@ CAST($match AS tsquery))
-- @end
-- :filter status f.status || '' = $status
-- :filter live f.status <> 'withdrawn'
-- :filter open f.status || '' NOT IN ('closed', 'ended', 'withdrawn')
-- :filter phase f.phase || '' = $phase
-- :filter not_kept f.status <> 'kept'
-- :filter short f.phase <> 'long_term'
-- :filter nature f.nature || '' = $nature
-- :filter severity f.severity || '' = $severity
-- :filter due_from f.due_key || '' >= $due_from
-- :filter due_to f.due_key || '' <= $due_to
-- :filter amount_min f.amount_key + 0 >= $amount_min
-- :filter label f.label + 0 = $label
-- :filter once {once f}
-- Counted once, what is late, due soon or without a date in any finding of the same matter: as the board counts it.
-- :filter matter_overdue ((f.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND f.due_key || '' < $today) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due_key || '' < $today))
-- :filter matter_hung (EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open') OR {matter f p} AND EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = p.id AND h.state = 'open')))
-- :filter matter_soon ((f.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND f.due_key || '' >= $today AND f.due_key || '' <= $soon) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due_key || '' >= $today AND p.due_key || '' <= $soon))
-- :filter matter_no_due ((f.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND f.due IS NULL) OR {matter f p} AND p.status || '' NOT IN ('closed', 'ended') AND p.due IS NULL))
-- :filter recurs f.recurs_id IS NOT NULL
-- What finance can still confirm: closed stays closed, and so do earlier cycles.
-- :filter money f.status NOT IN ('closed', 'ended') AND EXISTS (SELECT 1 FROM report r JOIN task t ON t.id = r.task_id JOIN measure m ON m.id = t.measure_id WHERE r.finding_id = f.id AND m.cycle_n = f.cycle_n AND r.state = 'accepted' AND r.recovered_fen > 0 AND r.confirmed_fen IS NULL)
-- :filter hung EXISTS (SELECT 1 FROM hang h WHERE h.finding_id = f.id AND h.state = 'open')
-- Where a page begins.  A number sorts by what stands before its last digits, then by these as a number.
-- :filter after_due (f.due_key, f.id) > ($key, CAST($key_id AS bigint))
-- :filter before_due (f.due_key, f.id) < ($key, CAST($key_id AS bigint))
-- :filter after_changed f.changed_seq > CAST($key AS bigint)
-- :filter before_changed f.changed_seq < CAST($key AS bigint)
-- @sqlite
-- :filter after_no rtrim(f.no, '0123456789') >= $key AND (rtrim(f.no, '0123456789') > $key OR f.item_no > $key_id)
-- :filter before_no rtrim(f.no, '0123456789') <= $key AND (rtrim(f.no, '0123456789') < $key OR f.item_no < $key_id)
-- @postgres
-- :filter after_no (rtrim(f.no, '0123456789'), f.item_no) > ($key, CAST($key_id AS bigint))
-- :filter before_no (rtrim(f.no, '0123456789'), f.item_no) < ($key, CAST($key_id AS bigint))
-- @end
-- :filter after_item f.item_no > CAST($key_id AS bigint)
-- :filter before_item f.item_no < CAST($key_id AS bigint)
-- :filter after_amount (f.amount_key, f.id) > (CAST($key AS bigint), CAST($key_id AS bigint))
-- :filter before_amount (f.amount_key, f.id) < (CAST($key AS bigint), CAST($key_id AS bigint))
-- The same where another index gives the rows.
-- :filter after_few_due (f.due_key || '', f.id) > ($key, CAST($key_id AS bigint))
-- :filter before_few_due (f.due_key || '', f.id) < ($key, CAST($key_id AS bigint))
-- :filter after_few_changed f.changed_seq + 0 > CAST($key AS bigint)
-- :filter before_few_changed f.changed_seq + 0 < CAST($key AS bigint)
-- :filter after_few_no (rtrim(f.no || '', '0123456789'), f.item_no) > ($key, CAST($key_id AS bigint))
-- :filter before_few_no (rtrim(f.no || '', '0123456789'), f.item_no) < ($key, CAST($key_id AS bigint))
-- :filter after_few_amount (f.amount_key + 0, f.id) > (CAST($key AS bigint), CAST($key_id AS bigint))
-- :filter before_few_amount (f.amount_key + 0, f.id) < (CAST($key AS bigint), CAST($key_id AS bigint))
-- What an index takes the rows by:
-- :filter by_scope f.unit_id IN (SELECT unit_id FROM user_scope WHERE user_id = $me AND perm = $perm)
-- :filter by_source f.source_id = $source
-- :filter by_aspect f.aspect_id = $aspect
-- :filter by_unit f.unit_id = $unit
-- :filter by_under f.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- @sqlite
-- :filter by_match f.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH $match)
-- @postgres
-- :filter by_match f.id IN (SELECT d.id FROM search_doc d WHERE d.tokens @@ CAST($match AS tsquery))
-- @end
-- :filter by_status f.status = $status
-- :filter by_open f.status NOT IN ('closed', 'ended', 'withdrawn')
-- :filter by_phase f.phase = $phase
-- :filter by_nature f.nature = $nature AND f.nature <> ''
-- :filter by_severity f.severity = $severity AND f.severity <> ''
-- :filter by_label f.label = $label AND f.label <> 1
-- :filter by_hung f.id IN (SELECT h.finding_id FROM hang h WHERE h.state = 'open')
-- :filter by_due_from f.due_key >= $due_from
-- :filter by_due_to f.due_key <= $due_to
-- :filter by_amount f.amount_key >= $amount_min
-- :sort due f.due_key, f.id
-- :sort due_back f.due_key DESC, f.id DESC
-- :sort changed f.changed_seq
-- :sort changed_back f.changed_seq DESC
-- :sort no rtrim(f.no, '0123456789'), f.item_no
-- :sort no_back rtrim(f.no, '0123456789') DESC, f.item_no DESC
-- :sort item f.item_no
-- :sort item_back f.item_no DESC
-- :sort amount f.amount_key, f.id
-- :sort amount_back f.amount_key DESC, f.id DESC
-- :sort few_due f.due_key || '', f.id
-- :sort few_due_back f.due_key || '' DESC, f.id DESC
-- :sort few_changed f.changed_seq + 0
-- :sort few_changed_back f.changed_seq + 0 DESC
-- :sort few_no rtrim(f.no || '', '0123456789'), f.item_no
-- :sort few_no_back rtrim(f.no || '', '0123456789') DESC, f.item_no DESC
-- :sort few_amount f.amount_key + 0, f.id
-- :sort few_amount_back f.amount_key + 0 DESC, f.id DESC

-- The figures of the home page, of who sees the whole register: each has its index, and none counts beyond $most by much.  Findings of
-- one matter are counted once, as it stands in any of them; see matter_overdue of finding_list.  The few that are linked are found by
-- finding_main: || '' keeps other indexes, with all that is late behind them, out of it.
-- :name finding_home_count
-- scope: f
SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM finding f WHERE f.status <> 'withdrawn' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) x) AS total,
       (SELECT count(*) FROM (SELECT x.id FROM (SELECT f.id FROM finding f WHERE f.status NOT IN ('closed', 'ended', 'withdrawn') AND f.due_key < $today AND {once f} AND {scope f.unit_id f.label} LIMIT $most) x
         UNION SELECT y.id FROM (SELECT f.id FROM finding f WHERE f.id IN (SELECT p.main_id FROM finding p WHERE p.main_id IS NOT NULL AND p.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND p.due_key || '' < $today AND {scope p.unit_id p.label})
           AND f.status <> 'withdrawn' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) y) z) AS overdue,
       (SELECT count(*) FROM (SELECT x.id FROM (SELECT f.id FROM finding f WHERE f.status NOT IN ('closed', 'ended', 'withdrawn') AND f.due_key >= $today AND f.due_key <= $soon AND {once f} AND {scope f.unit_id f.label} LIMIT $most) x
         UNION SELECT y.id FROM (SELECT f.id FROM finding f WHERE f.id IN (SELECT p.main_id FROM finding p WHERE p.main_id IS NOT NULL AND p.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND p.due_key || '' >= $today AND p.due_key || '' <= $soon AND {scope p.unit_id p.label})
           AND f.status <> 'withdrawn' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) y) z) AS due_soon,
       (SELECT count(*) FROM (SELECT 1 AS one FROM finding f WHERE f.phase = 'long_term' AND f.status <> 'withdrawn' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) x) AS long_term,
       (SELECT count(*) FROM (SELECT x.id FROM (SELECT f.id FROM finding f WHERE f.status NOT IN ('closed', 'ended', 'withdrawn') AND f.due_key = '9999-12-31' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) x
         UNION SELECT y.id FROM (SELECT f.id FROM finding f WHERE f.id IN (SELECT p.main_id FROM finding p WHERE p.main_id IS NOT NULL AND p.status || '' NOT IN ('closed', 'ended', 'withdrawn') AND p.due_key || '' = '9999-12-31' AND {scope p.unit_id p.label})
           AND f.status <> 'withdrawn' AND {once f} AND {scope f.unit_id f.label} LIMIT $most) y) z) AS no_due

-- :list finding_count like finding_list
-- scope: f
SELECT count(*) FROM (SELECT 1 AS one FROM finding f WHERE {scope f.unit_id f.label} AND {filters} LIMIT $limit) AS counted

-- :list finding_export like finding_list
-- scope: f
SELECT f.*, s.no AS source_no, s.title AS source_title, coalesce(a.title, '') AS aspect_title, u.name AS unit_name,
       coalesce((SELECT m.no FROM finding m WHERE m.id = f.main_id AND {scope m.unit_id m.label}), '') AS main_no,
       coalesce((SELECT e.no FROM finding e WHERE e.id = f.recurs_id AND {scope e.unit_id e.label}), '') AS recurs_no
FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE {scope f.unit_id f.label} AND {filters} ORDER BY {order} LIMIT $limit

-- :list finding_pick_count like finding_list
-- unscoped: how many rows a filter leaves, up to a limit; only the choice of a plan hangs on it, and for most an index answers it alone
SELECT count(*) FROM (SELECT 1 AS one FROM finding f WHERE {filters} LIMIT $limit) AS counted

-- :name finding_match_count
-- unscoped: how common a word is, up to a limit; only the choice of a plan hangs on it
-- @sqlite
SELECT count(*) FROM (SELECT 1 FROM search_fts WHERE search_fts MATCH $match LIMIT $limit)
-- @postgres
SELECT count(*) FROM (SELECT 1 AS one FROM search_doc d WHERE d.tokens @@ CAST($match AS tsquery) LIMIT $limit) AS counted
-- @end

-- :name finding_brief
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.due, f.measure_count, s.title AS source_title, s.fed_back,
       (SELECT min(w.due_key) FROM wait w WHERE w.subject_kind = 'finding' AND w.subject_id = f.id) AS step_due
FROM finding f JOIN source s ON s.id = f.source_id WHERE f.id = $id AND {scope f.unit_id f.label}

-- :name aspect_get
-- unscoped: the title of a filter that was chosen from a source's aspects
SELECT id, title, source_id FROM aspect WHERE id = $id

-- :name finding_unit_name
-- scope: u
SELECT u.id, u.name, u.short_name FROM unit u WHERE u.id = $id AND {scope u.id 0}

-- :name source_item_unlink
-- unscoped: apply
DELETE FROM source_item WHERE finding_id = $finding_id AND other_id = $other_id AND relation = 'same_matter'

-- :name source_item_is_linked
-- unscoped: a guard; commands check the permission themselves
SELECT count(*) FROM source_item WHERE finding_id = $finding_id AND other_id = $other_id

-- :name finding_set_status
-- unscoped: apply
UPDATE finding SET status = $status, changed_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name measure_get
-- scope: f
SELECT m.*, f.no AS finding_no, f.title AS finding_title, f.unit_id, f.label, f.due AS finding_due
FROM measure m JOIN finding f ON f.id = m.finding_id WHERE m.id = $id AND {scope f.unit_id f.label}

-- :name aspect_options
-- unscoped: titles of a source that was read through its scope
SELECT id, title FROM aspect WHERE source_id = $source ORDER BY no, id

-- :name saved_view_list
-- unscoped: a person's own
SELECT id, name, query FROM saved_view WHERE account_id = $me AND page = $page ORDER BY name

-- :name saved_view_insert
-- unscoped: apply
INSERT INTO saved_view (id, account_id, page, name, query) VALUES ($seq, $actor, $page, $name, $query)
ON CONFLICT (account_id, page, name) DO UPDATE SET query = excluded.query

-- :name saved_view_find
-- unscoped: a person's own
SELECT id FROM saved_view WHERE account_id = $me AND page = $page AND name = $name

-- :name saved_view_get
-- unscoped: a person's own
SELECT id FROM saved_view WHERE id = $id AND account_id = $me

-- :name saved_view_delete
-- unscoped: apply
DELETE FROM saved_view WHERE id = $id AND account_id = $actor

-- :name import_mapping_get
-- unscoped: column names only
SELECT mapping FROM import_mapping WHERE signature = $signature

-- :name import_mapping_set
-- unscoped: apply
INSERT INTO import_mapping (signature, mapping, changed_seq) VALUES ($signature, $mapping, $seq)
ON CONFLICT (signature) DO UPDATE SET mapping = excluded.mapping, changed_seq = excluded.changed_seq

-- :name finding_set_main
-- unscoped: apply
UPDATE finding SET main_id = $main_id, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name finding_set_recurs
-- unscoped: apply
UPDATE finding SET recurs_id = $recurs_id, changed_at = $at, changed_seq = $seq WHERE id = $finding_id

-- :name finding_linked_ids
-- unscoped: a command keeps together what is one matter
SELECT DISTINCT i.other_id AS id FROM source_item i WHERE i.finding_id = $id AND i.relation = 'same_matter' AND i.other_id IS NOT NULL ORDER BY i.other_id

-- :name finding_count_row
-- unscoped: a command keeps together what is one matter
SELECT f.id, f.no, f.source_id, f.status, f.main_id, f.recurs_id FROM finding f WHERE f.id = $id

-- What a finding is counted as, and what is counted as it.
-- :name finding_main
-- scope: m
SELECT m.id, m.no, m.title FROM finding f JOIN finding m ON m.id = f.main_id WHERE f.id = $id AND {scope m.unit_id m.label}

-- :name finding_parts
-- scope: f
SELECT f.id, f.no, f.title, f.status FROM finding f WHERE f.main_id = $id AND {scope f.unit_id f.label} ORDER BY f.id

-- :name finding_recurs
-- scope: e
SELECT e.id, e.no, e.title, e.status, e.due, e.closed_on, s.title AS source_title FROM finding f JOIN finding e ON e.id = f.recurs_id JOIN source s ON s.id = e.source_id
WHERE f.id = $id AND {scope e.unit_id e.label}

-- :name finding_recurred_as
-- scope: f
SELECT f.id, f.no, f.title, f.status, f.due, f.closed_on, s.title AS source_title FROM finding f JOIN source s ON s.id = f.source_id
WHERE f.recurs_id = $id AND {scope f.unit_id f.label} ORDER BY f.id LIMIT 100
