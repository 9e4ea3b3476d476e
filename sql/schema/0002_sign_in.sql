-- Tries of sign-ins are counted by what was typed, whether an account has that login or not, so that nobody learns from
-- a lock which logins exist.
ALTER TABLE credential DROP COLUMN failed_count;
ALTER TABLE credential DROP COLUMN locked_until;

-- local: sign_in_try
CREATE TABLE sign_in_try (
  login_digest @text NOT NULL PRIMARY KEY, -- SHA-256: people type passwords into the field of the login
  account_id   @int64 NOT NULL,            -- 0: no usable account has this login
  failed_count @int64 NOT NULL,            -- since the last success, lock or pause
  locked_until @time NOT NULL,             -- 0: not locked
  at           @time NOT NULL              -- of the newest failure
);
CREATE INDEX sign_in_try_account ON sign_in_try (account_id);
CREATE INDEX sign_in_try_at ON sign_in_try (at);

-- Failures that wait to be written as one event for each account and hour.
-- local: sign_in_failure
CREATE TABLE sign_in_failure (
  account_id @id,                          -- 0: logins that no usable account has, all together
  hour_at    @time NOT NULL,               -- begin of the hour
  failures   @int64 NOT NULL,              -- after the first, which is an event at once
  remote     @text NOT NULL                -- of the newest
);
