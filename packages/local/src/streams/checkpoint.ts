import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonSync, writeJsonSync } from '#files';
import type { StreamPosition } from './reader.ts';

/** How far a mapping has come: one position for each of its batch workers. */
export interface Checkpoint {
  readonly streamLabel: string;
  readonly positions: readonly StreamPosition[];
}

/** The file calls the positions `lanes`. */
const Stored = z.object({
  streamLabel: z.string(),
  lanes: z.array(z.object({ shardId: z.string(), position: z.string().nullable() })).min(1),
});

/**
 * Milliseconds between two writes, because a busy stream would cause hundreds in a second. After a kill, records that were handled since
 * the last write are delivered again. As on AWS, delivery is at least once.
 */
const writeIntervalMs = 500;

/** Keeps a mapping's checkpoint in `<folder>/<mapping>.json`. */
export function openCheckpoint(folder: string, mappingId: string) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${mappingId}.json`);
  let newest: Checkpoint | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let failure: unknown;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!newest) return;
    const { streamLabel, positions } = newest;
    const lanes = positions.map(({ shardId, position }) => ({ shardId, position: position?.toString() ?? null }));
    writeJsonSync(path, { streamLabel, lanes });
    newest = undefined;
  };
  const writeLater = () => {
    timer ??= setTimeout(() => {
      try {
        write();
      } catch (error) {
        failure = error;
      }
    }, writeIntervalMs);
  };

  return {
    /** Undefined when the mapping has never run here. */
    load(): Checkpoint | undefined {
      if (newest) return newest;
      const stored = readJsonSync(path, Stored);
      return (
        stored && {
          streamLabel: stored.streamLabel,
          positions: stored.lanes.map(({ shardId, position }) => ({
            shardId,
            position: position === null ? undefined : BigInt(position),
          })),
        }
      );
    },
    /** Writes within `writeIntervalMs`. @throws the error of the last write, if it failed */
    save(checkpoint: Checkpoint): void {
      newest = checkpoint;
      if (ended) write();
      else writeLater();
      const thrown = failure;
      failure = undefined;
      if (thrown !== undefined) throw thrown;
    },
    /** Writes the newest checkpoint. From now on `save` writes at once. */
    end(): void {
      ended = true;
      write();
    },
  };
}

/** Numbers ascend over a stream's shards. An undefined number is the beginning. */
export function earliest(positions: readonly [StreamPosition, ...StreamPosition[]]): StreamPosition {
  const number = ({ position }: StreamPosition) => position ?? -1n;
  return positions.reduce((a, b) => (number(a) > number(b) ? b : a));
}
