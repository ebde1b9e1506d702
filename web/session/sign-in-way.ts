/** How one signs in here, as the deployment's `config.json` says. */
import { type Config, isLocal } from '../config.ts';
import type { OpenId } from './openid.ts';
import { createPeople, type People } from './people.ts';

export type SignInWay =
  | { readonly by: 'password'; readonly people: People /** Does mail stay on this machine? */; readonly local: boolean }
  | { readonly by: 'issuer'; readonly openId: OpenId };

export async function signInWay(config: Config): Promise<SignInWay> {
  if ('cognito' in config) {
    return { by: 'password', people: createPeople(config.cognito, config.clientId), local: isLocal(config) };
  }
  const { createOpenId } = await import('../more.ts');
  return { by: 'issuer', openId: createOpenId(config.issuer, config.audience[0] ?? '') };
}
