-- Every list of the register comes along an index, or sorts few rows; see sql/query/finding.sql.

-- The indexes of the sorts also hold what filters ask for, so that a row which is passed over is never fetched.
DROP INDEX finding_due;
DROP INDEX finding_changed;
DROP INDEX finding_amount;
DROP INDEX finding_source;
CREATE INDEX finding_due ON finding (due_key, id, status, phase, nature, severity, label, unit_id, source_id, aspect_id);
CREATE INDEX finding_changed ON finding (changed_seq, status, phase, nature, severity, label, unit_id, source_id, aspect_id);
CREATE INDEX finding_amount ON finding (amount_key, id, status, phase, nature, severity, label, unit_id, source_id, aspect_id);
CREATE INDEX finding_source ON finding (source_id, item_no, status, phase, nature, severity, label, unit_id, aspect_id);
-- Item 1000 of a source stands behind 999: what is before the last digits of a number sorts as text, these as a number.
CREATE INDEX finding_number ON finding (rtrim(no, '0123456789'), item_no, status, phase, nature, severity, label, unit_id, source_id, aspect_id);
CREATE INDEX finding_aspect ON finding (aspect_id, item_no) WHERE aspect_id IS NOT NULL;
-- What was changed last hangs together with these, so the newest changes may hold none of the wanted ones.
CREATE INDEX finding_status_changed ON finding (status, changed_seq);
CREATE INDEX finding_phase_changed ON finding (phase, changed_seq);
-- After some years nearly all are closed, and those that are not stand at the end.
CREATE INDEX finding_open_due ON finding (due_key, id) WHERE status NOT IN ('closed', 'ended', 'withdrawn');
