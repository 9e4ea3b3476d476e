-- What is open by its date, and what is long-term, is counted on the first page: in the index alone, with what decides whether a finding
-- is counted at all.
DROP INDEX finding_open_due;
CREATE INDEX finding_open_due ON finding (due_key, id, status, label, unit_id, main_id) WHERE status NOT IN ('closed', 'ended', 'withdrawn');
DROP INDEX finding_phase_due;
CREATE INDEX finding_phase_due ON finding (phase, due_key, id, status, label, unit_id, main_id);
