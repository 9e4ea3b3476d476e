-- Papers: what they are made from, and the papers themselves.
-- A figure in a paper is a column of a query here whose name begins with paper_figures: counted over what the maker may see.

-- :name paper_snapshot_seq
-- unscoped: the newest event of the source that the reader may see, else of the subject itself, at first the one that made it; a number that others count too would tell of them
SELECT coalesce((SELECT c.last_event FROM chain c WHERE c.id = $source_id AND $source_id > 0), (SELECT max(e.seq) FROM event e WHERE e.subject = $id), (SELECT e.seq FROM event e WHERE e.seq = $id), 0)

-- ---- of a source --------------------------------------------------------------------------------------------
-- :name paper_source
-- scope: s
SELECT s.id, s.no, s.title, s.kind, s.issuer, s.inspector, s.inspected_body, s.inspected_from, s.inspected_to, s.fed_back, s.unit_id, s.label,
       u.name AS unit_name, u.short_name AS unit_short, coalesce(p.title, '') AS plan_title, coalesce(p.no, '') AS plan_no, coalesce(p.version, 0) AS plan_version,
       p.concentrated_end, p.report_due, coalesce(p.pledge, '') AS pledge
FROM source s JOIN unit u ON u.id = s.unit_id LEFT JOIN plan p ON p.source_id = s.id WHERE s.id = $id AND {scope s.unit_id s.label}

-- Under its source each finding counts, also one that totals count as another; see {brought} for money.
-- :name paper_figures_findings
-- scope: f
SELECT count(*) AS findings, count(DISTINCT f.aspect_id) AS aspects,
       coalesce(sum(CASE WHEN f.phase = 'immediate' THEN 1 ELSE 0 END), 0) AS findings_immediate,
       coalesce(sum(CASE WHEN f.phase = 'concentrated' THEN 1 ELSE 0 END), 0) AS findings_concentrated,
       coalesce(sum(CASE WHEN f.phase = 'long_term' THEN 1 ELSE 0 END), 0) AS findings_long_term,
       coalesce(sum(CASE WHEN f.status IN ('closed', 'kept', 'ended') THEN 1 ELSE 0 END), 0) AS findings_over,
       coalesce(sum(CASE WHEN f.status IN ('closed', 'kept', 'ended') THEN 0 ELSE 1 END), 0) AS findings_open,
       coalesce(sum(CASE WHEN c.result = 'completed' THEN 1 ELSE 0 END), 0) AS findings_completed,
       coalesce(sum(CASE WHEN c.result = 'basically' THEN 1 ELSE 0 END), 0) AS findings_basically,
       coalesce(sum(CASE WHEN c.result = 'not_completed' THEN 1 ELSE 0 END), 0) AS findings_not_completed,
       coalesce(sum(CASE WHEN f.status NOT IN ('closed', 'kept', 'ended') AND f.due < $today THEN 1 ELSE 0 END), 0) AS findings_overdue,
       coalesce(sum(f.amount_fen), 0) AS findings_amount_fen
FROM finding f JOIN cycle c ON c.id = f.cycle_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label}

-- :name paper_figures_measures
-- scope: f
SELECT count(*) AS measures, coalesce(sum(CASE WHEN m.state IN ('completed', 'verified') THEN 1 ELSE 0 END), 0) AS measures_done
FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND m.state <> 'dropped' AND {scope f.unit_id f.label}

-- :name paper_figures_tasks
-- scope: f
SELECT count(*) AS tasks, coalesce(sum(CASE WHEN t.state = 'done' THEN 1 ELSE 0 END), 0) AS tasks_done,
       coalesce(sum(CASE WHEN t.state <> 'done' AND t.due < $today THEN 1 ELSE 0 END), 0) AS tasks_overdue
FROM task t JOIN finding f ON f.id = t.finding_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND t.state <> 'cancelled' AND {scope f.unit_id f.label}

-- :name paper_figures_reports
-- scope: f
SELECT CAST(coalesce(sum({brought f recovered_fen}), 0) AS bigint) AS recovered_fen, CAST(coalesce(sum({brought f rules_made}), 0) AS bigint) AS rules_made,
       CAST(coalesce(sum({brought f people_handled}), 0) AS bigint) AS people_handled
FROM finding f WHERE f.source_id = $id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label}

