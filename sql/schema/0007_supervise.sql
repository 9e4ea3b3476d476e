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

-- ---- hung items ---------------------------------------------------------------------------------------------
-- That something is late is computed from its date; this is the record that follows: who takes it up, when it is heard,
-- what must hold before it is released.
CREATE TABLE hang (
  id            @id,
  no            @text NOT NULL,        -- the subject's number and -G1, -G2
  title         @text NOT NULL,
  subject_kind  @text NOT NULL,        -- finding task
  subject_id    @int64 NOT NULL,
  unit_id       @int64 NOT NULL REFERENCES unit (id),
  label         @int64 NOT NULL,
  source_id     @int64 NOT NULL,
  state         @text NOT NULL,        -- open released
  hung_on       @date NOT NULL,
  item_due      @date NOT NULL,        -- the item's own date when it was hung: it is hung once for each
  missed_due    @date NOT NULL,        -- the date that was missed last: the item's, or the new one
  miss_count    @int64 NOT NULL,       -- dates missed of this subject until now, this one counted
  level         @text NOT NULL,        -- department leader secretary superior
  reason_class  @text NOT NULL,        -- "" objective subjective legacy external
  new_due       @date,
  adjusted      @text NOT NULL,        -- the measures as adjusted
  cycle_days    @int64 NOT NULL,       -- days between hearings
  last_hearing  @date,
  next_hearing  @date NOT NULL,
  hearing_count @int64 NOT NULL,
  release_rule  @text NOT NULL,        -- what must hold before it is released
  released_on   @date,
  release_note  @text NOT NULL,
  changed_seq   @int64 NOT NULL
);
CREATE INDEX hang_subject ON hang (subject_kind, subject_id, state);
CREATE INDEX hang_state ON hang (state, hung_on, id);
CREATE INDEX hang_unit ON hang (unit_id, state);
CREATE INDEX hang_no ON hang (no);

CREATE TABLE hang_hearing (
  id        @id,
  hang_id   @int64 NOT NULL REFERENCES hang (id),
  heard_on  @date NOT NULL,
  heard_by  @text NOT NULL,            -- who heard it, as said: leader or meeting
  text      @text NOT NULL,            -- what was reported
  opinion   @text NOT NULL             -- what was demanded
);
CREATE INDEX hang_hearing_hang ON hang_hearing (hang_id, heard_on);

-- ---- letters ------------------------------------------------------------------------------------------------
CREATE TABLE letter (
  id           @id,
  kind         @text NOT NULL,         -- blue yellow red talk
  state        @text NOT NULL,         -- draft issued delivered signed answered closed raised void
  no           @text NOT NULL,         -- "" until it is issued
  title        @text NOT NULL,
  issuer_id    @int64 NOT NULL REFERENCES unit (id),
  subject_kind @text NOT NULL,         -- finding task
  subject_id   @int64 NOT NULL,
  subject_no   @text NOT NULL,
  unit_id      @int64 NOT NULL REFERENCES unit (id), -- the unit that must answer
  label        @int64 NOT NULL,
  source_id    @int64 NOT NULL,
  to_kind      @text NOT NULL,         -- unit person post
  to_id        @int64 NOT NULL,
  cause        @text NOT NULL,         -- due_soon behind overdue missed_again no_answer red manual
  cause_key    @text NOT NULL,         -- the same cause drafts one letter: t7:2026-12-01
  raised_from  @int64,                 -- the letter that nobody answered
  demand       @text NOT NULL,
  reply_days   @int64 NOT NULL,        -- working days to answer from the day of issue
  due          @date,                  -- to answer by
  drafted_on   @date NOT NULL,
  issued_on    @date,
  issued_by    @int64,
  delivered_at @time,
  delivered_by @text NOT NULL,         -- "" program paper mail
  signed_at    @time,
  signed_by    @int64,
  answer       @text NOT NULL,
  answered_at  @time,
  answered_by  @int64,
  closed_on    @date,
  note         @text NOT NULL,         -- of closing, returning or voiding
  changed_seq  @int64 NOT NULL,
  UNIQUE (subject_kind, subject_id, cause_key)
);
CREATE INDEX letter_state ON letter (state, kind, id);
CREATE INDEX letter_unit ON letter (unit_id, state);
CREATE INDEX letter_due ON letter (due, state);
CREATE INDEX letter_subject_no ON letter (subject_no);

CREATE TABLE letter_file (
  id        @id,
  letter_id @int64 NOT NULL REFERENCES letter (id),
  sha256    @text NOT NULL,
  name      @text NOT NULL,
  size      @int64 NOT NULL,
  note      @text NOT NULL
);
CREATE INDEX letter_file_letter ON letter_file (letter_id);

-- Somebody asked by hand; the next may come only after the quiet interval.
CREATE TABLE urge (
  id           @id,
  subject_kind @text NOT NULL,
  subject_id   @int64 NOT NULL,
  on_day       @date NOT NULL,
  at           @time NOT NULL,
  by_account   @int64 NOT NULL,
  text         @text NOT NULL
);
CREATE INDEX urge_subject ON urge (subject_kind, subject_id, on_day);

