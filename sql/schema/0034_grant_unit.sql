-- Who acts for a unit is looked for from the unit: by the line "waiting for" of pages and lists.
CREATE INDEX role_grant_unit ON role_grant (unit_id, role, account_id);
