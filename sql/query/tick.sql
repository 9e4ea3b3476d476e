-- The daily work of the program.

-- :name tick_get
-- unscoped: of the program
SELECT t.last_day FROM tick t WHERE t.name = $name

-- :name tick_set_done
-- unscoped: apply
INSERT INTO tick (name, last_day) VALUES ($name, $date)
ON CONFLICT (name) DO UPDATE SET last_day = excluded.last_day WHERE tick.last_day < excluded.last_day
