-- Doing: the daily work, reports, evidence, extensions, truth checks.

-- Which day each tick of data/ticks.def was last done for.
CREATE TABLE tick (
  name     @text NOT NULL PRIMARY KEY,
  last_day @date NOT NULL
);

-- ---- reports ------------------------------------------------------------------------------------------------
-- A task's cycle makes a report by itself once its period nears its end: an occurrence.  What is still to come is computed.
CREATE TABLE report (
  id             @id,
  task_id        @int64 NOT NULL REFERENCES task (id),
  finding_id     @int64 NOT NULL REFERENCES finding (id),
  source_id      @int64 NOT NULL REFERENCES source (id),
  no             @text NOT NULL UNIQUE, -- LY-2026-003-017-T2-R4
  n              @int64 NOT NULL,
  kind           @text NOT NULL,       -- cycle extra
  state          @text NOT NULL,       -- due submitted returned accepted missed dropped
  period_from    @date NOT NULL,
  period_to      @date NOT NULL,
  due            @date NOT NULL,
  progress_bp    @int64,
  done_text      @text NOT NULL,
  blockers       @text NOT NULL,
  next_text      @text NOT NULL,
  recovered_fen  @int64,
  rules_made     @int64,
  people_handled @int64,               -- a count; no names, no cases
  drafted_at     @time,
  submitted_at   @time,
  submitted_by   @int64,
  decided_at     @time,
  decided_by     @int64,
  decision       @text NOT NULL,       -- the reason of a return
  returned_count @int64 NOT NULL,
  changed_seq    @int64 NOT NULL,
  rev            @int64 NOT NULL
);
CREATE INDEX report_task ON report (task_id, n);
CREATE INDEX report_finding ON report (finding_id, id);
CREATE INDEX report_open ON report (due, id) WHERE state IN ('due', 'submitted', 'returned');
CREATE INDEX report_submitted ON report (submitted_at, id);

ALTER TABLE task ADD COLUMN report_from @date;                            -- first day that the next report covers
ALTER TABLE task ADD COLUMN report_next @date;                            -- the day on which it is made
ALTER TABLE task ADD COLUMN report_planned @text NOT NULL DEFAULT '';     -- the cycle that the two were computed for
ALTER TABLE task ADD COLUMN report_count @int64 NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN submitted_by @int64;
ALTER TABLE task ADD COLUMN recovered_fen @int64 NOT NULL DEFAULT 0;      -- of its accepted reports
ALTER TABLE task ADD COLUMN rules_made @int64 NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN people_handled @int64 NOT NULL DEFAULT 0;
CREATE INDEX task_report_unplanned ON task (id) WHERE report_planned <> report_cycle;
CREATE INDEX task_report_next ON task (report_next, id);
ALTER TABLE finding ADD COLUMN recovered_fen @int64 NOT NULL DEFAULT 0;   -- of the accepted reports of its tasks
ALTER TABLE finding ADD COLUMN rules_made @int64 NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN people_handled @int64 NOT NULL DEFAULT 0;

-- Eight keys of a submitted report's words: reports that share one are candidates for being the same; see text/similarity.h.
CREATE TABLE report_band (
  band      @int64 NOT NULL,
  report_id @int64 NOT NULL REFERENCES report (id),
  PRIMARY KEY (band, report_id)
);
CREATE INDEX report_band_report ON report_band (report_id);

