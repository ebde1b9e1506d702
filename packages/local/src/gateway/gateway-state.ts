import type { Context } from '#context';
import type { AccessLog } from './access-log.ts';
import type { Api } from './apis.ts';
import type { Throttle } from './throttle.ts';

export interface Gateway {
  readonly context: Context;
  readonly throttle: Throttle;
  readonly accessLog: AccessLog;
  /** The API of the current template, which a reload replaces. */
  api(id: string): Api | undefined;
}
