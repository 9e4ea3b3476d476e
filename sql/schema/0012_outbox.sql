-- What goes out of the house: robots of groups, and the messages of the outbox (0007, notice_send).

-- What an administrator says of a robot.  Its address holds a password and its secret signs: both stand apart, in a local
-- table, and in no event.
CREATE TABLE webhook (
  id          @id,
  name        @text NOT NULL,
  kind        @text NOT NULL,          -- generic wecom dingtalk feishu
  host        @text NOT NULL,          -- what may be shown of the address
  unit_id     @int64 NOT NULL REFERENCES unit (id), -- reminders of this unit and those below
  label_max   @int64 NOT NULL,         -- up to this label
  rules       @text NOT NULL,          -- "due,overdue"; "" all
  is_enabled  @bool NOT NULL,
  added_on    @date NOT NULL,          -- what was told before is not told again
  changed_seq @int64 NOT NULL
);

-- local: webhook_secret
CREATE TABLE webhook_secret (
  webhook_id @id,
  url        @text NOT NULL,
  secret     @text NOT NULL
);

-- Messages that go out as one keep the number of their first: a second try is recognised by its Message-ID.
ALTER TABLE notice_send ADD COLUMN batch @int64 NOT NULL DEFAULT 0;
CREATE INDEX notice_send_channel ON notice_send (channel, notice_id);
CREATE INDEX notice_send_newest ON notice_send (state, id);
