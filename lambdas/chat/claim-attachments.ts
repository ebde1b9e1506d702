import { createHash } from 'node:crypto';
import { filetypemime } from 'magic-bytes.js';
import { unable } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import type { File } from '../store/entry.ts';
import { getMembership } from '../store/membership.ts';
import { copyFile, type Kept, keepIncoming, lookAtIncoming } from '../store/object.ts';
import { getUpload, keepUpload, putKeptUpload, type Upload } from '../store/upload.ts';
import type { Avatar } from '../store/user.ts';
import type { Speaker } from './enter.ts';

type Claimer = Pick<Services, 'table' | 'bucket'>;

const toSend = 'send the message';

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
  speaker: Speaker,
  ids: readonly string[],
  clientId: string,
): Promise<File[]> {
  const { username } = speaker;
  const claim = { place: conversation.id, username, kept: 'files', usedBy: clientId, toDoWhat: toSend } as const;
  return Promise.all(
    [...new Set(ids)].map((id) =>
      id.includes('/') ? forward(services, conversation, speaker, id, clientId) : claimUpload(services, claim, id),
    ),
  );
}

async function forward(
  services: Services,
  to: Conversation,
  speaker: Speaker,
  name: string,
  clientId: string,
): Promise<File> {
  const [, place, source = ''] = /^([^/]+)\/([^/]+)$/.exec(name) ?? [];
  const from = place === undefined ? '' : readConversation(place, speaker.username).id;
  const seen = from === '' ? undefined : await getMembership(services, speaker.username, from);
  const upload = seen && (await getUpload(services, from, source));
  if (!upload?.kept) {
    throw unable('attachment_missing', toSend, `no message that you can see has a file ${show(name)}`);
  }
  // The same for every try of the send.
  const origin = JSON.stringify([to.id, speaker.username, clientId, from, source]);
  const id = createHash('sha256').update(origin).digest('base64url').slice(0, 26);
  if (!(await copyFile(services, source, id))) {
    throw unable('attachment_missing', toSend, `the file ${show(source)} has just been deleted`);
  }
  const file = fileOf({ ...upload, id });
  await putKeptUpload(services, { ...file, conversation: to.id, user: speaker.username }, clientId);
  return file;
}

/**
 * The upload of a user's picture, looked at in the same way.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function claimAvatar(services: Claimer, username: string, id: string): Promise<Avatar> {
  const toDoWhat = 'change the picture';
  const claim = { place: username, username, kept: 'avatars', usedBy: username, toDoWhat } as const;
  const { content_type } = await claimUpload(services, claim, id);
  return { id, content_type };
}

/** Who claims an upload, where it was asked for, and where it goes. */
interface Claim {
  readonly place: string;
  readonly username: string;
  readonly kept: Kept;
  readonly usedBy: string;
  readonly toDoWhat: string;
}

async function claimUpload(services: Claimer, claim: Claim, id: string): Promise<File> {
  const { place, username, kept, usedBy, toDoWhat } = claim;
  const upload = await getUpload(services, place, id);
  if (upload?.user !== username) {
    throw unable('attachment_missing', toDoWhat, `no upload ${show(id)} of yours was asked for in ${place}`);
  }
  const object = await lookAtIncoming(services, id);
  if (!object) {
    throw unable('attachment_missing', toDoWhat, `nothing was uploaded as ${id}: POST the file with its form first`);
  }
  if (object.size !== upload.size) {
    throw unable('attachment_rejected', toDoWhat, `${id} has ${object.size} bytes, not the announced ${upload.size}`);
  }
  refuseDisguise(upload, object.start, toDoWhat);
  if (!(await keepIncoming(services, kept, upload, object.etag))) {
    throw unable('attachment_rejected', toDoWhat, `${id} was replaced while it was looked at: try again`);
  }
  if (!(await keepUpload(services, upload, usedBy))) {
    throw unable('attachment_rejected', toDoWhat, `${id} is in another message: forward it as ${place}/${id}`);
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
function refuseDisguise({ id, content_type: announced }: Upload, start: Uint8Array, toDoWhat: string): void {
  const possible = filetypemime(start);
  if (fits(announced, possible, start)) return;
  const found = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw unable('attachment_rejected', toDoWhat, `${id} was announced as ${announced} but is ${found} by its content`);
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
