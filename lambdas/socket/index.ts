/** Every route of the WebSocket API. */
import { ChatError, errorStatus } from '#protocol/errors';
import { frameTasks, readFrame } from '#protocol/frames';
import { withType } from '#protocol/legacy';
import { parseObject } from '#protocol/parse';
import { assertRate, owe } from '../chat/user-limits.ts';
import { endConnection } from '../delivery/end-connection.ts';
import { close, post } from '../delivery/post.ts';
import { createHandler } from '../runtime/create-handler.ts';
import { openServices } from '../runtime/services.ts';
import { connect, type SocketAnswer } from './connect.ts';
import { frameRates, handleFrame } from './frames.ts';
import { renewedUntil } from './renewed-until.ts';
import { SocketEvent, type SocketRequest, toRequest } from './request.ts';

const services = openServices(process.env);
const done: SocketAnswer = { statusCode: 200 };

export const handler = createHandler({
  services,
  event: SocketEvent,
  logKeys: ({ requestContext: { routeKey, connectionId, authorizer } }) => ({
    route: routeKey,
    connection: connectionId,
    user: authorizer.username,
  }),
  received: ({ requestContext }) => requestContext.requestTimeEpoch,
  async run(event, { now }) {
    const request = toRequest(event);
    const { routeKey } = event.requestContext;
    if (routeKey === '$connect') return connect(services, request, event.headers ?? {});
    // Best effort on AWS, and sometimes late. A post that finds the connection closed does the same.
    if (routeKey === '$disconnect') await endConnection(services, request.origin, request.at);
    else {
      // A renewal may come a moment late. The table knows whether the connection is still there.
      if (routeKey !== 'renew_token') await assertTokenValid(request, now());
      await assertFrameRate(request);
      const frame = readFrame(event.body);
      if (frameRates[frame.type] !== 'sends') owe(services, request.caller.username, 'frames', 1);
      await handleFrame(services, request, frame);
    }
    return done;
  },
  /** Before the connection is open, an error becomes the handshake's HTTP status. Later it becomes an `error` event. */
  async answerError(error, event) {
    const { routeKey } = event.requestContext;
    if (routeKey === '$connect') return { statusCode: errorStatus[error.code], body: error.sentence('connect') };
    if (routeKey === '$disconnect') throw error;
    const { origin, caller } = toRequest(event);
    owe(services, caller.username, 'frames', 1);
    const { task, clientId } = describe(event.body);
    await post(services, origin, {
      type: 'error',
      code: error.code,
      message: error.sentence(task),
      client_id: clientId,
      retry_after: error.retryAfter,
    });
    // The socket stays open after every other error.
    if (error.code === 'token_expired' || error.closes) await close(services, origin);
    return done;
  },
});

/**
 * Each frame pays for the ones before, because it is not known yet whether it sends: such frames are limited by the send bucket. A socket
 * that is refused here is closed, so that a flood costs no more than its limit.
 * @throws ChatError `rate_limited`
 */
async function assertFrameRate({ caller }: SocketRequest): Promise<void> {
  await assertRate(services, caller.username, 'frames', { tokens: 0, closes: true });
}

/** @throws ChatError `token_expired` */
async function assertTokenValid({ tokenExpires, origin }: SocketRequest, now: number): Promise<void> {
  if (now < tokenExpires || now < (await renewedUntil(services, origin))) return;
  const reason = 'the token of this socket has expired: connect again with a fresh one';
  throw new ChatError('token_expired', reason, { task: 'go on' });
}

/** The refused frame, as far as it can be read. Its `client_id` tells the client which message the error is about. */
function describe(body: string | undefined): { readonly task: string; readonly clientId?: string | undefined } {
  try {
    const { client_id: clientId, type } = withType(parseObject(body, 'frame'));
    return {
      task: new Map<unknown, string>(Object.entries(frameTasks)).get(type) ?? 'read the frame',
      clientId: typeof clientId === 'string' && clientId.isWellFormed() ? clientId.slice(0, 64) : undefined,
    };
  } catch {
    return { task: 'read the frame' };
  }
}