-- ---- lead cases ---------------------------------------------------------------------------------------------
CREATE TABLE lead_case (
  id           @id,
  no           @text NOT NULL,         -- the subject's number and -L1
  title        @text NOT NULL,
  kind         @text NOT NULL,         -- lead supervise whole: ling ban, du ban, bao an
  leader_kind  @text NOT NULL,         -- person post
  leader_id    @int64 NOT NULL,
  subject_kind @text NOT NULL,         -- finding task
  subject_id   @int64 NOT NULL,
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,
  source_id    @int64 NOT NULL,
  difficulty   @text NOT NULL,
  state        @text NOT NULL,         -- active ended
  started      @date NOT NULL,
  ended_on     @date,
  deploy_count @int64 NOT NULL,
  visit_count  @int64 NOT NULL,
  solve_count  @int64 NOT NULL,
  hear_count   @int64 NOT NULL,
  last_hear    @date,
  next_hear    @date NOT NULL,
  handed_on    @date,                  -- last handover
  changed_seq  @int64 NOT NULL
);
CREATE INDEX lead_case_leader ON lead_case (leader_kind, leader_id, state);
CREATE INDEX lead_case_subject ON lead_case (subject_kind, subject_id);
CREATE INDEX lead_case_state ON lead_case (state, next_hear);
CREATE INDEX lead_case_no ON lead_case (no);

CREATE TABLE lead_log (
  id        @id,
  case_id   @int64 NOT NULL REFERENCES lead_case (id),
  on_day    @date NOT NULL,
  kind      @text NOT NULL,            -- deploy visit solve hear
  text      @text NOT NULL,
  result    @text NOT NULL
);
CREATE INDEX lead_log_case ON lead_log (case_id, on_day);

