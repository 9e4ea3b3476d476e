-- The number that the office gives a bulletin, as it is printed in the red head: "" for none.  bulletin.no is our own.
ALTER TABLE bulletin ADD COLUMN doc_no @text NOT NULL DEFAULT '';
