-- Handovers: what somebody carries passes to another by a record that both sign.

-- :name handover_insert
-- unscoped: apply
INSERT INTO handover (id, no, title, state, from_person, to_person, post_id, unit_id, label, source_id, begun_on, from_signed, to_signed, signed_by, done_on, note, changed_seq)
VALUES ($seq, $no, $title, 'open', $from_person, $to_person, $post_id, $unit_id, $label, 0, $day, NULL, NULL, 0, NULL, $note, $seq)

-- :name handover_item_insert
-- unscoped: apply
INSERT INTO handover_item (handover_id, n, kind, role, actor_kind, row_id, subject_kind, subject_id, source_id, no, title)
VALUES ($seq, $n, $item_kind, $item_role, $actor_kind, $row_id, $subject_kind, $subject_id, $item_source_id, $item_no, $item_title)

-- :name handover_sign_from
-- unscoped: apply
UPDATE handover SET from_signed = $day, signed_by = $actor, changed_seq = $seq WHERE id = $id AND $side = 'from'

-- :name handover_sign_to
-- unscoped: apply
UPDATE handover SET to_signed = $day, signed_by = $actor, changed_seq = $seq WHERE id = $id AND $side = 'to'

-- :name handover_finish
-- unscoped: apply
UPDATE handover SET state = $to, done_on = $day, changed_seq = $seq WHERE id = $id

-- :name handover_get_any
-- unscoped: commands check the permission themselves
SELECT h.* FROM handover h WHERE h.id = $id

-- :name handover_next_no
-- unscoped: numbering
SELECT count(*) + 1 FROM handover h WHERE h.no >= $prefix AND h.no < $prefix || '~'

-- :name handover_open_of
-- unscoped: commands check the permission themselves
SELECT count(*) FROM handover h WHERE h.state = 'open' AND h.from_person = $person

-- What a person carries now: duties on what is still open, what waits, cases; and, listed only, what belongs to the post.
-- :name handover_find
-- unscoped: of a person whose unit the actor keeps; the record has the highest label of what is in it
SELECT q.* FROM (
  SELECT 'duty' AS item_kind, d.role AS item_role, d.actor_kind, d.id AS row_id, d.subject_kind, d.subject_id, f.source_id AS item_source_id,
         coalesce(t.no, f.no) AS item_no, coalesce(t.title, m.text, f.title) AS item_title, coalesce(t.label, f.label) AS item_label
  FROM duty d LEFT JOIN task t ON d.subject_kind = 'task' AND t.id = d.subject_id
  LEFT JOIN measure m ON m.id = CASE d.subject_kind WHEN 'measure' THEN d.subject_id ELSE t.measure_id END
  JOIN finding f ON f.id = CASE d.subject_kind WHEN 'finding' THEN d.subject_id ELSE m.finding_id END
  WHERE d.until IS NULL AND ((d.actor_kind = 'person' AND d.actor_id = $person) OR (d.actor_kind = 'post' AND d.actor_id = $post))
    AND f.status NOT IN ('closed', 'ended', 'withdrawn') AND coalesce(m.cycle_n, f.cycle_n) = f.cycle_n
    AND coalesce(t.state, '') NOT IN ('done', 'cancelled') AND coalesce(m.state, '') NOT IN ('verified', 'dropped')
  UNION ALL
  SELECT 'wait', w.what, w.actor_kind, w.id, w.subject_kind, w.subject_id, w.source_id, w.no, w.title, w.label FROM wait w
  WHERE w.subject_kind <> 'handover' AND w.subject_kind <> 'lead' AND ((w.actor_kind = 'person' AND w.actor_id = $person) OR (w.actor_kind = 'post' AND w.actor_id = $post))
  UNION ALL
  SELECT 'lead', c.kind, c.leader_kind, c.id, 'lead', c.id, c.source_id, c.no, c.title, c.label FROM lead_case c
  WHERE c.state = 'active' AND ((c.leader_kind = 'person' AND c.leader_id = $person) OR (c.leader_kind = 'post' AND c.leader_id = $post))
) q ORDER BY q.item_no, q.item_kind, q.row_id LIMIT 2000

-- :name handover_items_any
-- unscoped: commands check the permission themselves
SELECT i.* FROM handover_item i WHERE i.handover_id = $id ORDER BY i.n