-- :name paper_figures_loop
-- scope: f
SELECT (SELECT count(*) FROM letter l WHERE l.subject_kind = 'finding' AND l.no <> '' AND l.state <> 'void' AND l.subject_id IN
         (SELECT f.id FROM finding f WHERE f.source_id = $id AND {scope f.unit_id f.label})) AS letters,
       (SELECT count(*) FROM hang h WHERE h.source_id = $id AND h.state = 'open' AND h.subject_kind = 'finding' AND h.subject_id IN
         (SELECT f.id FROM finding f WHERE f.source_id = $id AND {scope f.unit_id f.label})) AS hung,
       (SELECT count(*) FROM evidence e WHERE e.verdict = 'effective' AND e.finding_id IN
         (SELECT f.id FROM finding f WHERE f.source_id = $id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label})) AS evidence_effective

-- :name paper_aspects
-- scope: f
SELECT a.id, a.no, a.title FROM aspect a
WHERE a.source_id = $id AND EXISTS (SELECT 1 FROM finding f WHERE f.aspect_id = a.id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label}) ORDER BY a.no, a.id

-- :name paper_findings
-- scope: f
SELECT f.id, f.no, f.item_no, coalesce(f.aspect_id, 0) AS aspect_id, coalesce(a.title, '') AS aspect_title, f.title, f.facts, f.phase, f.nature, f.severity, f.status AS finding_status,
       f.amount_fen, f.responsible, f.unit_id, u.name AS unit_name, u.short_name AS unit_short, f.label, f.due, f.progress_bp, f.cycle_n, f.closed_on, coalesce(f.main_id, 0) AS main_id,
       c.result, c.certificate_no
FROM finding f JOIN unit u ON u.id = f.unit_id JOIN cycle c ON c.id = f.cycle_id LEFT JOIN aspect a ON a.id = f.aspect_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND {scope f.unit_id f.label} ORDER BY f.item_no, f.id

-- What a document lists below a finding, (1) (2) (3), and the finding's own words do not have.
-- :name paper_points
-- scope: f
SELECT i.finding_id, p.text FROM finding f JOIN source_item i ON i.finding_id = f.id AND i.source_id = f.source_id
JOIN source_paragraph p ON p.source_id = i.source_id AND p.n BETWEEN i.paragraph_from AND i.paragraph_to
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND i.relation = 'issued' AND p.role = 'text' AND p.dropped = '' AND f.facts NOT LIKE '%' || p.text || '%' AND {scope f.unit_id f.label}
ORDER BY i.finding_id, p.n

-- :name paper_causes
-- scope: f
SELECT x.finding_id, k.id, k.level AS cause_level, k.text FROM finding f JOIN finding_cause x ON x.finding_id = f.id JOIN cause k ON k.id = x.cause_id
WHERE f.source_id = $id AND k.is_dropped = 0 AND {scope f.unit_id f.label} ORDER BY x.finding_id, k.id

-- :name paper_measures
-- scope: f
SELECT m.id, m.finding_id, m.no, m.text, m.phase, m.due, m.kinds, m.finish_mark, m.state AS measure_state, m.progress_bp, m.yearly_goal, f.no AS finding_no
FROM measure m JOIN finding f ON f.id = m.finding_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND m.state <> 'dropped' AND m.cycle_n = f.cycle_n AND {scope f.unit_id f.label} ORDER BY f.item_no, m.no

-- :name paper_tasks
-- scope: f
SELECT t.id, t.measure_id, t.finding_id, t.no, t.title, t.goal, t.finish_mark, t.phase, t.state AS task_state, t.unit_id, u.name AS unit_name, u.short_name AS unit_short, t.start, t.due,
       t.progress_bp, t.depth, t.done_on, t.weight
FROM task t JOIN finding f ON f.id = t.finding_id JOIN unit u ON u.id = t.unit_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND t.state <> 'cancelled' AND {scope f.unit_id f.label} ORDER BY f.item_no, t.id

-- :name paper_nodes
-- scope: f
SELECT n.id, n.task_id, n.no, n.name, n.deliverable, n.start, n.due, n.real_due
FROM node n JOIN task t ON t.id = n.task_id JOIN finding f ON f.id = t.finding_id
WHERE f.source_id = $id AND n.is_dropped = 0 AND t.state <> 'cancelled' AND {scope f.unit_id f.label} ORDER BY n.task_id, n.due, n.no