-- ---- meetings -----------------------------------------------------------------------------------------------
CREATE TABLE meeting (
  id          @id,
  no          @text NOT NULL UNIQUE,   -- HY-2026-001
  kind        @text NOT NULL,          -- party_board leading_group special democratic_life directors managers task_force
  title       @text NOT NULL,
  state       @text NOT NULL,          -- planned held void
  held_on     @date NOT NULL,
  place       @text NOT NULL,
  chair       @text NOT NULL,
  observers   @text NOT NULL,          -- those sent from above, as said
  agenda      @text NOT NULL,          -- one item a line
  minutes     @text NOT NULL,
  report_on   @date,                   -- the report of a democratic-life meeting was sent up
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  label       @int64 NOT NULL,
  source_id   @int64 NOT NULL,         -- 0: of no source
  team_id     @int64,                  -- of a special working group
  last_decision @int64 NOT NULL,
  last_problem  @int64 NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX meeting_day ON meeting (held_on, id);
CREATE INDEX meeting_unit ON meeting (unit_id, held_on);

CREATE TABLE meeting_person (
  meeting_id @int64 NOT NULL REFERENCES meeting (id),
  person_id  @int64 NOT NULL REFERENCES person (id),
  role       @text NOT NULL,           -- attended observed absent
  PRIMARY KEY (meeting_id, person_id)
);

CREATE TABLE decision (
  id          @id,
  no          @text NOT NULL UNIQUE,   -- HY-2026-001-J1
  meeting_id  @int64 NOT NULL REFERENCES meeting (id),
  title       @text NOT NULL,          -- what was decided
  unit_id     @int64 NOT NULL REFERENCES unit (id), -- who does it
  label       @int64 NOT NULL,
  source_id   @int64 NOT NULL,
  due         @date,
  state       @text NOT NULL,          -- open done cancelled
  result      @text NOT NULL,
  done_on     @date,
  task_id     @int64,
  changed_seq @int64 NOT NULL
);
CREATE INDEX decision_meeting ON decision (meeting_id, id);
CREATE INDEX decision_state ON decision (state, due);
CREATE INDEX decision_task ON decision (task_id);

-- What members of a board found in themselves and each other; goal: all of it becomes findings.
CREATE TABLE meeting_problem (
  id          @id,
  meeting_id  @int64 NOT NULL REFERENCES meeting (id),
  n           @int64 NOT NULL,
  person_id   @int64,
  text        @text NOT NULL,
  cause       @text NOT NULL,
  finding_id  @int64
);
CREATE INDEX meeting_problem_meeting ON meeting_problem (meeting_id, n);

-- ---- special working groups ---------------------------------------------------------------------------------
-- A team of kind task_force with its finding, one to one.
CREATE TABLE task_force (
  id           @id,                    -- of the team
  no           @text NOT NULL,
  title        @text NOT NULL,
  finding_id   @int64 NOT NULL REFERENCES finding (id),
  unit_id      @int64 NOT NULL REFERENCES unit (id),
  label        @int64 NOT NULL,
  source_id    @int64 NOT NULL,
  head_id      @int64 NOT NULL REFERENCES person (id),
  stationed_id @int64,                 -- unit where it works
  plan         @text NOT NULL,
  cycle_days   @int64 NOT NULL,
  state        @text NOT NULL,         -- active ended
  set_up       @date NOT NULL,
  ended_on     @date,
  last_met     @date,
  next_meeting @date NOT NULL,
  met_count    @int64 NOT NULL,
  changed_seq  @int64 NOT NULL
);
CREATE INDEX task_force_finding ON task_force (finding_id, state);
CREATE INDEX task_force_state ON task_force (state, next_meeting);

CREATE TABLE task_force_brief (
  id            @id,
  task_force_id @int64 NOT NULL REFERENCES task_force (id),
  n             @int64 NOT NULL,
  on_day        @date NOT NULL,
  title         @text NOT NULL,
  text          @text NOT NULL
);
CREATE INDEX task_force_brief_force ON task_force_brief (task_force_id, n);

-- ---- handovers ----------------------------------------------------------------------------------------------
CREATE TABLE handover (
  id          @id,
  no          @text NOT NULL UNIQUE,   -- JJ-2026-001
  title       @text NOT NULL,
  state       @text NOT NULL,          -- open done cancelled
  from_person @int64 NOT NULL REFERENCES person (id),
  to_person   @int64 NOT NULL REFERENCES person (id),
  post_id     @int64,                  -- what belongs to the post passes by itself and is only listed
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  label       @int64 NOT NULL,
  source_id   @int64 NOT NULL,
  begun_on    @date NOT NULL,
  from_signed @date,
  to_signed   @date,
  signed_by   @int64 NOT NULL,         -- account of the first signature, 0: none yet, or the program
  done_on     @date,
  note        @text NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX handover_from ON handover (from_person, state);
CREATE INDEX handover_to ON handover (to_person, state);

CREATE TABLE handover_item (
  handover_id  @int64 NOT NULL REFERENCES handover (id),
  n            @int64 NOT NULL,
  kind         @text NOT NULL,         -- duty wait lead
  role         @text NOT NULL,         -- of a duty, what is waited for, how it is led
  actor_kind   @text NOT NULL,         -- person: moved; post: passes with the post
  row_id       @int64 NOT NULL,        -- of duty, wait or lead_case
  subject_kind @text NOT NULL,
  subject_id   @int64 NOT NULL,
  source_id    @int64 NOT NULL,
  no           @text NOT NULL,
  title        @text NOT NULL,
  PRIMARY KEY (handover_id, n)
);

-- ---- reminders: local, for they are no part of the record ------------------------------------------------------
-- local: notice
CREATE TABLE notice (
  id           @id,
  account_id   @int64 NOT NULL,        -- 0: nobody could be told
  rule         @text NOT NULL,         -- t30 t15 t7 t3 due overdue waiting urged
  subject_kind @text NOT NULL,
  subject_id   @int64 NOT NULL,
  what         @text NOT NULL,
  no           @text NOT NULL,
  title        @text NOT NULL,
  due          @date,
  unit_id      @int64 NOT NULL,
  label        @int64 NOT NULL,
  day          @date NOT NULL,
  created_at   @time NOT NULL,
  read_at      @time NOT NULL,         -- 0: not yet
  skipped      @text NOT NULL,         -- "" or why it is not shown: muted no_access nobody
  UNIQUE (account_id, subject_kind, subject_id, rule, day)
);
CREATE INDEX notice_account ON notice (account_id, read_at, id);
CREATE INDEX notice_day ON notice (day, id);
CREATE INDEX notice_no ON notice (no);

-- What goes out of the house, and what became of it.
-- local: notice_send
CREATE TABLE notice_send (
  id         @id,
  notice_id  @int64 NOT NULL,
  account_id @int64 NOT NULL,          -- 0: a group's robot
  channel    @text NOT NULL,           -- mail hook wecom dingtalk feishu
  state      @text NOT NULL,           -- waiting claimed sent failed skipped
  reason     @text NOT NULL,           -- why skipped or failed
  tries      @int64 NOT NULL,
  next_at    @time NOT NULL,
  claimed_at @time NOT NULL,
  sent_at    @time NOT NULL,
  UNIQUE (notice_id, channel)
);
CREATE INDEX notice_send_state ON notice_send (state, next_at, id);
CREATE INDEX notice_send_account ON notice_send (account_id, channel, state);

-- local: notice_wish
CREATE TABLE notice_wish (
  account_id @id,
  is_mail    @bool NOT NULL,
  quiet_from @int64 NOT NULL,          -- minute of the day, -1: as the settings say
  quiet_to   @int64 NOT NULL
);

-- local: notice_mute
CREATE TABLE notice_mute (
  account_id   @int64 NOT NULL,
  subject_kind @text NOT NULL,
  subject_id   @int64 NOT NULL,
  until        @date NOT NULL,
  PRIMARY KEY (account_id, subject_kind, subject_id)
);
