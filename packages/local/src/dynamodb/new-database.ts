import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * The first database of a new data folder: the engine's own empty tables, and an index that the engine does not make. It finds the next
 * number of a stream's record with `SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = …`, and it keeps
 * all records. Without the index a write took 50 ms after 30,000 records.
 *
 * Made by starting dynoxide 1.2.1 on a new file, ending it, and
 * `sqlite3 <file> 'CREATE INDEX _stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER)); PRAGMA journal_mode = DELETE; VACUUM'`.
 */
export function newDatabase(): Buffer {
  return gunzipSync(readFileSync(new URL('./new-database.gz', import.meta.url)));
}
