-- Assessments: schemes, scorecards, marks, ballots, and the figures that they take from the register.

-- :name scheme_insert
-- unscoped: apply
INSERT INTO scheme (id, name, version, unit_id, label, text, is_newest, created_at, created_by, changed_seq)
VALUES ($seq, $scheme_name, $version, $unit_id, $label, $text, 1, $at, $actor, $seq)

-- :name scheme_replace
-- unscoped: apply
UPDATE scheme SET is_newest = 0, changed_seq = $seq WHERE id = $replaces_id

-- :name assessment_insert
-- unscoped: apply
INSERT INTO assessment (id, no, title, scheme_id, unit_id, label, year, period_from, period_to, state, created_at, created_by, changed_at, changed_seq)
VALUES ($seq, $no, $title, $scheme_id, $unit_id, $label, $year, $period_from, $period_to, 'open', $at, $actor, $at, $seq)

-- :name assessment_set_state
-- unscoped: apply
UPDATE assessment SET state = $to, changed_at = $at, changed_seq = $seq WHERE id = $id

-- :name scorecard_insert
-- unscoped: apply
INSERT INTO scorecard (id, assessment_id, unit_id, label, state, self_total, self_text, total, band, rank, snapshot, appeal, recheck, ballots, changed_seq)
VALUES (CAST($seq AS bigint) * 4096 + $n, $seq, $answer_unit, $label, 'open', NULL, '', NULL, '', NULL, '', '', '', 0, $seq)

-- :name scorecard_wait
-- unscoped: apply
INSERT INTO wait (id, subject_kind, subject_id, what, actor_kind, actor_id, since, due, due_key, unit_id, label, source_id, no, title)
VALUES (-(CAST($seq AS bigint) * 4096 + $n), 'scorecard', CAST($seq AS bigint) * 4096 + $n, 'self_score', 'unit', $answer_unit, $at, $self_due, $self_due, $answer_unit, $label, 0,
        $no, $title)

-- :name scorecard_set_self
-- unscoped: apply
UPDATE scorecard SET self_total = $self_total, self_text = $self_text, changed_seq = $seq WHERE id = $id

-- :name scorecard_set_state
-- unscoped: apply
UPDATE scorecard SET state = $to, changed_seq = $seq WHERE id = $id

-- :name scorecard_set_appeal
-- unscoped: apply
UPDATE scorecard SET appeal = $appeal WHERE id = $id

-- :name scorecard_set_recheck
-- unscoped: apply
UPDATE scorecard SET recheck = $recheck, total = $total, band = $band, snapshot = $snapshot WHERE id = $id

-- :name scorecard_tell
-- unscoped: apply
UPDATE scorecard SET state = 'told', total = $total, band = $band, rank = $rank, snapshot = $snapshot, changed_seq = $seq WHERE id = $card_id

-- :name scorecard_finish
-- unscoped: apply
UPDATE scorecard SET state = 'final', rank = $rank, changed_seq = $seq WHERE id = $card_id

-- :name scorecard_end_wait
-- unscoped: apply
DELETE FROM wait WHERE subject_kind = 'scorecard' AND subject_id = $card_id

-- :name scorecard_told_wait
-- unscoped: apply
INSERT INTO wait (id, subject_kind, subject_id, what, actor_kind, actor_id, since, due, due_key, unit_id, label, source_id, no, title)
VALUES (-(CAST($seq AS bigint) * 4096 + $rank_n), 'scorecard', $card_id, 'accept_score', 'unit', $card_unit, $at, $appeal_due, $appeal_due, $card_unit, $label, 0, $no, $title)

-- :name score_mark_clear_own
-- unscoped: apply
DELETE FROM score_mark WHERE scorecard_id = $id AND marker = 0

-- :name score_mark_set
-- unscoped: apply
INSERT INTO score_mark (scorecard_id, code, marker, points, reason) VALUES ($id, $code, $marker, $points, $why)
ON CONFLICT (scorecard_id, code, marker) DO UPDATE SET points = excluded.points, reason = excluded.reason

-- :name ballot_insert
-- unscoped: apply
INSERT INTO ballot (code_hash, scorecard_id, answer) VALUES ($code_hash, $id, '')

-- :name ballot_count
-- unscoped: apply
UPDATE scorecard SET ballots = (SELECT count(*) FROM ballot b WHERE b.scorecard_id = $id), changed_seq = $seq WHERE id = $id

