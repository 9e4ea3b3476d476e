-- The closed loop's spine: who acts, what waits for whom, cycles of a finding, measures, tasks and their nodes.

-- ---- who ----------------------------------------------------------------------------------------------------
-- A post outlives its holders: what is handed to a post passes to the next person with the post.
CREATE TABLE post (
  id          @id,
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  title       @text NOT NULL,
  kind        @text NOT NULL,          -- leader department officer
  is_board    @bool NOT NULL,          -- member of the party board
  sort_no     @int64 NOT NULL,
  is_closed   @bool NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX post_unit ON post (unit_id, sort_no, id);

CREATE TABLE tenure (
  id         @id,
  post_id    @int64 NOT NULL REFERENCES post (id),
  person_id  @int64 NOT NULL REFERENCES person (id),
  valid_from @date NOT NULL,
  valid_to   @date                     -- last day, null: open
);
CREATE INDEX tenure_post ON tenure (post_id, valid_from);
CREATE INDEX tenure_person ON tenure (person_id, valid_from);
CREATE INDEX account_person ON account (person_id);

CREATE TABLE team (
  id          @id,
  kind        @text NOT NULL,          -- leading_group office task_force other
  name        @text NOT NULL,
  unit_id     @int64 NOT NULL REFERENCES unit (id),
  label       @int64 NOT NULL,
  valid_from  @date NOT NULL,
  valid_to    @date,
  sort_key    @text NOT NULL,
  pinyin      @text NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX team_unit ON team (unit_id, id);

CREATE TABLE team_member (
  team_id    @int64 NOT NULL REFERENCES team (id),
  person_id  @int64 NOT NULL REFERENCES person (id),
  role       @text NOT NULL,           -- head deputy member
  valid_from @date NOT NULL,
  valid_to   @date,
  PRIMARY KEY (team_id, person_id, valid_from)
);
CREATE INDEX team_member_person ON team_member (person_id);

-- For a time somebody acts in another's place; taken back at any moment.  Never for one's own approvals.
CREATE TABLE delegation (
  id            @id,
  from_person   @int64 NOT NULL REFERENCES person (id),
  to_person     @int64 NOT NULL REFERENCES person (id),
  valid_from    @date NOT NULL,
  valid_to      @date NOT NULL,
  is_taken_back @bool NOT NULL,
  reason        @text NOT NULL
);
CREATE INDEX delegation_to ON delegation (to_person, valid_to);
CREATE INDEX delegation_from ON delegation (from_person, valid_to);

-- Who carries what.  An actor is (kind, id): person, post, team, unit; or the name of a role with the unit in whose
-- subtree, or above which, it is held.
CREATE TABLE duty (
  id           @id,
  subject_kind @text NOT NULL,         -- finding measure task
  subject_id   @int64 NOT NULL,
  role         @text NOT NULL,         -- lead_leader lead_dept assist supervisor doer contact
  actor_kind   @text NOT NULL,
  actor_id     @int64 NOT NULL,
  since        @date NOT NULL,
  until        @date                   -- last day, null: open
);
CREATE INDEX duty_subject ON duty (subject_kind, subject_id, role);
CREATE INDEX duty_actor ON duty (actor_kind, actor_id, until);

-- What waits for whom, since when: the one source of "my work", of reminders and of "waiting for NAME since DATE".  Rows come
-- and go with the events that move their subject; see loop/lifecycle.h.
CREATE TABLE wait (
  id           @id,                    -- of the event that began it, times 16, plus its place among those that the event began
  subject_kind @text NOT NULL,         -- finding task report review ...: /SUBJECT_KINDs/ID is its page
  subject_id   @int64 NOT NULL,
  what         @text NOT NULL,         -- what is to be done: message key wait.WHAT
  actor_kind   @text NOT NULL,
  actor_id     @int64 NOT NULL,
  since        @time NOT NULL,
  due          @date,
  due_key      @text NOT NULL,         -- due, 9999-12-31 when there is none
  unit_id      @int64 NOT NULL,
  label        @int64 NOT NULL,
  source_id    @int64 NOT NULL,        -- 0: of no source
  no           @text NOT NULL,
  title        @text NOT NULL
);
CREATE INDEX wait_subject ON wait (subject_kind, subject_id);
CREATE INDEX wait_actor ON wait (actor_kind, actor_id, due_key, id);
CREATE INDEX wait_due ON wait (due_key, id);

-- ---- findings -----------------------------------------------------------------------------------------------
ALTER TABLE finding ADD COLUMN main_id @int64;                            -- the finding that it is counted as; null: itself
ALTER TABLE finding ADD COLUMN recurs_id @int64;                          -- the earlier finding that it repeats
ALTER TABLE finding ADD COLUMN cycle_id @int64;                           -- the running or last cycle
ALTER TABLE finding ADD COLUMN cycle_n @int64 NOT NULL DEFAULT 1;
ALTER TABLE finding ADD COLUMN progress_bp @int64 NOT NULL DEFAULT 0;     -- weighted mean of its measures
ALTER TABLE finding ADD COLUMN last_task_no @int64 NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN closed_on @date;

-- A finding is worked on in cycles.  A closed one is never changed; recurrence or a failed look-back begins the next.
CREATE TABLE cycle (
  id             @id,
  finding_id     @int64 NOT NULL REFERENCES finding (id),
  n              @int64 NOT NULL,
  state          @text NOT NULL,       -- as finding.status while it is the last one
  started        @date NOT NULL,
  due            @date,
  original_due   @date,
  basis          @text NOT NULL,       -- "" for the first; recurrence look_back
  reason         @text NOT NULL,
  closed_on      @date,
  result         @text NOT NULL,       -- "" completed basically not_completed
  is_on_time     @bool,                -- frozen with the decision
  certificate_no @text NOT NULL,
  returned_count @int64 NOT NULL,
  changed_seq    @int64 NOT NULL,
  UNIQUE (finding_id, n)
);
CREATE INDEX cycle_closed ON cycle (closed_on);
INSERT INTO cycle (id, finding_id, n, state, started, due, original_due, basis, reason, closed_on, result, is_on_time, certificate_no,
  returned_count, changed_seq)
-- @sqlite
SELECT id, id, 1, status, date(created_at / 1000, 'unixepoch', '+8 hours'), due, due, '', '', NULL, '', NULL, '', 0, changed_seq FROM finding;
-- @postgres
SELECT id, id, 1, status, to_char(to_timestamp(created_at / 1000) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), due, due, '', '', NULL, '', NULL, '', 0, changed_seq FROM finding;
-- @end
UPDATE finding SET cycle_id = id;

-- ---- causes and measures ------------------------------------------------------------------------------------
CREATE TABLE cause (
  id          @id,
  finding_id  @int64 NOT NULL REFERENCES finding (id), -- the one it was found for
  level       @text NOT NULL,          -- thinking management system execution legacy
  method      @text NOT NULL,          -- five_why fishbone study site_visit
  text        @text NOT NULL,          -- the conclusion
  steps       @text NOT NULL,          -- JSON list of texts: the whys, in order
  is_dropped  @bool NOT NULL,
  changed_seq @int64 NOT NULL
);

-- Findings with the same cause share it.
CREATE TABLE finding_cause (
  finding_id @int64 NOT NULL REFERENCES finding (id),
  cause_id   @int64 NOT NULL REFERENCES cause (id),
  PRIMARY KEY (finding_id, cause_id)
);
CREATE INDEX finding_cause_cause ON finding_cause (cause_id);

ALTER TABLE measure ADD COLUMN cause_id @int64;                           -- what it is meant to remove
ALTER TABLE measure ADD COLUMN kinds @text NOT NULL DEFAULT '';           -- comma-separated: correct recover rules organise special reform train
ALTER TABLE measure ADD COLUMN finish_mark @text NOT NULL DEFAULT '';
ALTER TABLE measure ADD COLUMN weight @int64 NOT NULL DEFAULT 100;        -- relative, within the finding
ALTER TABLE measure ADD COLUMN state @text NOT NULL DEFAULT 'planned';    -- planned completed verified dropped
ALTER TABLE measure ADD COLUMN progress_bp @int64 NOT NULL DEFAULT 0;     -- weighted mean of its first-level tasks
ALTER TABLE measure ADD COLUMN yearly_goal @text NOT NULL DEFAULT '';     -- of a long-term one
ALTER TABLE measure ADD COLUMN rev @int64 NOT NULL DEFAULT 1;

CREATE TABLE expected_evidence (
  id         @id,
  measure_id @int64 NOT NULL REFERENCES measure (id),
  class      @text NOT NULL,           -- rule minutes voucher photo screenshot third_party other
  text       @text NOT NULL,
  is_dropped @bool NOT NULL
);
CREATE INDEX expected_evidence_measure ON expected_evidence (measure_id);

-- A measure may serve further findings than the one that it was planned for.
CREATE TABLE measure_serves (
  measure_id @int64 NOT NULL REFERENCES measure (id),
  finding_id @int64 NOT NULL REFERENCES finding (id),
  PRIMARY KEY (measure_id, finding_id)
);
CREATE INDEX measure_serves_finding ON measure_serves (finding_id);

-- ---- tasks --------------------------------------------------------------------------------------------------
CREATE TABLE task (
  id              @id,
  measure_id      @int64 NOT NULL REFERENCES measure (id),
  finding_id      @int64 NOT NULL REFERENCES finding (id),
  source_id       @int64 NOT NULL REFERENCES source (id),
  parent_id       @int64 REFERENCES task (id),
  depth           @int64 NOT NULL,
  no              @text NOT NULL UNIQUE, -- LY-2026-003-017-T2
  title           @text NOT NULL,
  goal            @text NOT NULL,
  finish_mark     @text NOT NULL,
  phase           @text NOT NULL,
  state           @text NOT NULL,      -- assigned disputed doing submitted returned done cancelled
  unit_id         @int64 NOT NULL REFERENCES unit (id),
  label           @int64 NOT NULL,     -- of its finding
  start           @date,
  due             @date,
  due_key         @text NOT NULL,
  original_due    @date,
  extension_count @int64 NOT NULL,
  weight          @int64 NOT NULL,     -- relative, among its siblings
  own_bp          @int64 NOT NULL,     -- as last reported
  progress_bp     @int64 NOT NULL,     -- own_bp, or the weighted mean of the children once there are any
  child_count     @int64 NOT NULL,     -- cancelled ones are not counted
  open_children   @int64 NOT NULL,
  report_cycle    @text NOT NULL,      -- "" weekly monthly bimonthly days:N
  last_report_at  @time,
  accepted_at     @time,
  done_on         @date,
  is_on_time      @bool,
  returned_count  @int64 NOT NULL,
  created_at      @time NOT NULL,
  created_by      @int64 NOT NULL,
  changed_at      @time NOT NULL,
  changed_seq     @int64 NOT NULL,
  rev             @int64 NOT NULL
);
CREATE INDEX task_measure ON task (measure_id, id);
CREATE INDEX task_finding ON task (finding_id, id);
CREATE INDEX task_parent ON task (parent_id, id);
CREATE INDEX task_unit_due ON task (unit_id, due_key, id);
CREATE INDEX task_state_due ON task (state, due_key, id);
CREATE INDEX task_due ON task (due_key, id);
CREATE INDEX task_source ON task (source_id, id);
CREATE INDEX task_changed ON task (changed_seq);

-- Dated steps of a task: the timetable.
CREATE TABLE node (
  id          @id,
  task_id     @int64 NOT NULL REFERENCES task (id),
  no          @int64 NOT NULL,
  name        @text NOT NULL,
  deliverable @text NOT NULL,
  start       @date NOT NULL,
  due         @date NOT NULL,
  base_start  @date,                   -- frozen with the plan
  base_due    @date,
  real_start  @date,
  real_due    @date,                   -- the day it was finished
  weight      @int64 NOT NULL,
  is_overlap  @bool NOT NULL,          -- begins before its predecessors end, on purpose
  is_dropped  @bool NOT NULL,
  changed_seq @int64 NOT NULL
);
CREATE INDEX node_task ON node (task_id, no);
CREATE INDEX node_due ON node (due, id);

CREATE TABLE node_pred (
  node_id @int64 NOT NULL REFERENCES node (id),
  pred_id @int64 NOT NULL REFERENCES node (id),
  PRIMARY KEY (node_id, pred_id)
);
CREATE INDEX node_pred_pred ON node_pred (pred_id);
