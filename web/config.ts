import { loadConfigFile } from './take-early.ts';
import { t } from './words/words.ts';

/** What the page needs to know about its deployment: `config.json`, which the stack deploys beside it. */
export type Config =
  | {
      /** Address of Cognito. */
      readonly cognito: string;
      /** The user pool client that the page signs in with. */
      readonly clientId: string;
      /** False: an administrator creates the accounts. */
      readonly selfSignUp?: false;
    }
  | {
      /** An OpenID Connect issuer that the deployer configured. */
      readonly issuer: string;
      /** Accepted clients; the first one is the page. */
      readonly audience: readonly string[];
    };

/** @throws Error with a sentence for the user */
export async function loadConfig(): Promise<Config> {
  const response = await loadConfigFile().catch(() => {
    throw new Error(t('The server cannot be reached. Check your connection and load this page again.'));
  });
  if (!response.ok) throw new Error(t('The server has a problem. Try again in a moment.'));
  return response.json();
}

/** Whether the server is a local runtime: it writes mail to files, and offers demo users. */
export function isLocal(config: Config): boolean {
  if (!('cognito' in config)) return false;
  const { origin, hostname } = new URL(config.cognito, location.href);
  return origin === location.origin || /^(localhost|127\.|\[::1\])/.test(hostname);
}

/** A user that anybody may sign in as: a local runtime serves their passwords as `demo.json` beside the page. */
export interface DemoUser {
  readonly username: string;
  readonly password: string;
}

let loading: Promise<readonly DemoUser[]> | undefined;

/** Empty if the deployment is not local, or has no demo users. */
export function loadDemoUsers(config: Config): Promise<readonly DemoUser[]> {
  loading ??= isLocal(config) ? load() : Promise.resolve([]);
  return loading;
}

async function load(): Promise<readonly DemoUser[]> {
  try {
    const response = await fetch('/demo.json');
    const users: unknown = response.ok ? await response.json() : [];
    return Array.isArray(users) ? users : [];
  } catch {
    return [];
  }
}
