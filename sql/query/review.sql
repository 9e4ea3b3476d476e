-- Review chains and cases.

-- ---- chains -------------------------------------------------------------------------------------------------
-- :name review_chain_insert
-- unscoped: apply
INSERT INTO review_chain (id, root_id, version, purpose, source_kind, source_id, unit_id, name, is_current, changed_seq)
VALUES ($seq, coalesce(CAST($root_id AS bigint), CAST($seq AS bigint)), $version, $purpose, $source_kind, $source_id, $unit_id, $name, 1, $seq)

-- :name review_chain_retire_old
-- unscoped: apply
UPDATE review_chain SET is_current = 0, changed_seq = $seq WHERE root_id = $root_id AND is_current = 1

-- :name review_chain_step_insert
-- unscoped: apply
INSERT INTO review_chain_step (chain_id, n, title, mode, threshold, limit_days) VALUES ($seq, $n, $title, $mode, $threshold, $limit_days)

-- :name review_chain_signer_insert
-- unscoped: apply
INSERT INTO review_chain_signer (chain_id, step_n, signer_n, kind, ref, ref_id, label) VALUES ($seq, $step_n, $signer_n, $kind, $ref, $ref_id, $signer_label)

-- :name review_chain_get_any
-- unscoped: commands check the permission themselves
SELECT c.* FROM review_chain c WHERE c.id = $id

-- :name review_chain_get
-- scope: c
SELECT c.*, u.name AS unit_name, coalesce(s.title, '') AS source_title
FROM review_chain c JOIN unit u ON u.id = c.unit_id LEFT JOIN source s ON s.id = c.source_id AND {scope s.unit_id s.label}
WHERE c.id = $id AND {scope c.unit_id 0}

-- :name review_chain_list
-- scope: c
SELECT c.id, c.root_id, c.version, c.purpose, c.source_kind, c.source_id, c.unit_id, c.name, u.name AS unit_name,
       (SELECT count(*) FROM review_chain_step t WHERE t.chain_id = c.id) AS steps,
       (SELECT count(*) FROM review r JOIN review_chain v ON v.id = r.chain_id WHERE v.root_id = c.root_id AND r.state = 'open' AND {scope r.unit_id r.label}) AS running
FROM review_chain c JOIN unit u ON u.id = c.unit_id
WHERE c.is_current = 1 AND {scope c.unit_id 0}
ORDER BY c.purpose, u.mgmt_level, c.id LIMIT 500

-- :name review_chain_versions
-- unscoped: of a chain that was read through its scope
SELECT c.id, c.version, c.name, c.is_current, e.at, coalesce(a.name, '') AS actor_name
FROM review_chain c JOIN event e ON e.seq = c.id LEFT JOIN account a ON a.id = e.actor WHERE c.root_id = $root_id ORDER BY c.version DESC

-- :name review_chain_steps
-- unscoped: of a chain that was read through its scope, or that a case has
SELECT n, title, mode, threshold, limit_days FROM review_chain_step WHERE chain_id = $chain_id ORDER BY n

-- :name review_chain_signers
-- unscoped: of a chain that was read through its scope, or that a case has
SELECT s.step_n, s.signer_n, s.kind, s.ref, s.ref_id, s.label, coalesce(p.name, t.title, m.name, u.short_name, '') AS ref_name
FROM review_chain_signer s
LEFT JOIN person p ON s.kind = 'person' AND p.id = s.ref_id
LEFT JOIN post t ON s.kind = 'post' AND t.id = s.ref_id
LEFT JOIN team m ON s.kind = 'team' AND m.id = s.ref_id
LEFT JOIN unit u ON s.kind = 'role' AND u.id = s.ref_id
WHERE s.chain_id = $chain_id ORDER BY s.step_n, s.signer_n

-- The nearest: of the source itself, else of its kind, else for all; of these the one of the nearest unit.
-- :name review_chain_choose
-- unscoped: a rule that holds for a finding whose permission was checked
SELECT c.id FROM review_chain c JOIN unit_anc a ON a.ancestor = c.unit_id AND a.unit = $unit_id
WHERE c.is_current = 1 AND c.purpose = $purpose AND c.source_id IN (0, CAST($source_id AS bigint))
  AND (c.source_kind = '' OR c.source_kind = (SELECT kind FROM source WHERE id = $source_id))
ORDER BY c.source_id DESC, CASE WHEN c.source_kind = '' THEN 1 ELSE 0 END, a.depth, c.id LIMIT 1

