-- Evidence: files that prove what was done.

-- :name evidence_insert
-- unscoped: apply
INSERT INTO evidence (id, source_id, finding_id, home_kind, home_id, no, title, class, label, expires, version_n, verdict, made_on, sha256, created_at, created_by, changed_seq)
VALUES ($seq, $source_id, $finding_id, $subject_kind, $subject_id, $no, $title, $class, $own_label, $expires, 1, 'pending', $made_on, $sha256, $at, $actor, $seq)

-- :name evidence_version_first
-- unscoped: apply
INSERT INTO evidence_version (evidence_id, n, sha256, file_name, format, size_bytes, made_on, note, added_at, added_by, verdict, judged_at, judged_by, judgement)
VALUES ($seq, 1, $sha256, $file_name, $format, $size_bytes, $made_on, $note, $at, $actor, 'pending', NULL, NULL, '')

-- :name evidence_link_first
-- unscoped: apply
INSERT INTO evidence_link (evidence_id, subject_kind, subject_id, finding_id, measure_id, unit_id, label, linked_at, linked_by)
VALUES ($seq, $subject_kind, $subject_id, $finding_id, $measure_id, $unit_id, $label, $at, $actor)

-- :name evidence_count_finding
-- unscoped: apply
UPDATE finding SET last_evidence_no = last_evidence_no + 1 WHERE id = $finding_id

-- :name evidence_version_insert
-- unscoped: apply
INSERT INTO evidence_version (evidence_id, n, sha256, file_name, format, size_bytes, made_on, note, added_at, added_by, verdict, judged_at, judged_by, judgement)
VALUES ($id, $n, $sha256, $file_name, $format, $size_bytes, $made_on, $note, $at, $actor, 'pending', NULL, NULL, '')

-- :name evidence_set_version
-- unscoped: apply
UPDATE evidence SET version_n = $n, verdict = 'pending', made_on = $made_on, sha256 = $sha256, changed_seq = $seq WHERE id = $id

-- :name evidence_set_verdict
-- unscoped: apply
UPDATE evidence SET verdict = $to, changed_seq = $seq WHERE id = $id

-- :name evidence_version_judge
-- unscoped: apply
UPDATE evidence_version SET verdict = $to, judged_at = $at, judged_by = $actor, judgement = $judgement WHERE evidence_id = $id AND n = $n

-- :name evidence_update
-- unscoped: apply
UPDATE evidence SET title = $title, class = $class, label = $own_label, expires = $expires, changed_seq = $seq WHERE id = $id

-- :name evidence_label_links
-- unscoped: apply; a link has the higher label of the thing and the evidence
UPDATE evidence_link SET label = CASE WHEN $own_label > (SELECT f.label FROM finding f WHERE f.id = evidence_link.finding_id) THEN $own_label
  ELSE (SELECT f.label FROM finding f WHERE f.id = evidence_link.finding_id) END
WHERE evidence_id = $id

-- :name evidence_label_waits
-- unscoped: apply
UPDATE wait SET label = (SELECT l.label FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id AND e.home_kind = l.subject_kind AND e.home_id = l.subject_id WHERE e.id = $id), title = $title
WHERE subject_kind = 'evidence' AND subject_id = $id

-- :name evidence_touch
-- unscoped: apply
UPDATE evidence SET changed_seq = $seq WHERE id = $id

-- :name evidence_link_insert
-- unscoped: apply
INSERT INTO evidence_link (evidence_id, subject_kind, subject_id, finding_id, measure_id, unit_id, label, linked_at, linked_by)
VALUES ($id, $subject_kind, $subject_id, $finding_id, $measure_id, $unit_id, $label, $at, $actor)

-- :name evidence_link_delete
-- unscoped: apply
DELETE FROM evidence_link WHERE evidence_id = $id AND subject_kind = $subject_kind AND subject_id = $subject_id

-- A finding got another label or unit.
-- :name evidence_place_links
-- unscoped: apply
UPDATE evidence_link SET unit_id = CASE WHEN subject_kind = 'task' THEN unit_id ELSE $unit_id END,
  label = CASE WHEN (SELECT e.label FROM evidence e WHERE e.id = evidence_link.evidence_id) > $label THEN (SELECT e.label FROM evidence e WHERE e.id = evidence_link.evidence_id) ELSE $label END