-- :name paper_duties
-- scope: f
SELECT d.subject_kind, d.subject_id, d.role, coalesce(p.name, t.title, m.name, u.name, '') AS name
FROM duty d
LEFT JOIN person p ON d.actor_kind = 'person' AND p.id = d.actor_id
LEFT JOIN post t ON d.actor_kind = 'post' AND t.id = d.actor_id
LEFT JOIN team m ON d.actor_kind = 'team' AND m.id = d.actor_id
LEFT JOIN unit u ON d.actor_kind NOT IN ('person', 'post', 'team') AND u.id = d.actor_id
WHERE d.until IS NULL AND (
  d.subject_kind = 'finding' AND d.subject_id IN (SELECT f.id FROM finding f WHERE f.source_id = $id AND {scope f.unit_id f.label})
  OR d.subject_kind = 'measure' AND d.subject_id IN (SELECT k.id FROM measure k JOIN finding f ON f.id = k.finding_id WHERE f.source_id = $id AND {scope f.unit_id f.label})
  OR d.subject_kind = 'task' AND d.subject_id IN (SELECT k.id FROM task k JOIN finding f ON f.id = k.finding_id WHERE f.source_id = $id AND {scope f.unit_id f.label}))
ORDER BY d.subject_kind, d.subject_id, d.role, d.id

-- :name paper_rules
-- scope: f
SELECT r.id, r.no, r.name, r.kind AS rule_kind, r.state AS rule_state, u.name AS unit_name, d.name AS drafter_name, r.doc_no, r.issued_on, r.effective_on, r.due, min(f.no) AS finding_no
FROM rule r JOIN unit u ON u.id = r.unit_id JOIN unit d ON d.id = r.drafter_id JOIN rule_link l ON l.rule_id = r.id
LEFT JOIN measure m ON l.target_kind = 'measure' AND m.id = l.target_id
JOIN finding f ON f.id = CASE WHEN l.target_kind = 'finding' THEN l.target_id ELSE m.finding_id END
WHERE f.source_id = $id AND r.state <> 'dropped' AND {scope f.unit_id f.label} AND {scope r.unit_id r.label}
GROUP BY r.id, r.no, r.name, r.kind, r.state, u.name, d.name, r.doc_no, r.issued_on, r.effective_on, r.due ORDER BY r.id

-- :name paper_evidence
-- scope: f
SELECT e.id, e.finding_id, e.no, e.title, e.class AS evidence_class, e.verdict AS evidence_verdict, e.made_on, e.sha256, v.file_name, v.size_bytes
FROM evidence e JOIN finding f ON f.id = e.finding_id JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND e.label <= f.label AND {scope f.unit_id f.label} ORDER BY e.finding_id, e.id

-- The last accepted report of each task.
-- :name paper_reports
-- scope: f
SELECT r.id, r.task_id, r.finding_id, r.no, r.period_from, r.period_to, r.done_text, r.blockers, r.next_text, r.progress_bp
FROM report r JOIN finding f ON f.id = r.finding_id
WHERE f.source_id = $id AND f.status <> 'withdrawn' AND r.state = 'accepted' AND {scope f.unit_id f.label}
  AND NOT EXISTS (SELECT 1 FROM report n WHERE n.task_id = r.task_id AND n.state = 'accepted' AND n.n > r.n)
ORDER BY r.finding_id, r.task_id

-- :name paper_leads
-- scope: f
SELECT l.id, l.no, l.kind AS lead_kind, l.title, l.deploy_count, l.visit_count, l.solve_count, l.hear_count, l.last_hear, l.next_hear, coalesce(p.name, t.title, '') AS leader_name
FROM lead_case l LEFT JOIN person p ON l.leader_kind = 'person' AND p.id = l.leader_id LEFT JOIN post t ON l.leader_kind = 'post' AND t.id = l.leader_id
JOIN finding f ON f.id = CASE WHEN l.subject_kind = 'finding' THEN l.subject_id ELSE (SELECT k.finding_id FROM task k WHERE k.id = l.subject_id) END
WHERE l.source_id = $id AND l.state = 'active' AND {scope f.unit_id f.label} ORDER BY l.id