-- ---- cases --------------------------------------------------------------------------------------------------
-- :name review_insert
-- unscoped: apply
INSERT INTO review (id, purpose, subject_kind, subject_id, finding_id, cycle_id, source_id, chain_id, unit_id, label, no, title, state, step_n, step_count,
  step_title, step_since, step_due, due_key, asked, pledge, pledge_by, opened_at, opened_by, ended_at, changed_seq, rev)
VALUES ($seq, $purpose, $subject_kind, $subject_id, $finding_id, $cycle_id, $source_id, $chain_id, $unit_id, $label, $no, $title, 'open', $step_n, $step_count,
  $step_title, $at, $step_due, $step_due, $asked, $pledge, $pledge_by, $at, $actor, NULL, $seq, 1)

-- :name review_slot_insert
-- unscoped: apply
INSERT INTO review_slot (id, review_id, step_n, actor_kind, actor_id, label, claimed_by, claimed_at, is_signed)
VALUES (CAST($seq AS bigint) * 16 + $slot_n, coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $step_n, $actor_kind, $actor_id, $slot_label, NULL, NULL, 0)

-- :name review_sign_insert
-- unscoped: apply
INSERT INTO review_sign (id, review_id, step_n, step_title, slot_id, label, account_id, person_id, signer, acted_for, verdict, opinion, at)
VALUES ($seq, coalesce(CAST($id AS bigint), CAST($seq AS bigint)), $signed_step_n, $signed_step_title, $slot_id, $slot_label, $actor, $person_id, $signer, $acted_for, $verdict, $opinion, $at)

-- :name review_slot_sign
-- unscoped: apply; a vote leaves its place open for the next voter
UPDATE review_slot SET is_signed = $is_slot_signed, claimed_by = NULL, claimed_at = NULL WHERE id = $slot_id

-- :name review_slot_claim
-- unscoped: apply
UPDATE review_slot SET claimed_by = $claimed_by, claimed_at = CASE WHEN CAST($claimed_by AS bigint) IS NULL THEN NULL ELSE CAST($at AS bigint) END WHERE id = $slot_id

-- :name review_touch
-- unscoped: apply
UPDATE review SET changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name review_set_step
-- unscoped: apply
UPDATE review SET state = $to, step_n = $step_n, step_title = $step_title, step_due = $step_due,
  step_since = CASE WHEN $is_new_step = 1 THEN CAST($at AS bigint) ELSE step_since END,
  due_key = CASE WHEN $to = 'open' THEN $step_due ELSE '9999-12-31' END,
  ended_at = CASE WHEN $to = 'open' THEN NULL ELSE CAST($at AS bigint) END, changed_seq = $seq, rev = rev + 1
WHERE id = $id

-- :name review_withdraw
-- unscoped: apply
UPDATE review SET state = $to, due_key = '9999-12-31', ended_at = $at, changed_seq = $seq, rev = rev + 1 WHERE id = $id

-- :name handler_note
-- unscoped: apply; whoever does the work of a finding signs nothing of this cycle
INSERT INTO handler (cycle_id, account_id, first_seq)
SELECT f.cycle_id, CAST($actor AS bigint), CAST($seq AS bigint) FROM finding f WHERE f.id = $finding_id AND CAST($actor AS bigint) <> 0
ON CONFLICT (cycle_id, account_id) DO NOTHING

-- Moves of tasks that are work of the unit; deciding, passing and cancelling are not.
-- :name handler_note_move
-- unscoped: apply
INSERT INTO handler (cycle_id, account_id, first_seq)
SELECT f.cycle_id, CAST($actor AS bigint), CAST($seq AS bigint) FROM finding f
WHERE f.id = $finding_id AND CAST($actor AS bigint) <> 0 AND $by IN ('accept', 'dispute', 'submit', 'resubmit', 'report', 'split')
ON CONFLICT (cycle_id, account_id) DO NOTHING

-- :name review_relabel
-- unscoped: apply; a case goes with its finding
UPDATE review SET unit_id = $unit_id, label = $label WHERE finding_id = $id AND state = 'open'

-- :name review_get_any
-- unscoped: commands check the permission themselves
SELECT r.* FROM review r WHERE r.id = $id

-- :name review_open_of
-- unscoped: of a subject whose permission was checked
SELECT r.* FROM review r WHERE r.subject_kind = $subject_kind AND r.subject_id = $subject_id AND r.state = 'open' ORDER BY r.id

