/**
 * Files of a message: uploads, and files of other messages that are forwarded. Before the message has its number, they are only looked at: a
 * send that is refused writes nothing. Once it has one, they are claimed and their objects are stored; then the message is written.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { copyFile, type IncomingFile, inspectIncoming, storeIncoming } from '../store/bucket.ts';
import type { File, MessageEntry } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import {
  claimUpload,
  confirmUpload,
  createClaimedUpload,
  getUpload,
  isUsed,
  shareUpload,
  type Upload,
  type Use,
} from '../store/upload.ts';
import { matchesContent } from './content-type.ts';
import { forwardOf } from './forwarded-file.ts';
import { assertFileQuota } from './rate-limits.ts';
import type { Caller } from './require-membership.ts';

/** A file that a message may use. */
export interface Attachable {
  readonly file: File;
  /** The file is forwarded for the first time in this send, so its bytes count. An upload's were counted when it was asked for. */
  readonly counts: boolean;
  /** Claims the file for the message, which has its number. Another try of the same send may claim it again. @throws ChatError */
  claim(use: Use): Promise<void>;
}

/**
 * Looks at the files of a message. An upload must be the caller's own in this conversation, and the file must have been uploaded, with the
 * announced size and, by its first bytes, the announced type. `CONVERSATION/ID` forwards a file of another message that the caller can see.
 * Both messages then share the object, which is deleted with the last message that shows it.
 * @param clientId the message's
 * @throws ChatError `attachment_missing`, `attachment_rejected`; `forbidden` for a forwarded file of other people's conversation;
 *   `rate_limited` when the caller forwards too many bytes a day
 */
export async function findAttachments(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  ids: readonly string[],
  clientId: string,
): Promise<Attachable[]> {
  const found = await Promise.all(
    [...new Set(ids)].map((id) =>
      id.includes('/')
        ? findForwarded(services, conversation, caller, id, clientId)
        : findUpload(services, conversation, caller, id, clientId),
    ),
  );
  const forwarded = found.filter(({ counts }) => counts).reduce((bytes, { file }) => bytes + file.size, 0);
  await assertFileQuota(services, caller.username, forwarded);
  return found;
}

/** The message is written, so its files stay. If this is lost, the stream does it when the claims expire. */
export async function confirmAttachments(
  services: Pick<Services, 'table' | 'config'>,
  message: MessageEntry,
): Promise<void> {
  await Promise.all(message.files.map(({ id }) => confirmUpload(services, message, id)));
}

async function findUpload(
  services: Services,
  { id: conversation }: Conversation,
  { username }: Caller,
  id: string,
  clientId: string,
): Promise<Attachable> {
  const { upload, etag } = await checkUpload(services, conversation, username, id);
  if (upload.usedBy !== undefined && upload.usedBy !== clientId) throw used(upload);
  const file = fileOf({ ...upload, object: id });
  return {
    file,
    counts: false,
    async claim(use) {
      if (!(await claimUpload(services, upload, use))) throw used(upload);
      if (await storeIncoming(services, file, etag)) return;
      throw new ChatError('attachment_rejected', `${id} was replaced while it was checked: try again`);
    },
  };
}

function used({ conversation, id }: Upload): ChatError {
  return new ChatError('attachment_rejected', `${id} is in another message: forward it as ${conversation}/${id}`);
}

async function findForwarded(
  services: Services,
  to: Conversation,
  caller: Caller,
  path: string,
  clientId: string,
): Promise<Attachable> {
  const { from, source, id } = forwardOf(to, caller, path, clientId);
  const membership = from === '' ? undefined : await getMembership(services, caller.username, from);
  const original = membership && (await getUpload(services, from, source));
  if (!original || !isUsed(original)) {
    throw new ChatError('attachment_missing', `no message that you can see has a file ${quote(path)}`);
  }
  // A file from before messages shared them is copied, as it was then.
  const object = original.object ?? id;
  const copy: Upload = { ...original, id, object, conversation: to.id, user: caller.username };
  const earlier = await getUpload(services, to.id, id);
  return {
    file: fileOf(copy),
    counts: !earlier || !isUsed(earlier),
    claim: (use) => claimForwarded(services, original, copy, use),
  };
}

/** Others may forward the same file at the same moment. */
const shareTries = 8;

async function claimForwarded(services: Services, original: Upload, copy: Upload, use: Use): Promise<void> {
  let source: Upload | undefined = original;
  for (let tries = 0; tries < shareTries && source && isUsed(source); tries++) {
    // An earlier try of the same send may have got this far.
    const earlier = await getUpload(services, copy.conversation, copy.id);
    if (earlier && isUsed(earlier)) {
      if (await claimUpload(services, earlier, use)) return;
      throw used(earlier);
    }
    if (source.object === undefined) return copyForwarded(services, source, copy, use);
    if (await shareUpload(services, source, copy, use)) return;
    await services.pause(10 * tries);
    source = await getUpload(services, source.conversation, source.id);
  }
  if (source && isUsed(source)) {
    throw new ChatError('conflict', 'its file is forwarded by many at once: send it again', { retryAfter: 1 });
  }
  throw deleted(original);
}

async function copyForwarded(services: Services, source: Upload, copy: Upload, use: Use): Promise<void> {
  await createClaimedUpload(services, copy, use);
  if (!(await copyFile(services, source, copy))) throw deleted(source);
}

function deleted({ id }: Upload): ChatError {
  return new ChatError('attachment_missing', `the file ${quote(id)} has just been deleted`);
}

/**
 * An upload of the caller's, and the object that was uploaded for it.
 * @param place where the upload was asked for: a conversation's id, or the user's name for a picture
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function checkUpload(
  services: Pick<Services, 'table' | 'bucket'>,
  place: string,
  username: string,
  id: string,
): Promise<{ readonly upload: Upload; readonly etag: string }> {
  const upload = await getUpload(services, place, id);
  if (upload?.user !== username) {
    throw new ChatError('attachment_missing', `no upload ${quote(id)} of yours was asked for in ${place}`);
  }
  const object = await inspectIncoming(services, id);
  if (!object) {
    throw new ChatError('attachment_missing', `nothing was uploaded as ${id}: POST the file with its form first`);
  }
  if (object.size !== upload.size) {
    throw new ChatError('attachment_rejected', `${id} has ${object.size} bytes, not the announced ${upload.size}`);
  }
  return { upload: { ...upload, content_type: checkedType(upload, object) }, etag: object.etag };
}

/** The fields of an upload that a message stores. */
function fileOf({ id, filename, content_type, size, width, height, object }: Upload): File {
  return { id, filename, content_type, size, width, height, object };
}

/** The type of a file: as it was announced, if it is that by its content. Without an announced one, the content tells. */
function checkedType({ id, content_type: announced }: Upload, { types: possible }: IncomingFile): string {
  if (announced === '') return possible[0] ?? 'application/octet-stream';
  if (matchesContent(announced, possible)) return announced;
  const actual = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw new ChatError('attachment_rejected', `${id} was announced as ${announced} but is ${actual} by its content`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
