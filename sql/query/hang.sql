-- Hung items: what missed its date without more time, and is heard by name until it is released.

-- What a record of supervision is about.
-- :name subject_task
-- unscoped: commands and guards check the permission themselves
SELECT 'task' AS subject_kind, t.id, t.finding_id, t.unit_id, t.label, t.source_id, t.no, t.title, t.state, t.start, t.due, t.progress_bp,
       CASE WHEN t.state IN ('done', 'cancelled') THEN 0 ELSE 1 END AS is_open
FROM task t WHERE t.id = $id

-- :name subject_finding
-- unscoped: commands and guards check the permission themselves
SELECT 'finding' AS subject_kind, f.id, f.id AS finding_id, f.unit_id, f.label, f.source_id, f.no, f.title, f.status AS state, NULL AS start, f.due, f.progress_bp,
       CASE WHEN f.status IN ('closed', 'kept', 'ended', 'withdrawn') THEN 0 ELSE 1 END AS is_open
FROM finding f WHERE f.id = $id

-- The label goes with the finding.  All that is about a finding has a number that begins with the finding's own and goes on with
-- "-", which stands before "." in the order of bytes.
-- :name hang_relabel
-- unscoped: apply
UPDATE hang SET label = $label, unit_id = CASE WHEN subject_kind = 'finding' THEN $unit_id ELSE unit_id END
WHERE no >= $no AND no < $no || '.'

-- :name letter_relabel
-- unscoped: apply
UPDATE letter SET label = $label WHERE label <> $label AND subject_no >= $no AND subject_no < $no || '.'

-- :name lead_relabel
-- unscoped: apply
UPDATE lead_case SET label = $label, unit_id = CASE WHEN subject_kind = 'finding' THEN $unit_id ELSE unit_id END
WHERE no >= $no AND no < $no || '.'

-- :name group_relabel
-- unscoped: apply; the team of the group goes with it
UPDATE task_force SET label = $label, unit_id = $unit_id WHERE finding_id = $id

-- :name group_relabel_team
-- unscoped: apply
UPDATE team SET label = $label, unit_id = $unit_id WHERE id IN (SELECT g.id FROM task_force g WHERE g.finding_id = $id)

-- :name supervise_relabel_waits
-- unscoped: apply
UPDATE wait SET label = $label WHERE label <> $label AND (subject_kind, subject_id) IN (
  SELECT 'hang', h.id FROM hang h WHERE h.no >= $no AND h.no < $no || '.'
  UNION ALL SELECT 'letter', l.id FROM letter l WHERE l.subject_no >= $no AND l.subject_no < $no || '.'
  UNION ALL SELECT 'lead', c.id FROM lead_case c WHERE c.no >= $no AND c.no < $no || '.'
  UNION ALL SELECT 'group', g.id FROM task_force g WHERE g.finding_id = $id)

-- :name notice_relabel
-- unscoped: local; what a reminder shows goes with its finding
UPDATE notice SET label = $label WHERE label <> $label AND no >= $no AND no < $no || '.'

-- :name hang_insert
-- unscoped: apply
INSERT INTO hang (id, no, title, subject_kind, subject_id, finding_id, unit_id, label, source_id, state, hung_on, item_due, missed_due, miss_count, level, reason_class, new_due, adjusted,
  cycle_days, last_hearing, next_hearing, hearing_count, release_rule, released_on, release_note, changed_seq)
VALUES ($seq, $no, $title, $subject_kind, $subject_id, CASE WHEN $subject_kind = 'task' THEN (SELECT t.finding_id FROM task t WHERE t.id = $subject_id) ELSE CAST($subject_id AS bigint) END, $unit_id, $label, $source_id, 'open', $hung_on, $missed_due, $missed_due, $miss_count, $level, '', NULL, '',
  $cycle_days, NULL, $next_hearing, 0, '', NULL, '', $seq)