-- :name paper_meetings
-- scope: m
SELECT m.id, m.no, m.kind AS meeting_kind, m.title, m.held_on, m.chair FROM meeting m
WHERE m.source_id = $id AND m.state = 'held' AND {scope m.unit_id m.label} ORDER BY m.held_on, m.id

-- ---- of one finding -----------------------------------------------------------------------------------------
-- :name paper_finding_source
-- scope: f
SELECT f.source_id AS id FROM finding f WHERE f.id = $id AND {scope f.unit_id f.label}

-- :name paper_history
-- unscoped: of a finding that was read through its scope, as its page tells it; detail is the body until it is told in words
SELECT e.seq, e.at, e.kind, e.reason, e.body AS detail, coalesce(a.name, '') AS actor_name FROM event e LEFT JOIN account a ON a.id = e.actor WHERE e.subject = $id AND e.kind <> 'figure.stated' ORDER BY e.seq

-- :name paper_finding_evidence
-- scope: l
SELECT DISTINCT e.id, e.no, e.title, e.class AS evidence_class, e.verdict AS evidence_verdict, e.made_on, e.sha256, v.file_name, v.size_bytes, v.note
FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id JOIN evidence_version v ON v.evidence_id = e.id AND v.n = e.version_n
WHERE l.finding_id = $id AND {scope l.unit_id l.label} ORDER BY e.id

-- :name paper_finding_certificates
-- scope: c
SELECT c.id, c.no, c.result, c.issued_on FROM certificate c WHERE c.finding_id = $id AND {scope c.unit_id c.label} ORDER BY c.id

-- :name paper_finding_request
-- scope: r
SELECT r.id, r.asked, r.pledge, r.pledge_by, r.state AS review_state, r.title FROM review r
WHERE r.finding_id = $id AND r.purpose = 'close' AND {scope r.unit_id r.label} ORDER BY r.id DESC LIMIT 1

-- ---- of a sweep, an assessment ------------------------------------------------------------------------------
-- :name paper_sweep_answers
-- scope: a
SELECT a.id, u.name AS unit_name, a.state AS answer_state, a.result AS answer_result, a.found_count, a.fixed_count, a.amount_fen, a.explanation, a.signed_name, a.answered_on
FROM sweep_answer a JOIN unit u ON u.id = a.unit_id WHERE a.sweep_id = $id AND {scope a.unit_id a.label} ORDER BY u.mgmt_level, u.sort_no, u.sort_key, u.id

-- :name paper_figures_sweep
-- scope: a
SELECT count(*) AS units, coalesce(sum(CASE WHEN a.state IN ('answered', 'checked') THEN 1 ELSE 0 END), 0) AS answered,
       coalesce(sum(CASE WHEN a.result = 'none' THEN 1 ELSE 0 END), 0) AS zero_answers, CAST(coalesce(sum(a.found_count), 0) AS bigint) AS found,
       CAST(coalesce(sum(a.fixed_count), 0) AS bigint) AS fixed, CAST(coalesce(sum(a.amount_fen), 0) AS bigint) AS amount_fen
FROM sweep_answer a WHERE a.sweep_id = $id AND {scope a.unit_id a.label}

-- ---- papers -------------------------------------------------------------------------------------------------
-- :name paper_insert
-- unscoped: apply
INSERT INTO paper (id, no, kind, subject_kind, subject_id, subject_no, source_id, n, title, unit_id, label, state, doc_no, snapshot_seq, data_sha256, template_sha256, text, faults,
  fault_count, made_on, made_by, issued_on, issued_by, changed_seq)
VALUES ($seq, $no, $kind, $subject_kind, $subject_id, $subject_no, $source_id, $n, $title, $unit_id, $label, 'draft', $doc_no, $snapshot_seq, $data_sha256, $template_sha256, $text, $faults,
  $fault_count, $day, $actor, NULL, 0, $seq)

-- :name paper_file_insert
-- unscoped: apply
INSERT INTO paper_file (paper_id, format, sha256, size) VALUES ($seq, $format, $sha256, $size)

-- :name paper_issue
-- unscoped: apply
UPDATE paper SET state = 'issued', issued_on = $day, issued_by = $actor, changed_seq = $seq WHERE id = $id

-- :name paper_void
-- unscoped: apply
UPDATE paper SET state = 'void', changed_seq = $seq WHERE id = $id

