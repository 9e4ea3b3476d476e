-- When and where a talk is held: on the notice of a talk only.
ALTER TABLE letter ADD COLUMN talk_on @date;
ALTER TABLE letter ADD COLUMN talk_time @text NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN talk_place @text NOT NULL DEFAULT '';
