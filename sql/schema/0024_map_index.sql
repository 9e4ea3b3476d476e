-- The map of a source counts the tasks of its findings, and the measures that were dropped, along these alone.
CREATE INDEX task_map ON task (source_id, finding_id, label, unit_id) WHERE state <> 'cancelled';
CREATE INDEX measure_dropped ON measure (finding_id) WHERE state = 'dropped';
