/** A function's code. */
export interface FunctionSource {
  /** Entry file below `lambdas/`; it exports `handler`. */
  readonly entry: string;
  /** Does it contain a CommonJS library, which calls `require`? An ES module has no `require` of its own. */
  readonly requires?: boolean;
}

/** Every function of the stack, by the name of its construct. */
export const functionSources = {
  Authorize: { entry: 'authorize.ts' },
  Socket: { entry: 'socket/index.ts' },
  Http: { entry: 'http/index.ts' },
  Notify: { entry: 'stream/notify.ts' },
  AccountJob: { entry: 'account-jobs.ts' },
  FanOut: { entry: 'fan-out.ts' },
  Deliver: { entry: 'deliver.ts' },
  CountOnline: { entry: 'count-online.ts' },
  SignUp: { entry: 'sign-up.ts' },
  CheckName: { entry: 'check-name.ts' },
  Push: { entry: 'push/plan.ts' },
  Canary: { entry: 'canary/index.ts', requires: true },
  PushSend: { entry: 'push/send.ts', requires: true },
} as const satisfies Readonly<Record<string, FunctionSource>>;

export type FunctionName = keyof typeof functionSources;
