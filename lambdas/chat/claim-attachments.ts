import { createHash } from 'node:crypto';
import { ChatError } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { copyFile, type IncomingFile, inspectIncoming, type StoredFolder, storeIncoming } from '../store/bucket.ts';
import type { File } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import { getUpload, putUsedUpload, type Upload, useUpload } from '../store/upload.ts';
import type { Avatar } from '../store/user.ts';
import type { Caller } from './require-membership.ts';

type Claimer = Pick<Services, 'table' | 'bucket'>;

/**
 * Claims the files of a message before it is stored. The upload must be the caller's own in this conversation, and the file must have been
 * uploaded, with the announced size and, by its first bytes, the announced type. `CONVERSATION/ID` forwards a file of another message that
 * the caller can see, as a copy, which stays when the original is deleted. A retry of the same send may claim the same files again.
 * @param clientId the message's
 * @throws ChatError `attachment_missing`, `attachment_rejected`; `forbidden` for a forwarded file of other people's conversation
 */
export async function claimAttachments(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  ids: readonly string[],
  clientId: string,
): Promise<File[]> {
  const claim = { place: conversation.id, username: caller.username, folder: 'files', usedBy: clientId } as const;
  return Promise.all(
    [...new Set(ids)].map((id) =>
      id.includes('/') ? forward(services, conversation, caller, id, clientId) : claimUpload(services, claim, id),
    ),
  );
}

/** The ids that these attachments have in the message: those of uploads, and of forwarded files those of their copies. */
export function fileIds(to: Conversation, caller: Caller, ids: readonly string[], clientId: string): string[] {
  return [...new Set(ids)].map((id) => (id.includes('/') ? forwardOf(to, caller, id, clientId).id : id));
}

/** What a forwarded file is forwarded from, and its id in the message: the same for every retry of the send. */
function forwardOf(to: Conversation, caller: Caller, path: string, clientId: string) {
  const [, place, source = ''] = /^([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const from = place === undefined ? '' : readConversation(place, caller.username).id;
  const origin = JSON.stringify([to.id, caller.username, clientId, from, source]);
  return { from, source, id: createHash('sha256').update(origin).digest('base64url').slice(0, 26) };
}

async function forward(
  services: Services,
  to: Conversation,
  caller: Caller,
  path: string,
  clientId: string,
): Promise<File> {
  const { from, source, id } = forwardOf(to, caller, path, clientId);
  const membership = from === '' ? undefined : await getMembership(services, caller.username, from);
  const upload = membership && (await getUpload(services, from, source));
  if (!upload?.used) {
    throw new ChatError('attachment_missing', `no message that you can see has a file ${quote(path)}`);
  }
  if (!(await copyFile(services, source, id))) {
    throw new ChatError('attachment_missing', `the file ${quote(source)} has just been deleted`);
  }
  const file = fileOf({ ...upload, id });
  await putUsedUpload(services, { ...file, conversation: to.id, user: caller.username }, clientId);
  return file;
}

/**
 * Claims the upload of a user's picture, with the same checks.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function claimAvatar(services: Claimer, username: string, id: string): Promise<Avatar> {
  const claim = { place: username, username, folder: 'avatars', usedBy: username } as const;
  const { content_type } = await claimUpload(services, claim, id);
  return { id, content_type };
}

interface Claim {
  /** Where the upload was asked for: a conversation's id, or the user's name for a picture. */
  readonly place: string;
  readonly username: string;
  /** Where the file goes. */
  readonly folder: StoredFolder;
  readonly usedBy: string;
}

async function claimUpload(services: Claimer, claim: Claim, id: string): Promise<File> {
  const { place, username, folder, usedBy } = claim;
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
  assertContentType(upload, object);
  if (!(await storeIncoming(services, folder, upload, object.etag))) {
    throw new ChatError('attachment_rejected', `${id} was replaced while it was checked: try again`);
  }
  if (!(await useUpload(services, upload, usedBy))) {
    throw new ChatError('attachment_rejected', `${id} is in another message: forward it as ${place}/${id}`);
  }
  return fileOf(upload);
}

/** The fields of an upload that a message stores. */
function fileOf({ id, filename, content_type, size, width, height }: Upload): File {
  return { id, filename, content_type, size, width, height };
}

/**
 * The first bytes of a file that browsers show must match its type; otherwise a web page could be uploaded as a picture. Text must be text.
 * All other files are only ever downloaded, so their type does not matter.
 */
function assertContentType({ id, content_type: announced }: Upload, { types: possible, start }: IncomingFile): void {
  if (matchesContent(announced, possible, start)) return;
  const actual = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw new ChatError('attachment_rejected', `${id} was announced as ${announced} but is ${actual} by its content`);
}

function matchesContent(announced: string, possible: readonly string[], start: Uint8Array): boolean {
  const [family] = announced.split('/');
  if (family === 'image' || announced === 'application/pdf') return possible.includes(announced);
  // The same container formats hold audio and video, under many type names.
  if (family === 'audio' || family === 'video') return possible.some((type) => /^(audio|video)\//.test(type));
  return family !== 'text' || !start.includes(0);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