-- :name hang_miss
-- unscoped: apply
UPDATE hang SET missed_due = $missed_due, miss_count = $miss_count, level = $level, new_due = NULL, next_hearing = $next_hearing, changed_seq = $seq WHERE id = $id

-- :name hang_update
-- unscoped: apply
UPDATE hang SET reason_class = $reason_class, level = $level, new_due = $new_due, adjusted = $adjusted, cycle_days = $cycle_days, next_hearing = $next_hearing,
  release_rule = $release_rule, changed_seq = $seq WHERE id = $id

-- :name hang_hearing_insert
-- unscoped: apply
INSERT INTO hang_hearing (id, hang_id, heard_on, heard_by, text, opinion) VALUES ($seq, $id, $heard_on, $heard_by, $text, $opinion)

-- :name hang_hear
-- unscoped: apply
UPDATE hang SET last_hearing = CASE WHEN last_hearing IS NULL OR last_hearing < $heard_on THEN $heard_on ELSE last_hearing END, next_hearing = $next_hearing,
  hearing_count = hearing_count + 1, changed_seq = $seq WHERE id = $id

-- :name hang_release
-- unscoped: apply
UPDATE hang SET state = 'released', released_on = $day, release_note = $release_note, changed_seq = $seq WHERE id = $id

-- :name hang_get_any
-- unscoped: commands check the permission themselves
SELECT h.* FROM hang h WHERE h.id = $id

-- :name guard_hang_rule
-- unscoped: a guard
SELECT h.id, h.title FROM hang h WHERE h.id = $id AND h.release_rule = ''

-- :name guard_hang_hearing
-- unscoped: a guard
SELECT h.id, h.title FROM hang h WHERE h.id = $id AND h.hearing_count = 0

-- Late and not yet hung for that date: tasks first, then findings of which no task is hung.
-- :name hang_due_tasks
-- unscoped: the tick
SELECT t.id, t.no, t.title, t.unit_id, t.label, t.source_id, t.due, t.due_key AS after_day, t.id AS after
FROM task t
WHERE t.state IN ('assigned', 'disputed', 'doing', 'submitted', 'returned') AND t.due_key < $today AND (t.due_key, t.id) > ($after_day, $after)
  AND NOT EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'task' AND h.subject_id = t.id AND (h.state = 'open' OR h.item_due = t.due))
ORDER BY t.due_key, t.id LIMIT $limit

-- :name hang_due_findings
-- unscoped: the tick
SELECT f.id, f.no, f.title, f.unit_id, f.label, f.source_id, f.due, f.due_key AS after_day, f.id AS after
FROM finding f
WHERE f.status NOT IN ('closed', 'kept', 'ended', 'withdrawn') AND f.due_key < $today AND (f.due_key, f.id) > ($after_day, $after)
  AND NOT EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'finding' AND h.subject_id = f.id AND (h.state = 'open' OR h.item_due = f.due))
  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.finding_id = f.id AND EXISTS (SELECT 1 FROM hang h WHERE h.subject_kind = 'task' AND h.subject_id = t.id AND h.state = 'open'))
ORDER BY f.due_key, f.id LIMIT $limit

-- :name hang_count_of
-- unscoped: numbering
SELECT count(*) FROM hang h WHERE h.subject_kind = $subject_kind AND h.subject_id = $subject_id

-- :name hang_misses_of
-- unscoped: the tick; dates missed of a subject before now
SELECT coalesce(max(h.miss_count), 0) FROM hang h WHERE h.subject_kind = $subject_kind AND h.subject_id = $subject_id

-- :name hang_missed_again
-- unscoped: the tick; the new date has passed too
SELECT h.*, h.id AS after FROM hang h WHERE h.state = 'open' AND h.id > $after AND h.new_due < $today ORDER BY h.id LIMIT $limit