WHERE finding_id = $id

-- :name evidence_place_waits
-- unscoped: apply
UPDATE wait SET label = (SELECT l.label FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id AND e.home_kind = l.subject_kind AND e.home_id = l.subject_id WHERE e.id = wait.subject_id)
WHERE subject_kind = 'evidence' AND subject_id IN (SELECT e.id FROM evidence e WHERE e.finding_id = $id)

-- A task went to another unit.
-- :name evidence_move_links
-- unscoped: apply
UPDATE evidence_link SET unit_id = $unit_id WHERE subject_kind = 'task' AND subject_id = $id

-- :name evidence_move_waits
-- unscoped: apply
UPDATE wait SET unit_id = $unit_id, actor_id = $unit_id WHERE subject_kind = 'evidence' AND subject_id IN (SELECT e.id FROM evidence e WHERE e.home_kind = 'task' AND e.home_id = $id)

-- What evidence can be given for, and the day from which it counts: that of the feedback, or of the cycle that began later.
-- :name evidence_subject_task
-- unscoped: commands check the permission themselves
SELECT t.id, t.id AS task_id, t.unit_id, t.label, t.source_id, t.finding_id, t.measure_id, t.no, t.title, t.state, f.status, f.no AS finding_no, f.last_evidence_no,
       CASE WHEN y.basis <> '' THEN y.started ELSE coalesce(s.fed_back, y.started) END AS found_on
FROM task t JOIN finding f ON f.id = t.finding_id JOIN source s ON s.id = f.source_id LEFT JOIN cycle y ON y.id = f.cycle_id WHERE t.id = $id

-- :name evidence_subject_measure
-- unscoped: commands check the permission themselves
SELECT m.id, NULL AS task_id, f.unit_id, f.label, f.source_id, f.id AS finding_id, m.id AS measure_id, f.no, m.text AS title, m.state, f.status, f.no AS finding_no, f.last_evidence_no,
       CASE WHEN y.basis <> '' THEN y.started ELSE coalesce(s.fed_back, y.started) END AS found_on
FROM measure m JOIN finding f ON f.id = m.finding_id JOIN source s ON s.id = f.source_id LEFT JOIN cycle y ON y.id = f.cycle_id WHERE m.id = $id

-- :name evidence_subject_finding
-- unscoped: commands check the permission themselves
SELECT f.id, NULL AS task_id, f.unit_id, f.label, f.source_id, f.id AS finding_id, NULL AS measure_id, f.no, f.title, f.status AS state, f.status, f.no AS finding_no, f.last_evidence_no,
       CASE WHEN y.basis <> '' THEN y.started ELSE coalesce(s.fed_back, y.started) END AS found_on
FROM finding f JOIN source s ON s.id = f.source_id LEFT JOIN cycle y ON y.id = f.cycle_id WHERE f.id = $id

-- :name evidence_get_any
-- unscoped: commands check the permission themselves
SELECT e.id, e.source_id, e.finding_id, e.home_kind, e.home_id, e.no, e.title, e.class, e.label AS own_label, e.expires, e.version_n, e.verdict, e.made_on, e.sha256,
       l.unit_id, l.label, v.added_by, v.file_name, v.note
FROM evidence e JOIN evidence_link l ON l.evidence_id = e.id AND l.subject_kind = e.home_kind AND l.subject_id = e.home_id
JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n WHERE e.id = $id

-- :name evidence_link_get
-- unscoped: of an evidence that was read for a command
SELECT l.unit_id, l.label FROM evidence_link l WHERE l.evidence_id = $id AND l.subject_kind = $subject_kind AND l.subject_id = $subject_id

-- :name evidence_count_measures
-- unscoped: the program
SELECT count(DISTINCT l.measure_id) FROM evidence_version v JOIN evidence_link l ON l.evidence_id = v.evidence_id WHERE v.sha256 = $sha256

-- A task without parts needs a file that somebody found effective and that has not expired; it may also be its measure's.
-- :name guard_task_no_evidence
-- unscoped: a guard
SELECT t.id, t.no AS title FROM task t WHERE t.id = $id AND t.child_count = 0 AND NOT EXISTS (
  SELECT 1 FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
  WHERE l.subject_kind = 'task' AND l.subject_id = t.id AND e.verdict = 'effective' AND (e.expires IS NULL OR e.expires >= $today))
