-- My work: the waits of a role by date, and counts without looking into the table.
DROP INDEX wait_actor;
CREATE INDEX wait_actor ON wait (actor_kind, actor_id, due_key, id, unit_id, label);
CREATE INDEX wait_kind ON wait (actor_kind, due_key, id, actor_id);
