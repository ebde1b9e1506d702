/** Every route of the WebSocket API, a file each. This one is the edge: it tells routes apart and turns errors into frames. */
import { ChatError, errorStatus, unable } from '#protocol/errors';
import { parseObject } from '#protocol/frames';
import type { SocketRoute } from '#protocol/routes';
import { close, post } from '../delivery/post.ts';
import { type Services, startServices } from '../runtime/services.ts';
import { edit, reaction, remove } from './change.ts';
import { clear } from './clear.ts';
import { type ConnectAnswer, connect } from './connect.ts';
import { create } from './create.ts';
import { disconnect } from './disconnect.ts';
import { deviceOf, readSocketEvent, type SocketRequest } from './event.ts';
import { other } from './other.ts';
import { ping } from './ping.ts';
import { readMessages } from './read-messages.ts';
import { typing } from './typing.ts';

type Route = (services: Services, request: SocketRequest) => Promise<void>;

const routes: Readonly<Record<SocketRoute, Route>> = {
  create,
  chat_message: create,
  edit: (services, request) => edit(services, request),
  delete: (services, request) => remove(services, request),
  clear: (services, request) => clear(services, request),
  react: reaction,
  typing,
  read_messages: readMessages,
  ping,
};

const services = startServices(process.env);

export async function handler(event: unknown): Promise<ConnectAnswer> {
  const request = readSocketEvent(event);
  if (request.route === '$connect') return answerConnect(request);
  if (request.route === '$disconnect') await disconnect(services, request);
  else await answerFrame(request);
  return { statusCode: 200 };
}

/** An error before the connection stands is the status of the handshake. */
async function answerConnect(request: SocketRequest): Promise<ConnectAnswer> {
  try {
    return await connect(services, request);
  } catch (error) {
    const { code, message } = toChatError(error, request);
    return { statusCode: errorStatus[code], body: message };
  }
}

/** An error later is an `error` frame; the socket stays, unless its token has expired. */
async function answerFrame(request: SocketRequest): Promise<void> {
  try {
    if (services.now() >= request.tokenExpires) {
      throw unable('token_expired', 'go on', 'the token of this socket has expired: connect again with a fresh one');
    }
    const route = Object.hasOwn(routes, request.route) ? routes[request.route as SocketRoute] : other;
    await route(services, request);
  } catch (error) {
    const { code, message, retryAfter } = toChatError(error, request);
    const clientId = clientIdOf(request.body);
    await post(services, deviceOf(request), {
      type: 'error',
      code,
      message,
      ...(clientId === undefined ? {} : { client_id: clientId }),
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    });
    if (code === 'token_expired') await close(services, deviceOf(request));
  }
}

/** What the caller may know of an error; everything else is for the log. */
function toChatError(error: unknown, request: SocketRequest): ChatError {
  if (error instanceof ChatError) return error;
  services.log.error('unexpected', { route: request.route, connectionId: request.connectionId, error: error as Error });
  return unable('internal', 'do this', 'something went wrong on our side: try again');
}

/** The frame's `client_id`, so that the sender knows which message the error is about. */
function clientIdOf(body: string | undefined): string | undefined {
  try {
    const { client_id: clientId } = parseObject(body);
    return typeof clientId === 'string' && clientId.isWellFormed() ? clientId.slice(0, 64) : undefined;
  } catch {
    return undefined;
  }
}