-- Of what was listed, what the person still carries: what was closed, handed on or done since then stays where it is.
-- :name handover_items_open
-- unscoped: commands check the permission themselves
SELECT i.* FROM handover_item i JOIN handover h ON h.id = i.handover_id
WHERE i.handover_id = $id AND (
  (i.kind = 'duty' AND EXISTS (
    SELECT 1 FROM duty d LEFT JOIN task t ON d.subject_kind = 'task' AND t.id = d.subject_id
    LEFT JOIN measure m ON m.id = CASE d.subject_kind WHEN 'measure' THEN d.subject_id ELSE t.measure_id END
    JOIN finding f ON f.id = CASE d.subject_kind WHEN 'finding' THEN d.subject_id ELSE m.finding_id END
    WHERE d.id = i.row_id AND d.until IS NULL AND f.status NOT IN ('closed', 'ended', 'withdrawn') AND coalesce(m.cycle_n, f.cycle_n) = f.cycle_n
      AND coalesce(t.state, '') NOT IN ('done', 'cancelled') AND coalesce(m.state, '') NOT IN ('verified', 'dropped')))
  OR (i.kind = 'wait' AND EXISTS (SELECT 1 FROM wait w WHERE w.subject_kind = i.subject_kind AND w.subject_id = i.subject_id AND w.actor_kind = 'person' AND w.actor_id = h.from_person))
  OR (i.kind = 'lead' AND EXISTS (SELECT 1 FROM lead_case c WHERE c.id = i.row_id AND c.state = 'active' AND c.leader_kind = 'person' AND c.leader_id = h.from_person)))
ORDER BY i.n

-- One thing passes: the duty ends and begins with the other, what waits waits for the other.
-- :name handed_duty_end
-- unscoped: apply
UPDATE duty SET until = $day WHERE id = $row_id AND $item_kind = 'duty' AND until IS NULL

-- :name handed_duty_begin
-- unscoped: apply
INSERT INTO duty (id, subject_kind, subject_id, role, actor_kind, actor_id, since, until)
SELECT CAST($seq AS bigint) * 16, d.subject_kind, d.subject_id, d.role, 'person', $to_person, $day, NULL FROM duty d WHERE d.id = $row_id AND $item_kind = 'duty' AND d.until = $day

-- :name handed_wait
-- unscoped: apply
UPDATE wait SET actor_id = $to_person WHERE subject_kind = $noun AND subject_id = $id AND $item_kind = 'wait' AND actor_kind = 'person' AND actor_id = $from_person

-- :name handed_lead
-- unscoped: apply
UPDATE lead_case SET leader_id = $to_person, handed_on = $day, changed_seq = $seq WHERE id = $row_id AND $item_kind = 'lead' AND leader_kind = 'person' AND leader_id = $from_person

-- :name handed_lead_wait
-- unscoped: apply
UPDATE wait SET actor_id = $to_person WHERE subject_kind = 'lead' AND subject_id = $row_id AND $item_kind = 'lead' AND actor_kind = 'person' AND actor_id = $from_person

-- ---- pages ----------------------------------------------------------------------------------------------------
-- :list handover_list
-- scope: h
SELECT h.id, h.no, h.title, h.state, h.begun_on, h.from_signed, h.to_signed, h.done_on, h.unit_id, h.label, a.name AS from_name, b.name AS to_name, u.short_name AS unit_short,
       (SELECT count(*) FROM handover_item i WHERE i.handover_id = h.id) AS item_count
FROM handover h JOIN unit u ON u.id = h.unit_id JOIN person a ON a.id = h.from_person JOIN person b ON b.id = h.to_person
WHERE {scope h.unit_id h.label} AND {filters} ORDER BY {order} LIMIT $limit OFFSET $offset
-- :filter state h.state = $state
-- :sort newest h.id DESC

-- :name handover_get
-- scope: h
SELECT h.*, a.name AS from_name, b.name AS to_name, u.name AS unit_name, coalesce(p.title, '') AS post_title
FROM handover h JOIN unit u ON u.id = h.unit_id JOIN person a ON a.id = h.from_person JOIN person b ON b.id = h.to_person LEFT JOIN post p ON p.id = h.post_id
WHERE h.id = $id AND {scope h.unit_id h.label}

-- :name handover_items
-- unscoped: of a handover that was read through its scope, which has the highest label of what is in it
SELECT i.* FROM handover_item i WHERE i.handover_id = $id ORDER BY i.n