-- :name review_slots
-- unscoped: of a case that was read through its scope, or that a command checks
SELECT s.id, s.step_n, s.actor_kind, s.actor_id, s.label, s.claimed_by, s.claimed_at, s.is_signed,
       coalesce(p.name, t.title, m.name, u.short_name, '') AS actor_name, coalesce(c.name, '') AS claimed_name, c.person_id AS claimed_person
FROM review_slot s LEFT JOIN account c ON c.id = s.claimed_by
LEFT JOIN person p ON s.actor_kind = 'person' AND p.id = s.actor_id
LEFT JOIN post t ON s.actor_kind = 'post' AND t.id = s.actor_id
LEFT JOIN team m ON s.actor_kind = 'team' AND m.id = s.actor_id
LEFT JOIN unit u ON s.actor_kind <> 'person' AND s.actor_kind <> 'post' AND s.actor_kind <> 'team' AND u.id = s.actor_id
WHERE s.review_id = $id AND s.step_n = $step_n ORDER BY s.id

-- :name review_signs
-- unscoped: of a case that was read through its scope, or that a command checks
SELECT s.id, s.step_n, s.step_title, s.slot_id, s.label, s.account_id, s.person_id, s.signer, s.acted_for, s.verdict, s.opinion, s.at
FROM review_sign s WHERE s.review_id = $id ORDER BY s.id

-- :name review_step_verdicts
-- unscoped: of a case that a command checks
SELECT count(*) FROM review_sign WHERE review_id = $id AND step_n = $step_n AND verdict = $verdict AND slot_id > 0

-- Holders of a duty of the subject; of a finding also those of its measures and tasks when it has none itself.
-- :name review_duty_holders
-- unscoped: who signs, of a subject whose permission was checked
SELECT DISTINCT d.actor_kind, d.actor_id FROM duty d
WHERE d.until IS NULL AND d.role = $ref AND (
  (d.subject_kind = $subject_kind AND d.subject_id = $subject_id) OR (d.subject_kind = 'finding' AND d.subject_id = $finding_id))
UNION
SELECT DISTINCT d.actor_kind, d.actor_id FROM duty d JOIN measure m ON d.subject_kind = 'measure' AND d.subject_id = m.id JOIN finding f ON f.id = m.finding_id
WHERE d.until IS NULL AND d.role = $ref AND f.id = $finding_id AND m.cycle_n = f.cycle_n AND m.state <> 'dropped'
ORDER BY 1, 2 LIMIT 8

-- Accounts that an actor is, without delegations: nobody at all makes a step wait for ever.
-- :name review_actor_accounts
-- unscoped: a guard
SELECT count(*) FROM (
  SELECT a.id FROM account a WHERE a.is_disabled = 0 AND $actor_kind = 'person' AND a.person_id = $actor_id
  UNION ALL
  SELECT a.id FROM account a JOIN tenure t ON t.person_id = a.person_id
  WHERE a.is_disabled = 0 AND $actor_kind = 'post' AND t.post_id = $actor_id AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION ALL
  SELECT a.id FROM account a JOIN team_member t ON t.person_id = a.person_id
  WHERE a.is_disabled = 0 AND $actor_kind = 'team' AND t.team_id = $actor_id AND t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION ALL
  SELECT a.id FROM account a JOIN role_grant g ON g.account_id = a.id
  WHERE a.is_disabled = 0 AND $actor_kind = 'unit' AND g.unit_id = $actor_id AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
  UNION ALL
  SELECT a.id FROM account a JOIN role_grant g ON g.account_id = a.id JOIN unit_anc n ON n.ancestor = g.unit_id AND n.unit = $actor_id
  WHERE a.is_disabled = 0 AND g.role = $actor_kind) AS found

-- In whose place an account signs for an actor: no row when it is the actor itself.
-- :name review_acts_for
-- unscoped: a name on a signature, of a case that a command checks
WITH own AS (SELECT a.person_id AS id FROM account a WHERE a.id = $me),
lent AS (
  SELECT d.from_person AS id FROM own JOIN delegation d ON d.to_person = own.id
  WHERE d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today
), mine AS (
  SELECT 'person' AS kind, own.id FROM own
  UNION SELECT 'post', t.post_id FROM tenure t JOIN own ON own.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION SELECT 'team', t.team_id FROM team_member t JOIN own ON own.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
), theirs AS (
  SELECT 'person' AS kind, lent.id, lent.id AS person_id FROM lent
  UNION SELECT 'post', t.post_id, t.person_id FROM tenure t JOIN lent ON lent.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
  UNION SELECT 'team', t.team_id, t.person_id FROM team_member t JOIN lent ON lent.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
)
SELECT p.id, p.name FROM theirs JOIN person p ON p.id = theirs.person_id
WHERE theirs.kind = $actor_kind AND theirs.id = $actor_id AND NOT EXISTS (SELECT 1 FROM mine WHERE mine.kind = $actor_kind AND mine.id = $actor_id)
ORDER BY p.id LIMIT 1

