import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '#clock';
import { readableAttributes } from './attributes.ts';
import type { ClientSettings } from './client-settings.ts';
import { notAuthorized } from './errors.ts';
import { type Group, groupClaims } from './groups.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';
import type { Session, User } from './user.ts';

/** The claims of an access token that operations need. */
export interface AccessClaims {
  readonly sub: string;
  readonly clientId: string;
  readonly eventId: string;
}

export interface Tokens {
  /** Issues an id token and an access token (JWT, RS256) with Cognito's claims. */
  issue(
    user: User,
    session: Session,
    client: ClientSettings,
    groups: readonly Group[],
  ): Promise<{ id: string; access: string }>;
  /** @throws CognitoError NotAuthorizedException unless it is a valid access token of this pool */
  readAccess(token: string): Promise<AccessClaims>;
}

export function createTokens(keys: SigningKeys, issuer: string, clock: Clock): Tokens {
  function sign(claims: Record<string, unknown>, key: SigningKey, seconds: number): Promise<string> {
    const issuedAt = Math.floor(clock.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ kid: key.kid, alg: 'RS256' })
      .setIssuer(issuer)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .setJti(randomUUID())
      .sign(key.privateKey);
  }

  return {
    async issue(user, session, client, groups) {
      const claims = groupClaims(groups);
      const common = {
        ...claims.both,
        sub: user.sub,
        event_id: session.eventId,
        auth_time: Math.floor(session.startedAt / 1000),
        // Only clients with token revocation have this claim (developer guide, "Ending user sessions with token revocation").
        origin_jti: client.revocable ? session.id : undefined,
      };
      const id = sign(
        {
          ...idClaims(user, client),
          ...claims.id,
          ...common,
          'cognito:username': user.username,
          aud: client.id,
          token_use: 'id',
        },
        keys.id,
        client.idTokenSeconds,
      );
      const access = sign(
        {
          ...common,
          username: user.username,
          client_id: client.id,
          token_use: 'access',
          scope: 'aws.cognito.signin.user.admin',
        },
        keys.access,
        client.accessTokenSeconds,
      );
      return { id: await id, access: await access };
    },

    async readAccess(token) {
      try {
        const { payload } = await jwtVerify(token, keys.access.publicKey, {
          issuer,
          algorithms: ['RS256'],
          currentDate: new Date(clock.now()),
        });
        const { sub, client_id: clientId, event_id: eventId, token_use: use } = payload;
        if (use === 'access' && sub && typeof clientId === 'string' && typeof eventId === 'string') {
          return { sub, clientId, eventId };
        }
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw notAuthorized('Access Token has expired');
      }
      throw notAuthorized('Invalid Access Token');
    },
  };
}

/** The user's attributes. The two `…_verified` claims are booleans. */
function idClaims(user: User, client: ClientSettings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(readableAttributes(user.attributes, client)).map(([name, value]) => [
      name,
      name.endsWith('_verified') ? value === 'true' : value,
    ]),
  );
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** A refresh token begins with the user's `sub`, so that the user is found without an index. It is opaque for clients. */
export function newRefreshToken(sub: string): { token: string; hash: string } {
  const token = Buffer.concat([Buffer.from(sub.replaceAll('-', ''), 'hex'), randomBytes(48)]).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** The `sub` of a refresh token. The token is only valid if `sessionOf` finds its session. */
export function subOf(refreshToken: string): string {
  const hex = Buffer.from(refreshToken, 'base64url').subarray(0, 16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function sessionOf(user: User, refreshToken: string): Session | undefined {
  const hash = Buffer.from(hashOf(refreshToken));
  return user.sessions.find((session) => timingSafeEqual(Buffer.from(session.refreshHash), hash));
}
