import { createHash } from 'node:crypto';
import { requireSecretHash } from './client-secrets.ts';
import type { ClientSettings } from './client-settings.ts';
import { invalidParameter, notAuthorized, userNotFound } from './errors.ts';
import { verifierOf } from './new-password.ts';
import type { Answer } from './operation.ts';
import { passwordMatches } from './passwords.ts';
import { findUser, normalName, type Pool } from './pool.ts';
import { afterPassword, incorrect, issueTokens } from './sign-in.ts';
import { beginHandshake, simulatedVerifier } from './srp.ts';
import { sessionOf, subOf } from './tokens.ts';

export interface AuthRequest {
  readonly pool: Pool;
  readonly client: ClientSettings;
  readonly parameters: Readonly<Record<string, string>>;
}

export const allowsFlow = ({ flows }: ClientSettings, flow: string) =>
  flows.includes(`ALLOW_${flow}`) || flows.includes(flow);

/** Clients with old flow names, without `ALLOW_`, may always refresh and use SRP. */
export const allowsAlways = (client: ClientSettings, flow: 'REFRESH_TOKEN_AUTH' | 'USER_SRP_AUTH') =>
  allowsFlow(client, flow) || !client.flows.some((each) => each.startsWith('ALLOW_'));

export async function withPassword({ pool, client, parameters }: AuthRequest): Promise<Answer> {
  const name = required(parameters, 'USERNAME');
  const password = required(parameters, 'PASSWORD');
  requireSecretHash(pool, client, parameters.SECRET_HASH, [name]);
  const user = findUser(pool, name);
  if (!user) throw client.hidesUsers ? incorrect() : userNotFound();
  pool.attempts.requireUnlocked(user.sub);
  if (!(await passwordMatches(password, user.password))) {
    pool.attempts.passwordFailed(user.sub);
    throw incorrect();
  }
  pool.attempts.passwordSucceeded(user.sub);
  // A user from before has no verifier yet.
  const srp = user.srp ?? verifierOf(pool, user.username, password);
  return afterPassword(pool, client, user, (current) => ({ ...current, srp: current.srp ?? srp }));
}

/** The first of the two steps of SRP. The second one is the challenge PASSWORD_VERIFIER. */
export async function withSrp({ pool, client, parameters }: AuthRequest): Promise<Answer> {
  const name = required(parameters, 'USERNAME');
  const A = required(parameters, 'SRP_A');
  requireSecretHash(pool, client, parameters.SECRET_HASH, [name]);
  const user = findUser(pool, name);
  if (!user && !client.hidesUsers) throw userNotFound();
  if (user) pool.attempts.requireUnlocked(user.sub);
  if (user && !user.srp) {
    throw notAuthorized(
      'The local runtime has no SRP verifier of this user, who is from before; one sign-in with USER_PASSWORD_AUTH makes it.',
    );
  }
  const verifier = user?.srp ?? simulatedVerifier(pool.srpSeed, normalName(name, pool.settings));
  const handshake = beginHandshake(A, verifier);
  if (!handshake) throw invalidParameter('Invalid SRP_A value.');
  const username = user?.username ?? simulatedUsername(name, pool);
  const challenge = { kind: 'PASSWORD_VERIFIER', sub: user?.sub, username, handshake } as const;
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: verifier.salt,
      SECRET_BLOCK: pool.challenges.open(challenge, client),
      SRP_B: handshake.B,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

/** In a pool of addresses the internal user name is a UUID, the same one each time. */
function simulatedUsername(name: string, pool: Pool): string {
  if (pool.settings.usernameAttributes.length === 0) return name;
  const hex = createHash('sha256')
    .update(`${pool.srpSeed}${normalName(name, pool.settings)}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}

export async function withRefreshToken({ pool, client, parameters }: AuthRequest): Promise<Answer> {
  const token = required(parameters, 'REFRESH_TOKEN');
  const user = pool.users.bySub(subOf(token));
  const session = user && sessionOf(user, token);
  requireSecretHash(pool, client, parameters.SECRET_HASH, user ? [user.username, user.sub] : []);
  if (!user || !session || session.clientId !== client.id) throw notAuthorized('Invalid Refresh Token');
  if (!user.enabled) throw notAuthorized('User is disabled.');
  if (session.revoked) throw notAuthorized('Refresh Token has been revoked');
  if (session.expiresAt <= pool.clock.now()) throw notAuthorized('Refresh Token has expired');
  return issueTokens(pool, client, user, session);
}

export function required(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (!value) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}