-- Why an account must not sign: it, or somebody whose place it takes or who takes its place (also by a delegation that was
-- taken back), did the work, asked for the decision, or signed another step.
-- :name review_entangled
-- unscoped: a guard
WITH case_of AS (SELECT r.id, r.finding_id, r.cycle_id, r.opened_by, r.step_n, c.started FROM review r JOIN cycle c ON c.id = r.cycle_id WHERE r.id = $id),
kin AS (
  SELECT a.person_id AS person FROM account a WHERE a.id = $me AND a.person_id IS NOT NULL
  UNION SELECT d.to_person FROM account a JOIN delegation d ON d.from_person = a.person_id, case_of c WHERE a.id = $me AND d.valid_to >= c.started AND d.valid_from <= $today
  UNION SELECT d.from_person FROM account a JOIN delegation d ON d.to_person = a.person_id, case_of c WHERE a.id = $me AND d.valid_to >= c.started AND d.valid_from <= $today
), accounts AS (
  SELECT CAST($me AS bigint) AS id UNION SELECT a.id FROM account a JOIN kin ON kin.person = a.person_id
)
SELECT 1 AS rank, 'submitted' AS why FROM case_of c JOIN accounts a ON a.id = c.opened_by
UNION ALL
SELECT 2, 'handled' FROM case_of c JOIN handler h ON h.cycle_id = c.cycle_id JOIN accounts a ON a.id = h.account_id
UNION ALL
SELECT 2, 'handled' FROM case_of c JOIN task t ON t.finding_id = c.finding_id JOIN duty d ON d.subject_kind = 'task' AND d.subject_id = t.id
  AND d.role IN ('doer', 'contact') AND d.actor_kind = 'person' AND (d.until IS NULL OR d.until >= c.started) JOIN kin ON kin.person = d.actor_id
UNION ALL
SELECT 3, 'signed' FROM case_of c JOIN review_sign s ON s.review_id = c.id AND s.slot_id > 0 JOIN accounts a ON a.id = s.account_id
ORDER BY 1 LIMIT 1

-- ---- pages --------------------------------------------------------------------------------------------------
-- :name review_get
-- scope: r
SELECT r.*, u.name AS unit_name, u.short_name AS unit_short, k.name AS chain_name, k.version AS chain_version, k.root_id AS chain_root,
       coalesce(a.name, '') AS opened_by_name, f.no AS finding_no, f.title AS finding_title, f.status AS finding_status, f.facts, f.due AS finding_due,
       c.n AS cycle_n, c.due AS cycle_due, c.original_due AS cycle_original_due, c.returned_count
FROM review r JOIN unit u ON u.id = r.unit_id JOIN review_chain k ON k.id = r.chain_id JOIN finding f ON f.id = r.finding_id JOIN cycle c ON c.id = r.cycle_id
LEFT JOIN account a ON a.id = r.opened_by
WHERE r.id = $id AND {scope r.unit_id r.label}

-- :list review_list
-- scope: r
SELECT r.id, r.purpose, r.no, r.title, r.state, r.step_n, r.step_count, r.step_title, r.step_since, r.step_due, r.due_key, r.opened_at, r.ended_at, r.unit_id,
       u.short_name AS unit_short, u.name AS unit_name, coalesce(a.name, '') AS opened_by_name