-- :name ballot_cast
-- unscoped: apply
UPDATE ballot SET answer = $answer WHERE code_hash = $code_hash

-- ---- what commands read -------------------------------------------------------------------------------------

-- :name assessment_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM assessment WHERE no LIKE $prefix

-- :name scheme_get_any
-- unscoped: commands check the permission themselves
SELECT * FROM scheme WHERE id = $id

-- :name assessment_get_any
-- unscoped: commands check the permission themselves
SELECT a.*, s.text AS scheme_text, 0 AS source_id FROM assessment a JOIN scheme s ON s.id = a.scheme_id WHERE a.id = $id

-- :name scorecard_get_any
-- unscoped: commands check the permission themselves
SELECT c.*, a.no, a.title, a.period_from, a.period_to, a.state AS assessment_state, s.text AS scheme_text, 0 AS source_id, u.name AS unit_name
FROM scorecard c JOIN assessment a ON a.id = c.assessment_id JOIN scheme s ON s.id = a.scheme_id JOIN unit u ON u.id = c.unit_id WHERE c.id = $id

-- :name scorecard_of_assessment
-- unscoped: commands check the permission themselves
SELECT c.id, c.unit_id, c.total, c.state FROM scorecard c WHERE c.assessment_id = $id ORDER BY c.id

-- Whether an account belongs to a unit or one below it: such people do not mark it.
-- :name account_is_below
-- unscoped: a guard
SELECT count(*) FROM account a JOIN person p ON p.id = a.person_id JOIN unit_anc t ON t.unit = p.unit_id WHERE a.id = $me AND t.ancestor = $unit_id

-- :name score_mark_team
-- unscoped: of a scorecard that was read through its scope
SELECT m.code, m.marker, m.points, m.reason, coalesce(a.name, '') AS marker_name FROM score_mark m LEFT JOIN account a ON a.id = m.marker
WHERE m.scorecard_id = $id ORDER BY m.code, m.marker

-- :name ballot_get
-- unscoped: whoever holds the code
SELECT b.answer, b.scorecard_id, c.state, c.unit_id, a.title, u.name AS unit_name
FROM ballot b JOIN scorecard c ON c.id = b.scorecard_id JOIN assessment a ON a.id = c.assessment_id JOIN unit u ON u.id = c.unit_id WHERE b.code_hash = $code_hash

-- :name ballot_votes
-- unscoped: sums of a scorecard that was read through its scope
SELECT b.answer, count(*) AS n FROM ballot b WHERE b.scorecard_id = $id GROUP BY b.answer

-- :name guard_assessment_appeals
-- unscoped: a guard
SELECT c.id, u.name AS title FROM scorecard c JOIN unit u ON u.id = c.unit_id WHERE c.assessment_id = $id AND c.state = 'appealed' ORDER BY c.id LIMIT 200

-- ---- figures: one definition each, for a unit with all below it in a period ------------------------------------

