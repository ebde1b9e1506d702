import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Place } from './reader.ts';

/** How far a mapping has come: one place for each of its parallel lanes. */
export interface Checkpoint {
  readonly streamLabel: string;
  readonly lanes: readonly Place[];
}

const Stored = z.object({
  streamLabel: z.string(),
  lanes: z.array(z.object({ shardId: z.string(), position: z.string().nullable() })).min(1),
});

/**
 * Milliseconds between two writes, as a busy stream would have hundreds in a second. Whoever is killed meanwhile is given again what was
 * handled since the last one, as on AWS: delivery is at least once.
 */
const between = 100;

/** Keeps a mapping's checkpoint in `<folder>/<mapping>.json`. */
export function checkpointFile(folder: string, mappingId: string) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${mappingId}.json`);
  let newest: Checkpoint | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ending = false;
  let failure: unknown;

  /** Written beside and renamed, so that a crash leaves the old one or the new one. */
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!newest) return;
    const { streamLabel, lanes } = newest;
    const stored = lanes.map(({ shardId, position }) => ({ shardId, position: position?.toString() ?? null }));
    writeFileSync(`${path}.next`, JSON.stringify({ streamLabel, lanes: stored }));
    renameSync(`${path}.next`, path);
    newest = undefined;
  };
  const writeLater = () => {
    timer ??= setTimeout(() => {
      try {
        write();
      } catch (error) {
        failure = error;
      }
    }, between);
  };

  return {
    /** Undefined when the mapping has never run here. */
    load(): Checkpoint | undefined {
      if (newest) return newest;
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
      const { streamLabel, lanes } = Stored.parse(JSON.parse(text));
      return {
        streamLabel,
        lanes: lanes.map(({ shardId, position }) => ({
          shardId,
          position: position === null ? undefined : BigInt(position),
        })),
      };
    },
    /** Is written within a moment. @throws what kept the one before from being written */
    save(checkpoint: Checkpoint): void {
      newest = checkpoint;
      if (ending) write();
      else writeLater();
      const thrown = failure;
      failure = undefined;
      if (thrown !== undefined) throw thrown;
    },
    /** Writes what was saved; what is saved from now on is written at once. */
    end(): void {
      ending = true;
      write();
    },
  };
}

/** The earliest of several places. Positions ascend over a stream's shards; no position is the beginning. */
export function earliest(places: readonly [Place, ...Place[]]): Place {
  return places.reduce((a, b) => (isPast(a, b.position) ? b : a));
}

/** Does this place lie after the given position? */
function isPast(place: Place, position: bigint | undefined): boolean {
  return place.position !== undefined && (position === undefined || place.position > position);
}

/** Had everything up to this place, this record among it, been handled? */
export function covers(place: Place, position: bigint): boolean {
  return place.position !== undefined && place.position >= position;
}
