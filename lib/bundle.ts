import { buildSync } from 'esbuild';

/**
 * Bundles a function with all that it imports into `index.mjs`, the AWS SDK too: it starts faster than the runtime's own, and is the version
 * that was tested. In this process, where CDK's own construct starts a process of npm and one of esbuild for each function.
 * @param options.folder where it goes
 * @param options.requires a library in it is CommonJS and calls `require`, which an ES module has not by itself
 */
export function bundle(options: {
  readonly entry: string;
  readonly folder: string;
  readonly requires?: boolean;
}): void {
  buildSync({
    entryPoints: [options.entry],
    outfile: `${options.folder}/index.mjs`,
    ...{ bundle: true, platform: 'node', format: 'esm', minify: true, logLevel: 'warning' },
    // Not Node 24's own level: the same bundle runs on the Node of a development machine.
    target: 'es2022',
    // The ESM builds of the SDK are the ones that can be tree-shaken.
    mainFields: ['module', 'main'],
    ...(options.requires && {
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
  });
}