FROM review r JOIN unit u ON u.id = r.unit_id LEFT JOIN account a ON a.id = r.opened_by
WHERE {scope r.unit_id r.label} AND {filters} ORDER BY {order} LIMIT $limit
-- :filter open r.state = 'open'
-- :filter ended r.state <> 'open'
-- :filter state r.state = $state
-- :filter purpose r.purpose = $purpose
-- :filter overdue r.due_key < $today
-- :filter step r.step_title = $step
-- :filter under r.unit_id IN (SELECT unit FROM unit_anc WHERE ancestor = $under)
-- :filter mine r.id IN (WITH self AS (SELECT a.person_id AS id FROM account a WHERE a.id = $me AND a.person_id IS NOT NULL UNION
-- |   SELECT d.from_person FROM account a JOIN delegation d ON d.to_person = a.person_id WHERE a.id = $me AND d.is_taken_back = 0 AND d.valid_from <= $today AND d.valid_to >= $today),
-- |   mine AS (SELECT 'person' AS kind, id FROM self
-- |   UNION SELECT 'post', t.post_id FROM tenure t JOIN self ON self.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
-- |   UNION SELECT 'team', t.team_id FROM team_member t JOIN self ON self.id = t.person_id WHERE t.valid_from <= $today AND (t.valid_to IS NULL OR t.valid_to >= $today)
-- |   UNION SELECT 'unit', g.unit_id FROM role_grant g WHERE g.account_id = $me AND g.role IN ('unit_reporter', 'unit_approver', 'lead_department')
-- |   UNION SELECT g.role, n.unit FROM role_grant g JOIN unit_anc n ON n.ancestor = g.unit_id WHERE g.account_id = $me)
-- |   SELECT w.subject_id FROM mine JOIN wait w ON w.actor_kind = mine.kind AND w.actor_id = mine.id WHERE w.subject_kind = 'review')
-- :filter after_due (r.due_key, r.id) > ($key, CAST($key_id AS bigint))
-- :filter before_id r.id < $key_id
-- :sort due r.due_key, r.id
-- :sort newest r.id DESC

-- :list review_count like review_list
-- scope: r
SELECT count(*) FROM (SELECT 1 AS one FROM review r WHERE {scope r.unit_id r.label} AND {filters} LIMIT $limit) AS counted

-- :name review_step_titles
-- scope: r
SELECT r.step_title AS title, count(*) AS cases, sum(CASE WHEN r.due_key < $today THEN 1 ELSE 0 END) AS overdue
FROM review r WHERE r.state = 'open' AND {scope r.unit_id r.label} GROUP BY r.step_title ORDER BY min(r.step_n), r.step_title

-- :name review_of_finding
-- unscoped: of a finding that was read through its scope
SELECT r.id, r.purpose, r.state, r.step_n, r.step_count, r.step_title, r.step_since, r.step_due, r.opened_at, r.ended_at, r.cycle_id, r.subject_kind, r.subject_id,
       coalesce(a.name, '') AS opened_by_name
FROM review r LEFT JOIN account a ON a.id = r.opened_by WHERE r.finding_id = $id ORDER BY r.id DESC LIMIT 100

-- Posts, teams and people with the right to sign, for the editor of chains.
-- :name review_signer_posts
-- scope: p
SELECT p.id, p.title, u.short_name AS unit_short, u.name AS unit_name FROM post p JOIN unit u ON u.id = p.unit_id
WHERE p.is_closed = 0 AND {scope p.unit_id 0} ORDER BY u.mgmt_level, u.sort_no, u.id, p.sort_no, p.id LIMIT 300

-- :name review_signer_teams
-- scope: t
SELECT t.id, t.name AS title, u.short_name AS unit_short, u.name AS unit_name FROM team t JOIN unit u ON u.id = t.unit_id
WHERE t.valid_to IS NULL AND {scope t.unit_id t.label} ORDER BY t.sort_key, t.id LIMIT 300

-- :name review_signer_people
-- scope: p
SELECT DISTINCT p.id, p.name AS title, u.short_name AS unit_short, u.name AS unit_name, p.sort_key
FROM person p JOIN unit u ON u.id = p.unit_id JOIN account a ON a.person_id = p.id JOIN role_grant g ON g.account_id = a.id
JOIN role_permission r ON r.role = g.role AND r.perm = $sign_perm
WHERE a.is_disabled = 0 AND {scope p.unit_id 0} ORDER BY p.sort_key, p.id LIMIT 300

-- :name review_post_get
-- unscoped: whether there is such a post; the office chooses from those that it sees
SELECT p.id FROM post p WHERE p.id = $id AND p.is_closed = 0

-- :name review_team_get
-- unscoped: whether there is such a team; the office chooses from those that it sees
SELECT t.id FROM team t WHERE t.id = $id AND t.valid_to IS NULL

-- :name review_person_of
-- unscoped: the caller's own
SELECT a.person_id FROM account a WHERE a.id = $me AND a.person_id IS NOT NULL

-- :name wait_place_reviews
-- unscoped: apply; what waits about a finding goes with it
UPDATE wait SET unit_id = $unit_id, label = $label WHERE subject_kind = 'review' AND subject_id IN (SELECT id FROM review WHERE finding_id = $id AND state = 'open')
