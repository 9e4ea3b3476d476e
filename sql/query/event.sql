-- The chain of events.  Only record/ uses the writing ones.

-- :name event_next_seq
-- unscoped: numbering
-- @sqlite
SELECT coalesce(max(seq), 0) + 1 FROM event
-- @postgres
SELECT nextval('event_seq')
-- @end

-- :name event_insert
-- unscoped: append only
INSERT INTO event (seq, chain, chain_seq, at, actor, kind, subject, body, reason, prev_hash, hash)
VALUES ($seq, $chain, $chain_seq, $at, $actor, $kind, $subject, $body, $reason, $prev_hash, $hash)

-- :name chain_get_for_update
-- unscoped: head of a chain
-- @sqlite
SELECT last_seq, last_hash FROM chain WHERE id = $chain
-- @postgres
SELECT last_seq, last_hash FROM chain WHERE id = $chain FOR UPDATE
-- @end

-- :name chain_insert
-- unscoped: head of a chain
INSERT INTO chain (id, last_seq, last_hash, last_event) VALUES ($chain, $chain_seq, $hash, $seq)

-- :name chain_update
-- unscoped: head of a chain
UPDATE chain SET last_seq = $chain_seq, last_hash = $hash, last_event = $seq WHERE id = $chain

-- :name chain_list
-- unscoped: bihuan check
SELECT id, last_seq, last_hash, last_event FROM chain ORDER BY id

-- :name event_newest
-- unscoped: a number for ETags, no content
SELECT coalesce(max(seq), 0) FROM event

-- :name chain_newest
-- unscoped: a number for ETags, no content
SELECT last_event FROM chain WHERE id = $chain

-- :name event_count
-- unscoped: bihuan check
SELECT count(*) FROM event

-- :name event_replay
-- unscoped: rebuild and check read everything
SELECT seq, chain, chain_seq, at, actor, kind, subject, body, reason, prev_hash, hash
FROM event WHERE seq > $after AND seq <= $until ORDER BY seq LIMIT 1000

-- :name event_last_until
-- unscoped: as-of
SELECT coalesce(max(seq), 0) FROM event WHERE at <= $until

-- :list event_list
-- unscoped: the audit administrator's page; the route names the permission
SELECT e.seq, e.chain, e.chain_seq, e.at, e.actor, e.kind, e.subject, e.reason, e.hash,
       coalesce(a.name, '') AS actor_name, coalesce(a.login, '') AS actor_login, coalesce(d.title, r.title, o.name, '') AS subject_title
FROM event e LEFT JOIN account a ON a.id = e.actor
LEFT JOIN search_doc d ON d.id = e.subject LEFT JOIN draft r ON r.id = e.subject LEFT JOIN account o ON o.id = e.subject
WHERE {filters} ORDER BY {order} LIMIT $limit
-- :filter before e.seq < $before
-- :filter kind e.kind = $kind
-- :filter actor e.actor = $actor
-- :filter chain e.chain = $chain
-- :filter subject e.subject = $subject
-- :filter from e.at >= $from
-- :filter to e.at < $to
-- :sort newest e.seq DESC

-- :name event_get
-- unscoped: the audit administrator's page; the route names the permission
SELECT e.seq, e.chain, e.chain_seq, e.at, e.actor, e.kind, e.subject, e.body, e.reason, e.prev_hash, e.hash,
       coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor WHERE e.seq = $id

-- :name event_hash_at
-- unscoped: the audit administrator's page; the route names the permission
SELECT e.seq, e.hash FROM event e WHERE e.chain = $chain AND e.chain_seq = $chain_seq

-- :name event_of_subject
-- unscoped: called only for a subject that was read through its own scope
SELECT e.seq, e.at, e.kind, e.reason, e.body, coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor
WHERE e.subject = $id ORDER BY e.seq DESC LIMIT 50

-- :name event_of_measure
-- unscoped: called only for a measure that was read through its scope; what changes it is told of its finding
SELECT e.seq, e.at, e.kind, e.reason, e.body, coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor
WHERE e.seq = $id OR e.subject = $id OR (e.subject = $finding_id AND e.kind LIKE 'measure.%' AND e.body LIKE $part)
ORDER BY e.seq DESC LIMIT 50

-- :name event_since
-- unscoped: called only for a subject that was read through its own scope
SELECT e.seq, e.at, e.kind, e.body, coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor
WHERE e.subject = $id AND e.seq > $seen ORDER BY e.seq LIMIT 200

-- :name event_of_account
-- unscoped: the administrators' page of an account; who signed in when is for the audit administrator
SELECT e.seq, e.at, e.kind, e.reason, e.body, coalesce(a.name, '') AS actor_name
FROM event e LEFT JOIN account a ON a.id = e.actor
WHERE e.subject = $id AND e.chain = 0 ORDER BY e.seq DESC LIMIT 50

-- :name data_version
-- unscoped: changes with every committed event, holds no content
-- @sqlite
SELECT CAST(coalesce(max(seq), 0) AS text) FROM event
-- @postgres
SELECT CAST(pg_current_snapshot() AS text)
-- @end
