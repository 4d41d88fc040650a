// The statements of the SQLite log. They are constants: the runtime keeps a prepared statement for each text.
// CROSS JOIN fixes the order of the loops: walk the projection, then fetch each event by its revision.

// Of many rows the values are read, in this order: see `rowOf` and `logEventOf` in sqlite-log.ts.
const ROW = 'e.path, e.rev, e.uid, e.object';
const EVENT_COLUMNS = 'rev, at, actor, agent, cause, verb, resource, path, uid, previous, object';

export const META = 'SELECT key, value FROM meta';
export const SET_META =
  'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
export const NEWEST = 'SELECT rev, at FROM events ORDER BY rev DESC LIMIT 1';
export const BYTES_ABOVE = 'SELECT coalesce(sum(octet_length(object)), 0) AS bytes FROM events WHERE rev > ?';

export const INSERT =
  'INSERT INTO events (rev, at, actor, agent, cause, verb, resource, path, uid, previous, object) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
/** A key that exists keeps its row: then nothing is written. */
export const NEW_OBJECT =
  'INSERT INTO objects (resource, path, rev, terms) VALUES (?, ?, ?, ?) ON CONFLICT (resource, path) DO NOTHING';
export const PUT_OBJECT =
  'INSERT INTO objects (resource, path, rev, terms) VALUES (?, ?, ?, ?) ON CONFLICT (resource, path) DO UPDATE SET rev = excluded.rev, terms = excluded.terms';
export const DROP_OBJECT = 'DELETE FROM objects WHERE resource = ? AND path = ?';
export const PUT_TERM = 'INSERT OR IGNORE INTO terms (term, resource, path) VALUES (?, ?, ?)';
export const DROP_TERM = 'DELETE FROM terms WHERE term = ? AND resource = ? AND path = ?';

export const GET =
  'SELECT e.rev, e.uid, e.object, o.terms FROM objects o CROSS JOIN events e ON e.rev = o.rev WHERE o.resource = ? AND o.path = ?';
export const GET_AT =
  'SELECT rev, verb, uid, object FROM events WHERE resource = ? AND path = ? AND rev <= ? ORDER BY rev DESC LIMIT 1';

export const LIST = `SELECT ${ROW} FROM objects o CROSS JOIN events e ON e.rev = o.rev
  WHERE o.resource = ? AND o.path > ? AND o.path < ? ORDER BY o.path LIMIT ?`;
export const COUNT =
  'SELECT count(*) AS count FROM (SELECT 1 FROM objects WHERE resource = ? AND path > ? AND path < ? LIMIT ?)';
export const REVISIONS = 'SELECT rev FROM objects WHERE resource = ? AND path > ? AND path < ? ORDER BY path LIMIT ?';
/** The binding is a JSON list of revisions, whose order the result has: joins keep the order of their outer loop. */
export const ROWS = `SELECT ${ROW}, e.resource FROM json_each(?) j CROSS JOIN events e ON e.rev = j.value`;

/**
 * The last event of each path at a revision, from the index alone. Its order is the result's, without a sort of whole
 * rows: joins keep the order of their outer loop, so that a page reads no more rows than it gives.
 */
const LAST = `SELECT max(rev) AS rev FROM events WHERE resource = ? AND path > ? AND path < ? AND rev <= ?
  GROUP BY path ORDER BY path`;
export const LIST_AT = `SELECT ${ROW} FROM (${LAST}) l CROSS JOIN events e ON e.rev = l.rev WHERE e.verb <> 'delete' LIMIT ?`;
export const REVISIONS_AT = `SELECT e.rev FROM (${LAST}) l CROSS JOIN events e ON e.rev = l.rev WHERE e.verb <> 'delete' LIMIT ?`;
export const COUNT_AT = `SELECT count(*) AS count FROM (
  SELECT 1 FROM (${LAST}) l CROSS JOIN events e ON e.rev = l.rev WHERE e.verb <> 'delete' LIMIT ?)`;

const TERMED = `SELECT ${ROW}, e.resource FROM terms t
  CROSS JOIN objects o ON o.resource = t.resource AND o.path = t.path CROSS JOIN events e ON e.rev = o.rev WHERE t.term = ?`;
export const BY_TERM = `${TERMED} ORDER BY t.resource, t.path`;
export const BY_TERM_OF = `${TERMED} AND t.resource = ? ORDER BY t.path`;

/** One row, a JSON list: handing over thousands of rows costs more than finding them. */
export const REVISIONS_BY_TERM = `SELECT json_group_array(rev) AS revisions FROM (SELECT o.rev FROM terms t
  CROSS JOIN objects o ON o.resource = t.resource AND o.path = t.path WHERE t.term = ? AND t.resource = ? ORDER BY t.path)`;

/** Steps from resource to resource in the primary key, instead of reading every row. */
export const RESOURCES = `WITH RECURSIVE step (resource) AS (
  SELECT min(resource) FROM objects
  UNION ALL SELECT (SELECT min(resource) FROM objects WHERE resource > step.resource) FROM step WHERE step.resource IS NOT NULL
) SELECT resource FROM step WHERE resource IS NOT NULL`;

export const CHANGES = `SELECT ${EVENT_COLUMNS} FROM events WHERE rev > ? ORDER BY rev LIMIT ?`;
/** NOT INDEXED: walk the recent events in order, not all that the resource ever had. */
export const CHANGES_OF = `SELECT ${EVENT_COLUMNS} FROM events NOT INDEXED WHERE rev > ? AND resource = ? ORDER BY rev LIMIT ?`;
export const EVENT = `SELECT ${EVENT_COLUMNS} FROM events WHERE rev = ?`;
export const LATEST = `SELECT ${EVENT_COLUMNS} FROM events WHERE resource = ? AND path = ? ORDER BY rev DESC LIMIT 1`;
export const AT_OR_BEFORE = 'SELECT rev, at FROM events WHERE rev <= ? ORDER BY rev DESC LIMIT 1';

/** Each event up to the target has superseded the one that it names; those before the last compaction did so then. */
export const COMPACT_SUPERSEDED = `DELETE FROM events
  WHERE rev IN (SELECT previous FROM events WHERE rev > ? AND rev <= ?) RETURNING octet_length(object) AS bytes`;
export const COMPACT_DELETES = `DELETE FROM events
  WHERE rev > ? AND rev <= ? AND verb = 'delete' RETURNING octet_length(object) AS bytes`;

export const CLEAR_OBJECTS = 'DELETE FROM objects';
export const CLEAR_TERMS = 'DELETE FROM terms';
export const FOLD = `SELECT ${ROW}, e.resource
  FROM (SELECT max(rev) AS rev FROM events WHERE (resource, path) > (?, ?) GROUP BY resource, path ORDER BY resource, path) l
  CROSS JOIN events e ON e.rev = l.rev WHERE e.verb <> 'delete' LIMIT ?`;
