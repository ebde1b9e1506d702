/**
 * A new token on an open connection: its expiry moves, and the client need not connect again. API Gateway passes what `authorize` said when the
 * connection was opened with every later event, so the table alone knows of the new token. docs/decisions/0080-a-token-is-renewed-on-the-open-socket.md
 */
import { ChatError } from '#protocol/errors';
import { post } from '../delivery/post.ts';
import { openTokenVerifier } from '../identity/open-verifier.ts';
import { IssuerUnavailable, type Verified } from '../identity/verify.ts';
import type { Services } from '../runtime/services.ts';
import { renewConnection } from '../store/connection.ts';
import { longestConnectionMs } from './connect.ts';
import { noteRenewal } from './renewed-until.ts';
import type { SocketRequest } from './request.ts';

const { verify } = openTokenVerifier(process.env);
const task = 'renew the token';

/**
 * @throws ChatError `unauthenticated` for a token that is not valid, or from before a sign-out everywhere; `forbidden` for another account's;
 *   `token_expired` for a connection that is not stored any more, which is then closed
 */
export async function renewToken(
  services: Services,
  { caller, identity, origin }: SocketRequest,
  token: string,
): Promise<void> {
  const verified = await verifyOrRefuse(services, token);
  const isSame =
    verified.username === caller.username && verified.issuer === identity?.issuer && verified.sub === identity.sub;
  if (!isSame) {
    throw new ChatError('forbidden', 'it is the token of another account: open another socket with it', { task });
  }
  const expires = Math.min(origin.openedAt + longestConnectionMs, verified.expires * 1_000);
  const renewed = await renewConnection(services, identity, origin, expires, verified.issued * 1_000);
  if (!renewed) {
    throw new ChatError('token_expired', 'this connection has ended: connect again with a fresh token', { task });
  }
  noteRenewal(origin.id, renewed);
  await post(services, origin, { type: 'token_renewed', expires: new Date(renewed).toISOString() });
}

async function verifyOrRefuse(
  { log }: Pick<Services, 'log'>,
  token: string,
): Promise<Extract<Verified, { readonly ok: true }>> {
  try {
    const verified = await verify(token);
    if (verified.ok) return verified;
    throw new ChatError('unauthenticated', verified.reason, { task });
  } catch (error) {
    if (!(error instanceof IssuerUnavailable)) throw error;
    log.warn('issuer unavailable', { error });
    throw new ChatError('internal', 'the issuer of your token cannot be asked whether it is right: try again', {
      task,
    });
  }
}
