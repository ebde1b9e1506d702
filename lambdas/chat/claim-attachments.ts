import { createHash } from 'node:crypto';
import { filetypemime } from 'magic-bytes.js';
import { ChatError } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { copyFile, inspectIncoming, type StoredFolder, storeIncoming } from '../store/bucket.ts';
import type { File } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import { getUpload, putUsedUpload, type Upload, useUpload } from '../store/upload.ts';
import type { Avatar } from '../store/user.ts';
import type { Caller } from './require-membership.ts';

type Claimer = Pick<Services, 'table' | 'bucket'>;

/**
 * The files of a message, before it is stored. An upload of this conversation is looked at: it was asked for by this user, it is there, as
 * large as announced, and of the announced type by its first bytes. `CONVERSATION/ID` forwards a file of another message that the
 * user can see: as a copy, which outlives the first. Claiming one again, for a retry of the same send, is harmless.
 * @param clientId that of the message
 * @throws ChatError `attachment_missing`, `attachment_rejected`; `forbidden` for a forwarded file of a conversation of others
 */
export async function claimAttachments(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  ids: readonly string[],
  clientId: string,
): Promise<File[]> {
  const { username } = caller;
  const claim = { place: conversation.id, username, kept: 'files', usedBy: clientId } as const;
  return Promise.all(
    [...new Set(ids)].map((id) =>
      id.includes('/') ? forward(services, conversation, caller, id, clientId) : claimUpload(services, claim, id),
    ),
  );
}

async function forward(
  services: Services,
  to: Conversation,
  caller: Caller,
  name: string,
  clientId: string,
): Promise<File> {
  const [, place, source = ''] = /^([^/]+)\/([^/]+)$/.exec(name) ?? [];
  const from = place === undefined ? '' : readConversation(place, caller.username).id;
  const seen = from === '' ? undefined : await getMembership(services, caller.username, from);
  const upload = seen && (await getUpload(services, from, source));
  if (!upload?.used) {
    throw new ChatError('attachment_missing', `no message that you can see has a file ${show(name)}`);
  }
  // The same for every try of the send.
  const origin = JSON.stringify([to.id, caller.username, clientId, from, source]);
  const id = createHash('sha256').update(origin).digest('base64url').slice(0, 26);
  if (!(await copyFile(services, source, id))) {
    throw new ChatError('attachment_missing', `the file ${show(source)} has just been deleted`);
  }
  const file = fileOf({ ...upload, id });
  await putUsedUpload(services, { ...file, conversation: to.id, user: caller.username }, clientId);
  return file;
}

/**
 * The upload of a user's picture, looked at in the same way.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function claimAvatar(services: Claimer, username: string, id: string): Promise<Avatar> {
  const claim = { place: username, username, kept: 'avatars', usedBy: username } as const;
  const { content_type } = await claimUpload(services, claim, id);
  return { id, content_type };
}

/** Who claims an upload, where it was asked for, and where it goes. */
interface Claim {
  readonly place: string;
  readonly username: string;
  readonly kept: StoredFolder;
  readonly usedBy: string;
}

async function claimUpload(services: Claimer, claim: Claim, id: string): Promise<File> {
  const { place, username, kept, usedBy } = claim;
  const upload = await getUpload(services, place, id);
  if (upload?.user !== username) {
    throw new ChatError('attachment_missing', `no upload ${show(id)} of yours was asked for in ${place}`);
  }
  const object = await inspectIncoming(services, id);
  if (!object) {
    throw new ChatError('attachment_missing', `nothing was uploaded as ${id}: POST the file with its form first`);
  }
  if (object.size !== upload.size) {
    throw new ChatError('attachment_rejected', `${id} has ${object.size} bytes, not the announced ${upload.size}`);
  }
  assertContentType(upload, object.start);
  if (!(await storeIncoming(services, kept, upload, object.etag))) {
    throw new ChatError('attachment_rejected', `${id} was replaced while it was looked at: try again`);
  }
  if (!(await useUpload(services, upload, usedBy))) {
    throw new ChatError('attachment_rejected', `${id} is in another message: forward it as ${place}/${id}`);
  }
  return fileOf(upload);
}

/** What a message keeps of an upload. */
function fileOf({ id, filename, content_type, size, width, height }: Upload): File {
  return { id, filename, content_type, size, width, height };
}

/**
 * What browsers show must be what it says by its first bytes, or a page could come as a picture; and text must be text. Anything else is only
 * ever saved, so nothing hangs on its type.
 */
function assertContentType({ id, content_type: announced }: Upload, start: Uint8Array): void {
  const possible = filetypemime(start);
  if (fits(announced, possible, start)) return;
  const found = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw new ChatError('attachment_rejected', `${id} was announced as ${announced} but is ${found} by its content`);
}

function fits(announced: string, possible: readonly string[], start: Uint8Array): boolean {
  const [family] = announced.split('/');
  if (family === 'image' || announced === 'application/pdf') return possible.includes(announced);
  // One container serves sound and film, under many names.
  if (family === 'audio' || family === 'video') return possible.some((type) => /^(audio|video)\//.test(type));
  return family !== 'text' || !start.includes(0);
}

function show(id: string): string {
  return JSON.stringify(id.slice(0, 40));
}