-- Open, though what they are about is done or given up.
-- :name hang_over
-- unscoped: the tick
SELECT h.*, h.id AS after FROM hang h
WHERE h.state = 'open' AND h.id > $after AND (
  (h.subject_kind = 'task' AND EXISTS (SELECT 1 FROM task t WHERE t.id = h.subject_id AND t.state IN ('done', 'cancelled')))
  OR (h.subject_kind = 'finding' AND EXISTS (SELECT 1 FROM finding f WHERE f.id = h.subject_id AND f.status IN ('closed', 'kept', 'ended', 'withdrawn'))))
ORDER BY h.id LIMIT $limit

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list hang_list
-- scope: h
SELECT h.id, h.no, h.title, h.subject_kind, h.subject_id, h.unit_id, h.label, h.state, h.hung_on, h.missed_due, h.miss_count, h.level, h.reason_class, h.new_due,
       h.last_hearing, h.next_hearing, h.hearing_count, h.released_on, u.short_name AS unit_short
FROM hang h JOIN unit u ON u.id = h.unit_id
WHERE {scope h.unit_id h.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter open h.state = 'open'
-- :filter released h.state = 'released'
-- :filter unheard (h.state = 'open' AND coalesce(h.last_hearing, h.hung_on) < $silent_since)
-- :filter again (h.state = 'open' AND h.miss_count > 1)
-- :filter level h.level = $level
-- :filter under EXISTS (SELECT 1 FROM unit_anc a WHERE a.ancestor = $under AND a.unit = h.unit_id)
-- :sort age h.hung_on, h.id
-- :sort newest h.id DESC

-- :name hang_figures
-- scope: h
SELECT count(CASE WHEN h.state = 'open' THEN 1 END) AS open_count,
       count(CASE WHEN h.state = 'open' AND h.miss_count > 1 THEN 1 END) AS again_count,
       count(CASE WHEN h.state = 'open' AND coalesce(h.last_hearing, h.hung_on) < $silent_since THEN 1 END) AS unheard_count,
       count(CASE WHEN h.state = 'released' THEN 1 END) AS released_count
FROM hang h WHERE {scope h.unit_id h.label}

-- :name hang_get
-- scope: h
SELECT h.*, u.name AS unit_name FROM hang h JOIN unit u ON u.id = h.unit_id WHERE h.id = $id AND {scope h.unit_id h.label}

-- :name hang_hearings
-- unscoped: of a hung item that was read through its scope
SELECT g.id, g.heard_on, g.heard_by, g.text, g.opinion FROM hang_hearing g WHERE g.hang_id = $id ORDER BY g.heard_on DESC, g.id DESC

-- What is under way about a finding or a task, for its page.
-- :name supervision_of_subject
-- scope: q
SELECT q.* FROM (
  SELECT 1 AS rank, 'hang' AS noun, h.id, h.no, h.state, h.level AS detail, h.next_hearing AS due, h.unit_id, h.label FROM hang h WHERE (h.subject_kind = $subject_kind AND h.subject_id = $id OR $subject_kind = 'finding' AND h.finding_id = $id) AND h.state = 'open'
  UNION ALL SELECT 2, 'letter', l.id, l.no, l.state, l.kind, l.due, l.unit_id, l.label FROM letter l WHERE l.subject_kind = $subject_kind AND l.subject_id = $id AND l.state NOT IN ('closed', 'raised', 'void')
  UNION ALL SELECT 3, 'lead', c.id, c.no, c.state, c.kind, c.next_hear, c.unit_id, c.label FROM lead_case c WHERE c.subject_kind = $subject_kind AND c.subject_id = $id AND c.state = 'active'
  UNION ALL SELECT 4, 'group', g.id, g.no, g.state, '', g.next_meeting, g.unit_id, g.label FROM task_force g WHERE $subject_kind = 'finding' AND g.finding_id = $id AND g.state = 'active'
) q WHERE {scope q.unit_id q.label} ORDER BY q.rank, q.id LIMIT 50
