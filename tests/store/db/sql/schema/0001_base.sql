-- A schema of the tests of the database room; the application's is in sql/schema.
-- local: note_session
CREATE TABLE owner (
  id   @id,
  name @text NOT NULL UNIQUE
);
CREATE TABLE note (
  id       @id,
  owner_id @int64 NOT NULL REFERENCES owner (id),
  label    @int64 NOT NULL,
  is_open  @bool NOT NULL,
  at       @time,
  due      @date,
  title    @text NOT NULL,             -- 'it''s'; a mark; in a comment
  body     @blob
);
CREATE INDEX note_due ON note (due, id);
CREATE TABLE note_session (token @text NOT NULL PRIMARY KEY, at @time NOT NULL);
CREATE TABLE tag (
  note_id @int64 NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED,
  word    @text NOT NULL,
  PRIMARY KEY (note_id, word)
) @without_rowid;
CREATE TABLE user_scope (
  user_id   @int64 NOT NULL,
  perm      @int64 NOT NULL,
  unit_id   @int64 NOT NULL,
  clearance @int64 NOT NULL,
  PRIMARY KEY (user_id, perm, unit_id)
) @without_rowid;
-- @sqlite
CREATE VIRTUAL TABLE note_fts USING fts5 (words, content='');
-- @postgres
CREATE TABLE note_fts (rowid @id, words @text);
CREATE INDEX note_fts_words ON note_fts USING gin (to_tsvector('simple', words));
-- @end
-- local: note_fts
