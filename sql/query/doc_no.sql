-- Numbers of documents.

-- :name doc_no_next
-- unscoped: numbering
SELECT coalesce((SELECT d.last_n FROM doc_no d WHERE d.issuer_id = $doc_issuer_id AND d.year = $doc_year AND d.kind = $doc_kind), 0) + 1

-- :name doc_no_take
-- unscoped: apply
INSERT INTO doc_no (issuer_id, year, kind, last_n) VALUES ($doc_issuer_id, $doc_year, $doc_kind, $doc_n)
ON CONFLICT (issuer_id, year, kind) DO UPDATE SET last_n = excluded.last_n
