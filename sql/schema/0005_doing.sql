-- Doing: the daily work, reports, evidence, extensions, truth checks.

-- Which day each tick of data/ticks.def was last done for.
CREATE TABLE tick (
  name     @text NOT NULL PRIMARY KEY,
  last_day @date NOT NULL
);
