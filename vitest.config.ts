import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const alone = (name: string, folders = [`test/${name}`]) => ({
  test: {
    name,
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    // A file leaves nothing behind that another would see, so that one process runs many and loads what they share once.
    isolate: false,
    testTimeout: 40_000,
    // What is awaited comes when it comes: the default is a second, which is short on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
  },
});

/** The same, on the stack that is synthesized once before them all. */
const onTheStack = (name: string, synthesize = 'test/support/synthesize.ts', folders?: string[]) => ({
  test: { ...alone(name, folders).test, globalSetup: [synthesize] },
});

export default defineConfig({
  test: {
    // Most of the time a test waits for other processes, so that one more than the default fits on a small machine.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // The SDK says at every start of a process that Node 20 will not do in 2027.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      alone('unit'),
      alone('local', ['packages/local/test']),
      alone('start'),
      alone('stack'),
      onTheStack('flow'),
      onTheStack('seeds'),
      onTheStack('client', 'test/client/synthesize.ts', ['packages/client/test', 'test/client']),
      onTheStack('chaos', 'test/client/synthesize.ts'),
      onTheStack('fuzz', 'test/client/synthesize.ts'),
      onTheStack('browser', 'test/browser/setup.ts'),
    ],
  },
});
