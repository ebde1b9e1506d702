/**
 * Makes an archive of what is a user's: a `.tar.gz` in S3, which takes shape in parts. A run adds files until a part is full, and stores its place
 * with it. At the end of its time it puts what does not fill a part aside. So memory holds one part and one file, however large the archive is.
 */
import * as z from 'zod/mini';
import type { Export } from '#protocol/http';
import { limits } from '#protocol/limits';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type AccountJob, saveAccountJob } from '../store/account-job.ts';
import {
  type ArchiveUpload,
  addPart,
  beginArchive,
  completeArchive,
  getRest,
  isLostUpload,
  partBytes,
  putRest,
  removeArchive,
} from '../store/archive.ts';
import { signArchive } from '../store/bucket.ts';
import { getUser } from '../store/user.ts';
import { ExportPlace, exportedAfter, exportStart } from './account-entries.ts';
import { archiveEnd, archivePiece } from './archive-entry.ts';

const Progress = z.object({
  archive: z.optional(z.object({ id: z.string(), uploadId: z.string(), parts: z.readonly(z.array(z.string())) })),
  place: ExportPlace,
  /** The number of the rest that does not fill a part. */
  rest: z.optional(z.number()),
  /** How many rests there have been. */
  rests: z.number(),
  messages: z.number(),
  files: z.number(),
  /** Bytes of the parts. */
  size: z.number(),
});
type Progress = z.infer<typeof Progress>;

export const newExport: Progress = { place: exportStart, rests: 0, messages: 0, files: 0, size: 0 };

interface Run {
  readonly services: Services;
  readonly job: AccountJob;
  readonly isOver: () => boolean;
}

/**
 * Goes on with an archive until it is ready, or there is no time left.
 * @returns whether it is ready, or nobody wants it any more
 * @throws Overtaken
 */
export async function continueExport(run: Run): Promise<boolean> {
  const { services, job } = run;
  // What a deleted user has begun is removed with the account.
  if ((await getUser(services, job.username, { consistent: true }))?.deletedAt !== undefined) return true;
  const progress = z.parse(Progress, job.progress);
  try {
    return await addFiles(run, progress);
  } catch (error) {
    if (!isLostUpload(error)) throw error;
    await saveAccountJob(services, job, { progress: newExport });
    return false;
  }
}

async function addFiles({ services, job, isOver }: Run, start: Progress): Promise<boolean> {
  const save = (progress: Progress, done = false) => saveAccountJob(services, job, { progress, done });
  let progress = start;
  if (!progress.archive) {
    const name = `parley-${job.username}.tar.gz`;
    progress = { ...progress, archive: await beginArchive(services, services.newId(services.now()), name) };
    await save(progress);
  }
  const pieces: Buffer[] = [];
  const { rest } = progress;
  if (rest !== undefined) pieces.push(await getRest(services, archiveOf(progress).id, rest));
  const bytes = () => pieces.reduce((sum, { length }) => sum + length, 0);

  for await (const { file, messages = 0, attachment, place } of exportedAfter(services, job.username, start.place)) {
    if (file) pieces.push(archivePiece(file));
    const files = progress.files + (attachment ? 1 : 0);
    progress = { ...progress, place, files, messages: progress.messages + messages };
    if (bytes() >= partBytes) {
      progress = await addPieces(services, progress, pieces);
      await save(progress);
    }
    if (!isOver()) continue;
    const number = progress.rests + 1;
    await putRest(services, archiveOf(progress).id, number, Buffer.concat(pieces));
    await save({ ...progress, rest: number, rests: number });
    return false;
  }
  pieces.push(archiveEnd());
  progress = await addPieces(services, progress, pieces);
  if (!(await completeArchive(services, archiveOf(progress)))) {
    await save(newExport);
    return false;
  }
  await save({ ...progress, place: { step: 'end' } }, true);
  return true;
}

/** Adds them as a part. */
async function addPieces(services: Services, progress: Progress, pieces: Buffer[]): Promise<Progress> {
  const part = Buffer.concat(pieces.splice(0));
  const archive = await addPart(services, archiveOf(progress), part);
  return { ...progress, archive, rest: undefined, size: progress.size + part.length };
}

function archiveOf({ archive }: Progress): ArchiveUpload {
  if (archive) return archive;
  throw new Error('unable to go on; the archive was not begun');
}

/** Deletes the archive of a user who is deleted, as far as it was made. */
export async function removeExport(services: Services, job: AccountJob): Promise<void> {
  const { archive, rest } = z.parse(Progress, job.progress);
  if (archive) await removeArchive(services, archive, rest);
}

const dayMs = 86_400_000;

/** As clients get it; undefined when it was deleted after some days. */
export function toExport(
  services: Pick<Services, 'bucket' | 'now'>,
  { begun, done, progress }: AccountJob,
): Export | undefined {
  const { archive, messages, files, size } = z.parse(Progress, progress);
  const common = { begun_at: toTime(begun), messages, files };
  if (done === undefined || !archive) {
    return { ...common, state: 'running', size: null, url: null, expires_at: null };
  }
  const expires = done + limits.exportDays * dayMs;
  if (expires < services.now()) return undefined;
  return { ...common, state: 'ready', size, url: signArchive(services, archive.id), expires_at: toTime(expires) };
}
