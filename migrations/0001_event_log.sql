-- The log and its projections. `path` is `namespace/name` (`/name` for cluster-scoped resources): one column whose order
-- is the order of lists.

CREATE TABLE events (
  rev INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT NOT NULL,
  cause INTEGER NOT NULL,
  verb TEXT NOT NULL,
  resource TEXT NOT NULL,
  path TEXT NOT NULL,
  namespace TEXT GENERATED ALWAYS AS (substr(path, 1, instr(path, '/') - 1)) VIRTUAL,
  name TEXT GENERATED ALWAYS AS (substr(path, instr(path, '/') + 1)) VIRTUAL,
  uid TEXT NOT NULL,
  previous INTEGER NOT NULL,
  -- Last, so that reading the other columns never walks a large text's overflow pages.
  object TEXT NOT NULL
) STRICT;

-- Every entry of an index ends with the row's rev: this answers "this path at revision R".
CREATE INDEX events_by_path ON events (resource, path);

-- The live state: where the last event of each path is. `terms` is the JSON list of its rows in the table `terms`.
CREATE TABLE objects (
  resource TEXT NOT NULL,
  path TEXT NOT NULL,
  rev INTEGER NOT NULL,
  terms TEXT NOT NULL,
  PRIMARY KEY (resource, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE terms (
  term TEXT NOT NULL,
  resource TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (term, resource, path)
) STRICT, WITHOUT ROWID;
