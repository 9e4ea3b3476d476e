-- unscoped: tests

-- :name owner_insert
INSERT INTO owner (id, name) VALUES ($id, $name)

-- :name owner_update
UPDATE owner SET name = $name WHERE id >= $from

-- :name owner_name
SELECT name FROM owner WHERE id = $id

-- :name owner_numbers
SELECT id, name FROM owner ORDER BY id