-- :name paper_get_any
-- unscoped: commands check the permission themselves
SELECT p.* FROM paper p WHERE p.id = $id

-- :name paper_next_n
-- unscoped: numbering
SELECT coalesce(max(p.n), 0) + 1 FROM paper p WHERE p.kind = $kind AND p.subject_kind = $subject_kind AND p.subject_id = $subject_id

-- :name guard_paper_faults
-- unscoped: a guard
SELECT p.id, p.title FROM paper p WHERE p.id = $id AND p.fault_count > 0

-- :name paper_get
-- scope: p
SELECT p.*, u.name AS unit_name, coalesce(a.name, '') AS made_name, coalesce(i.name, '') AS issued_name
FROM paper p JOIN unit u ON u.id = p.unit_id LEFT JOIN account a ON a.id = p.made_by LEFT JOIN account i ON i.id = p.issued_by
WHERE p.id = $id AND {scope p.unit_id p.label}

-- :name paper_files
-- unscoped: of a paper that was read through its scope
SELECT f.format, f.sha256, f.size FROM paper_file f WHERE f.paper_id = $id ORDER BY f.format

-- The last issued paper of the kind, else the plan: differences are marked against it.
-- :name paper_last_issued
-- scope: p
SELECT p.id, p.no, p.n, p.data_sha256, p.snapshot_seq FROM paper p
WHERE p.kind IN ($kind, 'plan') AND p.subject_kind = $subject_kind AND p.subject_id = $subject_id AND p.state = 'issued' AND {scope p.unit_id p.label}
ORDER BY CASE WHEN p.kind = $kind THEN 0 ELSE 1 END, p.n DESC LIMIT 1

-- :list paper_list
-- scope: p
SELECT p.id, p.no, p.kind, p.subject_no, p.n, p.title, p.state, p.doc_no, p.made_on, p.issued_on, p.fault_count, p.unit_id, u.short_name AS unit_short, u.name AS unit_name
FROM paper p JOIN unit u ON u.id = p.unit_id WHERE {scope p.unit_id p.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter kind p.kind = $kind
-- :filter state p.state = $state
-- :filter live p.state <> 'void'
-- :filter source p.source_id = $source
-- :filter subject p.subject_kind = $subject_kind AND p.subject_id = $subject_id
-- :sort newest p.id DESC

-- ---- templates ----------------------------------------------------------------------------------------------
-- :name paper_template_insert
-- unscoped: apply
INSERT INTO paper_template (id, kind, title, unit_id, label, sha256, size, state, made_on, made_by, changed_seq)
VALUES ($seq, $kind, $title, $unit_id, $label, $sha256, $size, 'used', $day, $actor, $seq)

-- One template of a kind is used in a unit.
-- :name paper_template_retire_others
-- unscoped: apply
UPDATE paper_template SET state = 'retired', changed_seq = $seq WHERE kind = $kind AND unit_id = $unit_id AND state = 'used'

-- :name paper_template_retire
-- unscoped: apply
UPDATE paper_template SET state = 'retired', changed_seq = $seq WHERE id = $id

-- :name paper_template_get_any
-- unscoped: commands check the permission themselves
SELECT t.*, '' AS no, 0 AS source_id FROM paper_template t WHERE t.id = $id

-- :name paper_template_get
-- scope: t
SELECT t.*, u.name AS unit_name FROM paper_template t JOIN unit u ON u.id = t.unit_id WHERE t.id = $id AND {scope t.unit_id t.label}

-- :name paper_templates
-- scope: t
SELECT t.id, t.kind, t.title, t.state, t.made_on, t.size, t.unit_id, u.name AS unit_name, coalesce(a.name, '') AS made_name
FROM paper_template t JOIN unit u ON u.id = t.unit_id LEFT JOIN account a ON a.id = t.made_by
WHERE {scope t.unit_id t.label} ORDER BY t.kind, t.id DESC LIMIT 500

-- The template that a unit's papers of a kind are made with: its own, else the nearest above it.
-- :name paper_template_used
-- unscoped: how a paper looks is no secret of the unit above
SELECT t.id, t.sha256 FROM paper_template t JOIN unit_anc x ON x.ancestor = t.unit_id
WHERE x.unit = $unit_id AND t.kind = $kind AND t.state = 'used' ORDER BY x.depth LIMIT 1
