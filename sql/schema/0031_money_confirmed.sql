-- What finance found of the money that an accepted report says was recovered.
ALTER TABLE report ADD COLUMN confirmed_fen @int64;
ALTER TABLE report ADD COLUMN confirmed_at @time;
ALTER TABLE report ADD COLUMN confirmed_by @int64;
