import type { Services } from '../runtime/services.ts';
import { removeFile } from '../store/bucket.ts';
import type { File } from '../store/entry.ts';
import { releaseUpload } from '../store/upload.ts';

/** Deletes the files of a message that is deleted. Doing it again changes nothing. */
export async function discardFiles(
  services: Pick<Services, 'table' | 'bucket' | 'now'>,
  conversation: string,
  files: readonly File[],
): Promise<void> {
  await Promise.all(
    files.map(async ({ id }) => {
      await releaseUpload(services, conversation, id);
      await removeFile(services, id);
    }),
  );
}
