-- What a scenario (cli/scenario.h) names by words.  Numbers come without "LY-YEAR-": the year is that of the day of loading.

-- :name scenario_person
-- unscoped: a scenario runs on a database of its own; whoever runs it owns the file
SELECT id FROM person WHERE name = $a ORDER BY id LIMIT 1

-- :name scenario_account
-- unscoped: a scenario runs on a database of its own
SELECT id, name FROM account WHERE login = $a

-- :name scenario_task
-- unscoped: a scenario runs on a database of its own
SELECT id FROM task WHERE no LIKE 'LY-____-' || CAST($a AS text) ORDER BY id LIMIT 1

-- :name scenario_finding
-- unscoped: a scenario runs on a database of its own
SELECT id FROM finding WHERE no LIKE 'LY-____-' || CAST($a AS text) ORDER BY id LIMIT 1

-- :name scenario_source
-- unscoped: a scenario runs on a database of its own
SELECT id FROM source WHERE no LIKE 'LY-____-' || CAST($a AS text) ORDER BY id LIMIT 1

-- :name scenario_unit
-- unscoped: a scenario runs on a database of its own
SELECT id FROM unit WHERE code = $a

-- :name scenario_measure
-- unscoped: a scenario runs on a database of its own
SELECT m.id FROM measure m JOIN finding f ON f.id = m.finding_id WHERE f.no LIKE 'LY-____-' || CAST($a AS text) AND m.no = CAST($b AS bigint) ORDER BY f.id LIMIT 1

-- :name scenario_node
-- unscoped: a scenario runs on a database of its own; of a task, by its number
SELECT n.id FROM node n JOIN task t ON t.id = n.task_id WHERE t.no LIKE 'LY-____-' || CAST($a AS text) AND n.no = CAST($b AS bigint) AND n.is_dropped = 0 ORDER BY t.id LIMIT 1

-- :name run_account
-- unscoped: `bihuan run` is for who owns the database; the account's own rights follow
SELECT id, name, is_disabled FROM account WHERE login = $login
-- :name scenario_report
-- unscoped: a scenario runs on a database of its own; of a task, by its number
SELECT r.id FROM report r JOIN task t ON t.id = r.task_id WHERE t.no LIKE 'LY-____-' || CAST($a AS text) ORDER BY r.id DESC LIMIT 1

-- :name scenario_review
-- unscoped: a scenario runs on a database of its own; of a finding, by its number
SELECT id FROM review WHERE no LIKE 'LY-____-' || CAST($a AS text) ORDER BY id DESC LIMIT 1

-- :name scenario_letter
-- unscoped: a scenario runs on a database of its own; about a finding or task, by its number
SELECT id FROM letter WHERE subject_no LIKE 'LY-____-' || CAST($a AS text) AND state <> 'void' ORDER BY id DESC LIMIT 1

-- :name scenario_hang
-- unscoped: a scenario runs on a database of its own; of a finding or task, by its number
SELECT h.id FROM hang h LEFT JOIN task t ON h.subject_kind = 'task' AND t.id = h.subject_id LEFT JOIN finding f ON h.subject_kind = 'finding' AND f.id = h.subject_id
WHERE t.no LIKE 'LY-____-' || CAST($a AS text) OR f.no LIKE 'LY-____-' || CAST($a AS text) ORDER BY h.id DESC LIMIT 1

-- :name scenario_answer
-- unscoped: a scenario runs on a database of its own; of a unit to the newest sweep
SELECT a.id FROM sweep_answer a JOIN unit u ON u.id = a.unit_id WHERE u.code = $a ORDER BY a.id DESC LIMIT 1

-- :name scenario_lookback_item
-- unscoped: a scenario runs on a database of its own; of a finding, by its number
SELECT i.id FROM lookback_item i JOIN finding f ON f.id = i.finding_id WHERE f.no LIKE 'LY-____-' || CAST($a AS text) ORDER BY i.id DESC LIMIT 1

-- :name scenario_scorecard
-- unscoped: a scenario runs on a database of its own; of a unit in the newest assessment
SELECT c.id FROM scorecard c JOIN unit u ON u.id = c.unit_id WHERE u.code = $a ORDER BY c.id DESC LIMIT 1

-- :name scenario_cascade
-- unscoped: a scenario runs on a database of its own; of a unit, for the newest rule
SELECT c.id FROM rule_cascade c JOIN unit u ON u.id = c.unit_id WHERE u.code = $a ORDER BY c.id DESC LIMIT 1

-- :name scenario_check
-- unscoped: a scenario runs on a database of its own; the oldest that is not decided about a task, by its number
SELECT c.id FROM truth_check c JOIN task t ON t.id = c.task_id WHERE t.no LIKE 'LY-____-' || CAST($a AS text) AND c.state = 'raised' ORDER BY c.id LIMIT 1