-- :list figure_tasks
-- scope: t
SELECT t.id, t.no, t.title, t.due AS day, u.name AS unit_name
FROM unit_anc a JOIN task t ON t.unit_id = a.unit JOIN unit u ON u.id = t.unit_id
WHERE a.ancestor = $unit_id AND t.state <> 'cancelled' AND t.due >= $from AND t.due <= $to AND {scope t.unit_id t.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter all t.id > 0
-- :filter on_time t.is_on_time = 1
-- :filter late (t.is_on_time = 0 OR (t.is_on_time IS NULL AND t.due < $today))
-- :filter returned t.returned_count > 0
-- :filter extended t.extension_count > 0
-- :sort day t.due, t.id

-- :list figure_tasks_count like figure_tasks
-- scope: t
SELECT count(*) FROM unit_anc a JOIN task t ON t.unit_id = a.unit
WHERE a.ancestor = $unit_id AND t.state <> 'cancelled' AND t.due >= $from AND t.due <= $to AND {scope t.unit_id t.label} AND {filters}

-- :list figure_findings
-- scope: f
SELECT f.id, f.no, f.title, coalesce(c.closed_on, c.due, c.started) AS day, u.name AS unit_name
FROM unit_anc a JOIN finding f ON f.unit_id = a.unit JOIN cycle c ON c.finding_id = f.id JOIN unit u ON u.id = f.unit_id
WHERE a.ancestor = $unit_id AND f.status <> 'withdrawn' AND (f.main_id IS NULL OR NOT EXISTS (SELECT 1 FROM finding m JOIN unit_anc x ON x.unit = m.unit_id AND x.ancestor = $unit_id WHERE m.id = f.main_id AND m.status <> 'withdrawn')) AND {scope f.unit_id f.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter closed c.closed_on >= $from AND c.closed_on <= $to
-- :filter closed_late c.closed_on >= $from AND c.closed_on <= $to AND c.is_on_time = 0
-- :filter recurred (c.n > 1 OR f.recurs_id IS NOT NULL) AND c.started >= $from AND c.started <= $to
-- :filter unclosed c.closed_on IS NULL AND c.due >= $from AND c.due <= $to AND c.due < $today
-- :filter returned c.returned_count > 0 AND c.started <= $to AND (c.closed_on IS NULL OR c.closed_on >= $from)
-- :sort day f.id

-- :list figure_findings_count like figure_findings
-- scope: f
SELECT count(*) FROM unit_anc a JOIN finding f ON f.unit_id = a.unit JOIN cycle c ON c.finding_id = f.id
WHERE a.ancestor = $unit_id AND f.status <> 'withdrawn' AND (f.main_id IS NULL OR NOT EXISTS (SELECT 1 FROM finding m JOIN unit_anc x ON x.unit = m.unit_id AND x.ancestor = $unit_id WHERE m.id = f.main_id AND m.status <> 'withdrawn')) AND {scope f.unit_id f.label} AND {filters}

-- What was put on the list of hung items in the period, also when it was released since.
-- :list figure_hangs
-- scope: h
SELECT h.id, h.no, h.title, h.hung_on AS day, u.name AS unit_name
FROM unit_anc a JOIN hang h ON h.unit_id = a.unit JOIN unit u ON u.id = h.unit_id
WHERE a.ancestor = $unit_id AND h.hung_on >= $from AND h.hung_on <= $to AND {scope h.unit_id h.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter all h.id > 0
-- :filter again h.miss_count > 1
-- :sort day h.hung_on, h.id

-- :list figure_hangs_count like figure_hangs
-- scope: h
SELECT count(*) FROM unit_anc a JOIN hang h ON h.unit_id = a.unit
WHERE a.ancestor = $unit_id AND h.hung_on >= $from AND h.hung_on <= $to AND {scope h.unit_id h.label} AND {filters}

-- Letters that went out in the period.
-- :list figure_letters
-- scope: l
SELECT l.id, l.no, l.title, l.issued_on AS day, u.name AS unit_name
FROM unit_anc a JOIN letter l ON l.unit_id = a.unit JOIN unit u ON u.id = l.unit_id
WHERE a.ancestor = $unit_id AND l.issued_on >= $from AND l.issued_on <= $to AND l.state <> 'void' AND {scope l.unit_id l.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter blue l.kind = 'blue'
-- :filter yellow l.kind = 'yellow'
-- :filter red l.kind = 'red'
-- :filter late l.due < $today AND l.answered_at IS NULL
-- :sort day l.issued_on, l.id

-- :list figure_letters_count like figure_letters
-- scope: l
SELECT count(*) FROM unit_anc a JOIN letter l ON l.unit_id = a.unit
WHERE a.ancestor = $unit_id AND l.issued_on >= $from AND l.issued_on <= $to AND l.state <> 'void' AND {scope l.unit_id l.label} AND {filters}

-- :list figure_answers
-- scope: w
SELECT w.id, s.no, s.title, s.due AS day, u.name AS unit_name
FROM unit_anc a JOIN sweep_answer w ON w.unit_id = a.unit JOIN sweep s ON s.id = w.sweep_id JOIN unit u ON u.id = w.unit_id
WHERE a.ancestor = $unit_id AND s.state <> 'cancelled' AND {scope w.unit_id w.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter late s.due >= $from AND s.due <= $to AND (w.is_on_time = 0 OR (w.is_on_time IS NULL AND s.due < $today))
-- :filter wrong w.is_fault = 1 AND w.fault_on >= $from AND w.fault_on <= $to
-- :sort day s.due, w.id

-- :list figure_answers_count like figure_answers
-- scope: w
SELECT count(*) FROM unit_anc a JOIN sweep_answer w ON w.unit_id = a.unit JOIN sweep s ON s.id = w.sweep_id
WHERE a.ancestor = $unit_id AND s.state <> 'cancelled' AND {scope w.unit_id w.label} AND {filters}

-- :list figure_rules
-- scope: r
SELECT r.id, r.no, r.name AS title, r.due AS day, u.name AS unit_name
FROM unit_anc a JOIN rule r ON r.drafter_id = a.unit JOIN unit u ON u.id = r.drafter_id
WHERE a.ancestor = $unit_id AND r.state <> 'dropped' AND r.due >= $from AND r.due <= $to AND {scope r.unit_id r.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter late (r.is_on_time = 0 OR (r.is_on_time IS NULL AND r.due < $today))
-- :sort day r.due, r.id

-- :list figure_rules_count like figure_rules
-- scope: r
SELECT count(*) FROM unit_anc a JOIN rule r ON r.drafter_id = a.unit
WHERE a.ancestor = $unit_id AND r.state <> 'dropped' AND r.due >= $from AND r.due <= $to AND {scope r.unit_id r.label} AND {filters}

-- ---- pages --------------------------------------------------------------------------------------------------

-- :name assessment_list
-- scope: a
SELECT a.id, a.no, a.title, a.year, a.period_from, a.period_to, a.state, count(c.id) AS cards,
       coalesce(sum(CASE WHEN c.self_total IS NOT NULL THEN 1 ELSE 0 END), 0) AS self_scored,
       coalesce(sum(CASE WHEN c.state = 'appealed' THEN 1 ELSE 0 END), 0) AS appealed
FROM assessment a LEFT JOIN scorecard c ON c.assessment_id = a.id AND {scope c.unit_id c.label}
WHERE a.id < $before AND ({scope a.unit_id a.label} OR c.id IS NOT NULL) GROUP BY a.id ORDER BY a.id DESC LIMIT $limit

-- :name assessment_get
-- scope: a
SELECT a.*, s.name AS scheme_name, s.version AS scheme_version, s.text AS scheme_text, u.name AS unit_name,
       CASE WHEN {scope a.unit_id a.label} THEN 1 ELSE 0 END AS is_whole
FROM assessment a JOIN scheme s ON s.id = a.scheme_id JOIN unit u ON u.id = a.unit_id
WHERE a.id = $id AND ({scope a.unit_id a.label} OR EXISTS (SELECT 1 FROM scorecard c WHERE c.assessment_id = a.id AND {scope c.unit_id c.label}))

-- :name assessment_cards
-- scope: c
SELECT c.id, c.unit_id, u.name AS unit_name, c.state, c.self_total, c.total, c.band, c.rank
FROM scorecard c JOIN unit u ON u.id = c.unit_id WHERE c.assessment_id = $id AND {scope c.unit_id c.label}
ORDER BY coalesce(c.rank, 1000000), u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name scorecard_get
-- scope: c
SELECT c.*, a.no, a.title, a.year, a.period_from, a.period_to, a.state AS assessment_state, s.text AS scheme_text, u.name AS unit_name, o.name AS office_name, 0 AS source_id,
       (SELECT count(*) FROM scorecard x WHERE x.assessment_id = c.assessment_id) AS cards,
       (SELECT max(e.at) FROM event e WHERE e.subject IN (c.assessment_id, c.id) AND e.kind IN ('assessment.told', 'scorecard.rechecked')) AS told_at
FROM scorecard c JOIN assessment a ON a.id = c.assessment_id JOIN scheme s ON s.id = a.scheme_id JOIN unit u ON u.id = c.unit_id JOIN unit o ON o.id = a.unit_id
WHERE c.id = $id AND {scope c.unit_id c.label}

-- Results for the yearly appraisal.
-- :name scorecard_year
-- scope: c
SELECT u.code, u.name AS unit_name, a.year, a.no, a.title, c.self_total, c.total, c.band, c.rank, c.state
FROM scorecard c JOIN assessment a ON a.id = c.assessment_id JOIN unit u ON u.id = c.unit_id
WHERE a.year = $year AND c.state = 'final' AND {scope c.unit_id c.label} ORDER BY a.id, c.rank, u.sort_key, u.id

-- :name scheme_list
-- scope: s
SELECT s.id, s.name, s.version, s.created_at, u.name AS unit_name FROM scheme s JOIN unit u ON u.id = s.unit_id
WHERE s.is_newest = 1 AND {scope s.unit_id s.label} ORDER BY s.id DESC LIMIT 200

-- :name scheme_get
-- scope: s
SELECT s.*, u.name AS unit_name FROM scheme s JOIN unit u ON u.id = s.unit_id WHERE s.id = $id AND {scope s.unit_id s.label}
