-- Calendar feeds.

-- :name feed_insert
-- unscoped: apply
INSERT INTO feed (id, account_id, token_hash, created_at, is_closed) VALUES ($seq, $actor, $token_hash, $at, 0)

-- :name feed_close
-- unscoped: apply
UPDATE feed SET is_closed = 1 WHERE id = $id AND account_id = $actor

-- :name feed_mine
-- unscoped: one's own
SELECT f.id, f.created_at FROM feed f WHERE f.account_id = $me AND f.is_closed = 0 ORDER BY f.id

-- :name feed_own
-- unscoped: one's own
SELECT f.id FROM feed f WHERE f.id = $id AND f.account_id = $me AND f.is_closed = 0

-- :name feed_find
-- unscoped: by a secret
SELECT f.id, f.account_id FROM feed f JOIN account a ON a.id = f.account_id WHERE f.token_hash = $token_hash AND f.is_closed = 0 AND a.is_disabled = 0
