import type { Context } from '#context';
import type { AccessLog } from './access-log.ts';
import type { Api } from './apis.ts';
import type { Throttle } from './throttle.ts';

/** What all parts of the gateway share. */
export interface Gateway {
  readonly context: Context;
  readonly throttle: Throttle;
  readonly accessLog: AccessLog;
  /** As the template has it now: after a reload another one. */
  api(id: string): Api | undefined;
}
