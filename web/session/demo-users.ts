/** Users that anybody may sign in as: a local runtime serves their passwords as `demo.json` beside the page. */
import { type Config, isLocal } from '../config.ts';

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
