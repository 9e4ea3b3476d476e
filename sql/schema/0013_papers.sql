-- Papers: made from a frozen snapshot, in several formats, by templates that the office may change.

CREATE TABLE paper (
  id              @id,
  no              @text NOT NULL UNIQUE, -- LY-2026-003-plan-2: subject, kind, edition
  kind            @text NOT NULL,        -- data/papers.def
  subject_kind    @text NOT NULL,        -- source finding letter certificate meeting sweep scorecard
  subject_id      @int64 NOT NULL,
  subject_no      @text NOT NULL,
  source_id       @int64 NOT NULL,       -- 0: of no source
  n               @int64 NOT NULL,       -- edition
  title           @text NOT NULL,
  unit_id         @int64 NOT NULL REFERENCES unit (id),
  label           @int64 NOT NULL,       -- the highest of what stands in it
  state           @text NOT NULL,        -- draft issued void
  doc_no          @text NOT NULL,        -- as the office gave it, "" for none
  snapshot_seq    @int64 NOT NULL,       -- the newest event that the data know
  data_sha256     @text NOT NULL,        -- stored file: the data, frozen as JSON
  template_sha256 @text NOT NULL,        -- stored file: the template as it was
  text            @text NOT NULL,        -- JSON map: what the office wrote itself
  faults          @text NOT NULL,        -- JSON list: what disagrees with the snapshot
  fault_count     @int64 NOT NULL,
  made_on         @date NOT NULL,
  made_by         @int64 NOT NULL,
  issued_on       @date,
  issued_by       @int64 NOT NULL,       -- 0: not yet
  changed_seq     @int64 NOT NULL
);
CREATE INDEX paper_subject ON paper (subject_kind, subject_id, kind, n);
CREATE INDEX paper_unit ON paper (unit_id, id);
CREATE INDEX paper_source ON paper (source_id, id);

CREATE TABLE paper_file (
  paper_id @int64 NOT NULL REFERENCES paper (id),
  format   @text NOT NULL,               -- docx pdf xlsx zip
  sha256   @text NOT NULL,
  size     @int64 NOT NULL,
  PRIMARY KEY (paper_id, format)
);
CREATE INDEX paper_file_sha256 ON paper_file (sha256);

-- Templates of the office; what is shipped is not in here.
CREATE TABLE paper_template (
  id          @id,
  kind        @text NOT NULL,
  title       @text NOT NULL,
  unit_id     @int64 NOT NULL REFERENCES unit (id), -- and those below it
  label       @int64 NOT NULL,
  sha256      @text NOT NULL,
  size        @int64 NOT NULL,
  state       @text NOT NULL,            -- used retired
  made_on     @date NOT NULL,
  made_by     @int64 NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX paper_template_kind ON paper_template (kind, unit_id, state);
