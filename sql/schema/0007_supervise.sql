-- Supervision: what missed its date, letters, urging, lead cases, meetings with decisions, special working groups,
-- handovers; and, local, the reminders that go out.

-- ---- numbers of documents -----------------------------------------------------------------------------------
-- The last number given, for each issuer, year and kind of document: no number is given twice, none is left out.  A void
-- document keeps its number.
CREATE TABLE doc_no (
  issuer_id @int64 NOT NULL REFERENCES unit (id),
  year      @int64 NOT NULL,
  kind      @text NOT NULL,            -- of data/doc_kinds.def
  last_n    @int64 NOT NULL,
  PRIMARY KEY (issuer_id, year, kind)
);
