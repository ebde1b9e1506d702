/** People whom everybody may be, on a runtime of one's own: it lays `demo.json` beside the page. */
import { type Config, isLocal } from '../config.ts';

export interface DemoPerson {
  readonly username: string;
  readonly password: string;
}

let asked: Promise<readonly DemoPerson[]> | undefined;

/** Nobody, where the deployment is no local one, or offers none. */
export function demoPeople(config: Config): Promise<readonly DemoPerson[]> {
  asked ??= isLocal(config) ? load() : Promise.resolve([]);
  return asked;
}

async function load(): Promise<readonly DemoPerson[]> {
  try {
    const response = await fetch('/demo.json');
    const people: unknown = response.ok ? await response.json() : [];
    return Array.isArray(people) ? people : [];
  } catch {
    return [];
  }
}
