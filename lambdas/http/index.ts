/** Every route of the HTTP API, a file each. This one is the edge: it tells routes apart and turns errors into answers. */
import { ChatError, errorStatus, unable } from '#protocol/errors';
import { type HttpAction, type HttpRoute, httpRoutes } from '#protocol/routes';
import { type Services, startServices } from '../runtime/services.ts';
import { attach } from './attach.ts';
import { attachment } from './attachment.ts';
import { avatar } from './avatar.ts';
import { befriend, unfriend } from './befriend.ts';
import { block, unblock } from './block.ts';
import { blocks } from './blocks.ts';
import { clear } from './clear.ts';
import { conversation } from './conversation.ts';
import { conversations } from './conversations.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { device, forget, token } from './device.ts';
import { dismiss } from './dismiss.ts';
import { edit } from './edit.ts';
import { found } from './found.ts';
import { friends } from './friends.ts';
import { history } from './history.ts';
import { invite } from './invite.ts';
import { me } from './me.ts';
import { profile } from './profile.ts';
import { push } from './push.ts';
import { react, unreact } from './react.ts';
import { read } from './read.ts';
import { type HttpAnswer, type HttpRequest, json, readHttpEvent } from './request.ts';
import { signOut } from './sign-out.ts';
import { update } from './update.ts';
import { user } from './user.ts';
import { users } from './users.ts';

type Action = (services: Services, request: HttpRequest) => Promise<HttpAnswer>;

const actions: Readonly<Record<HttpAction, Action>> = {
  attach,
  attachment,
  avatar,
  befriend,
  block,
  blocks,
  clear,
  conversation,
  conversations,
  create,
  delete: remove,
  device,
  dismiss,
  edit,
  forget,
  found,
  friends,
  history,
  invite,
  me,
  profile,
  push,
  react,
  read,
  signOut,
  token,
  update,
  unblock,
  unreact,
  unfriend,
  user,
  users,
};

const services = startServices(process.env);

export async function handler(event: unknown): Promise<HttpAnswer> {
  try {
    const request = readHttpEvent(event, process.env.USERNAME_CLAIM);
    // The stack makes exactly these routes, so that no other can come.
    return await actions[httpRoutes[request.route as HttpRoute]](services, request);
  } catch (error) {
    return answerError(error);
  }
}

function answerError(error: unknown): HttpAnswer {
  const known = error instanceof ChatError ? error : undefined;
  if (!known) services.log.error('unexpected', { error: error as Error });
  const { code, message, retryAfter } =
    known ?? unable('internal', 'do this', 'something went wrong on our side: try again');
  const answer = json(errorStatus[code], {
    error: { code, message, ...(retryAfter === undefined ? {} : { retry_after: retryAfter }) },
  });
  return retryAfter === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}
