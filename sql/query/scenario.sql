-- What a scenario (cli/scenario.h) names by words.

-- :name scenario_person
-- unscoped: a scenario runs on a database of its own; whoever runs it owns the file
SELECT id FROM person WHERE name = $a ORDER BY id LIMIT 1

-- :name scenario_account
-- unscoped: a scenario runs on a database of its own
SELECT id FROM account WHERE login = $a

-- :name scenario_task
-- unscoped: a scenario runs on a database of its own
SELECT id FROM task WHERE no = $a

-- :name scenario_finding
-- unscoped: a scenario runs on a database of its own
SELECT id FROM finding WHERE no = $a

-- :name scenario_source
-- unscoped: a scenario runs on a database of its own
SELECT id FROM source WHERE no = $a

-- :name scenario_unit
-- unscoped: a scenario runs on a database of its own
SELECT id FROM unit WHERE code = $a

-- :name scenario_measure
-- unscoped: a scenario runs on a database of its own
SELECT m.id FROM measure m JOIN finding f ON f.id = m.finding_id WHERE f.no = $a AND m.no = CAST($b AS bigint)

-- :name run_account
-- unscoped: `bihuan run` is for who owns the database; the account's own rights follow
SELECT id, is_disabled FROM account WHERE login = $login