-- ---- extensions ---------------------------------------------------------------------------------------------
-- The first date stays on the task (original_due); each new one is asked for before the date that holds.
CREATE TABLE extension (
  id          @id,
  task_id     @int64 NOT NULL REFERENCES task (id),
  finding_id  @int64 NOT NULL REFERENCES finding (id),
  source_id   @int64 NOT NULL REFERENCES source (id),
  n           @int64 NOT NULL,
  no          @text NOT NULL UNIQUE,   -- LY-2026-003-017-T2-Y1
  state       @text NOT NULL,          -- asked approved refused withdrawn
  old_due     @date NOT NULL,
  new_due     @date NOT NULL,
  reason      @text NOT NULL,
  asked_at    @time NOT NULL,
  asked_by    @int64 NOT NULL,
  decided_at  @time,
  decided_by  @int64,
  decision    @text NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX extension_task ON extension (task_id, n);
CREATE INDEX extension_state ON extension (state, id);

-- ---- evidence -----------------------------------------------------------------------------------------------
CREATE TABLE evidence (
  id          @id,
  source_id   @int64 NOT NULL REFERENCES source (id), -- whose chain its events are in
  finding_id  @int64 NOT NULL REFERENCES finding (id),
  home_kind   @text NOT NULL,          -- what it was first given for: its unit judges it
  home_id     @int64 NOT NULL,
  no          @text NOT NULL UNIQUE,   -- LY-2026-003-017-E4
  title       @text NOT NULL,
  class       @text NOT NULL,          -- rule minutes voucher photo screenshot third_party other
  label       @int64 NOT NULL,         -- seen with the higher of this and the label of what it is linked to
  expires     @date,
  version_n   @int64 NOT NULL,         -- the one that counts
  verdict     @text NOT NULL,          -- of that one: pending effective insufficient mismatch
  made_on     @date NOT NULL,          -- of that one
  sha256      @text NOT NULL,          -- of that one
  created_at  @time NOT NULL,
  created_by  @int64 NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX evidence_sha256 ON evidence (sha256);
CREATE INDEX evidence_finding ON evidence (finding_id);
ALTER TABLE finding ADD COLUMN last_evidence_no @int64 NOT NULL DEFAULT 0;

-- A new version supersedes the one before, which stays.
CREATE TABLE evidence_version (
  evidence_id @int64 NOT NULL REFERENCES evidence (id),
  n           @int64 NOT NULL,
  sha256      @text NOT NULL,
  file_name   @text NOT NULL,
  format      @text NOT NULL,          -- png jpeg webp gif pdf docx ... : found from the content
  size_bytes  @int64 NOT NULL,
  made_on     @date NOT NULL,
  note        @text NOT NULL,
  added_at    @time NOT NULL,
  added_by    @int64 NOT NULL,
  verdict     @text NOT NULL,
  judged_at   @time,
  judged_by   @int64,
  judgement   @text NOT NULL,
  PRIMARY KEY (evidence_id, n)
);
CREATE INDEX evidence_version_sha256 ON evidence_version (sha256);

-- One file proves several things.  unit_id and label are those of the thing, so that a query needs no other table to know who sees it.
CREATE TABLE evidence_link (
  evidence_id  @int64 NOT NULL REFERENCES evidence (id),
  subject_kind @text NOT NULL,         -- task measure finding
  subject_id   @int64 NOT NULL,
  finding_id   @int64 NOT NULL REFERENCES finding (id),
  measure_id   @int64,                 -- of a task or measure
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,        -- the higher one of the thing and the evidence
  linked_at    @time NOT NULL,
  linked_by    @int64 NOT NULL,
  PRIMARY KEY (evidence_id, subject_kind, subject_id)
);
CREATE INDEX evidence_link_subject ON evidence_link (subject_kind, subject_id);
CREATE INDEX evidence_link_finding ON evidence_link (finding_id);

-- ---- truth checks -------------------------------------------------------------------------------------------
-- What looks like rectification on paper; a person confirms it or dismisses it with a reason.
CREATE TABLE truth_check (
  id           @id,
  rule         @text NOT NULL,         -- same_report same_file old_evidence no_evidence too_fast
  level        @text NOT NULL,         -- yellow orange red
  subject_kind @text NOT NULL,         -- report evidence task finding: where it is shown
  subject_id   @int64 NOT NULL,
  other_id     @int64 NOT NULL,        -- the other report; 0: none
  task_id      @int64,
  finding_id   @int64 NOT NULL REFERENCES finding (id),
  source_id    @int64 NOT NULL REFERENCES source (id),
  figure       @int64 NOT NULL,        -- similarity in bp, number of measures, days
  words        @text NOT NULL,         -- names and dates that the sentence needs
  state        @text NOT NULL,         -- raised confirmed dismissed
  raised_at    @time NOT NULL,
  decided_at   @time,
  decided_by   @int64,
  decision     @text NOT NULL,
  changed_seq  @int64 NOT NULL,
  UNIQUE (rule, subject_kind, subject_id, other_id)
);
CREATE INDEX truth_check_finding ON truth_check (finding_id, id);
CREATE INDEX truth_check_task ON truth_check (task_id, id);
CREATE INDEX truth_check_state ON truth_check (state, id);