AND NOT EXISTS (
  SELECT 1 FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
  WHERE l.subject_kind = 'measure' AND l.subject_id = t.measure_id AND e.verdict = 'effective' AND (e.expires IS NULL OR e.expires >= $today))

-- ---- pages ----

-- :name evidence_get
-- scope: l
SELECT e.*, c.name AS created_name FROM evidence e LEFT JOIN account c ON c.id = e.created_by
WHERE e.id = $id AND EXISTS (SELECT 1 FROM evidence_link l WHERE l.evidence_id = e.id AND {scope l.unit_id l.label})

-- :name evidence_versions
-- unscoped: of an evidence that was read through its scope
SELECT v.*, a.name AS added_name, j.name AS judged_name FROM evidence_version v LEFT JOIN account a ON a.id = v.added_by LEFT JOIN account j ON j.id = v.judged_by
WHERE v.evidence_id = $id ORDER BY v.n DESC

-- :name evidence_version_get
-- scope: l
SELECT v.*, e.title, e.no FROM evidence_version v JOIN evidence e ON e.id = v.evidence_id
WHERE v.evidence_id = $id AND v.n = $n AND EXISTS (SELECT 1 FROM evidence_link l WHERE l.evidence_id = e.id AND {scope l.unit_id l.label})

-- :name evidence_links
-- scope: l
SELECT l.subject_kind, l.subject_id, l.linked_at, coalesce(t.no, f.no) AS no, CASE WHEN l.subject_kind = 'measure' THEN m.text ELSE coalesce(t.title, f.title) END AS title,
       l.finding_id, u.name AS unit_name, CASE WHEN e.home_kind = l.subject_kind AND e.home_id = l.subject_id THEN 1 ELSE 0 END AS is_home
FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id JOIN finding f ON f.id = l.finding_id JOIN unit u ON u.id = l.unit_id
LEFT JOIN task t ON l.subject_kind = 'task' AND t.id = l.subject_id LEFT JOIN measure m ON l.subject_kind = 'measure' AND m.id = l.subject_id
WHERE l.evidence_id = $id AND {scope l.unit_id l.label} ORDER BY l.linked_at, l.subject_id

-- :name evidence_of_subject
-- scope: l
SELECT e.id, e.no, e.title, e.class, e.verdict, e.made_on, e.expires, e.version_n, v.file_name, v.format, v.size_bytes, v.added_at, a.name AS added_name
FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n LEFT JOIN account a ON a.id = v.added_by
WHERE l.subject_kind = $subject_kind AND l.subject_id = $subject_id AND {scope l.unit_id l.label} ORDER BY e.id DESC

-- :name evidence_of_finding
-- scope: l
SELECT DISTINCT e.id, e.no, e.title, e.class, e.verdict, e.made_on, e.expires, e.version_n, v.file_name, v.format, v.size_bytes, v.added_at, a.name AS added_name
FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n LEFT JOIN account a ON a.id = v.added_by
WHERE l.finding_id = $id AND {scope l.unit_id l.label} ORDER BY e.id DESC

-- :list evidence_list
-- scope: l
SELECT e.id, e.no, e.title, e.class, e.verdict, e.made_on, e.expires, e.version_n, v.file_name, v.format, v.size_bytes, v.added_at, a.name AS added_name
FROM evidence e JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n LEFT JOIN account a ON a.id = v.added_by
WHERE e.id < $before AND {filters} AND EXISTS (SELECT 1 FROM evidence_link l WHERE l.evidence_id = e.id AND {scope l.unit_id l.label})
ORDER BY {order} LIMIT $limit
-- :filter verdict e.verdict = $verdict
-- :filter class e.class = $class
-- :filter digest e.sha256 >= $digest AND e.sha256 < $digest_end
-- @sqlite
-- :filter words e.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH $match)
-- @postgres
-- :filter words e.id IN (SELECT d.id FROM search_doc d WHERE d.kind = 'evidence' AND d.tokens @@ CAST($match AS tsquery))
-- @end
-- :sort newest e.id DESC
