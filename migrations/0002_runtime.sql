-- What the component runtime must remember across restarts.

-- How far each reader of the log has come.
CREATE TABLE cursors (
  name TEXT PRIMARY KEY,
  rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Work that is due later (milliseconds since the epoch), and how often it was tried.
CREATE TABLE timers (
  component TEXT NOT NULL,
  key TEXT NOT NULL,
  due INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  -- The revision that led to it; 0: none.
  cause INTEGER NOT NULL,
  PRIMARY KEY (component, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX timers_by_due ON timers (due);
