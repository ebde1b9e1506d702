import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { type FunctionName, type FunctionSource, functionSources } from './function-sources.ts';

const lambdas = join(import.meta.dirname, '..', 'lambdas');

const protocols = join(import.meta.dirname, '../node_modules/@aws-sdk/core/dist-es/submodules/protocols');

/** How functions are bundled. bench/ bundles one again with these options, to see what is in it. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  minify: true,
  logLevel: 'warning',
  // Lower than Node 24, so that the same bundle runs on the Node of a development machine.
  target: 'es2022',
  // The ESM builds of the SDK can be tree-shaken.
  mainFields: ['module', 'main'],
  // What a function imports only when it needs it (`import()`) is in files of its own, which a cold start does not load.
  splitting: true,
  entryNames: 'index',
  outExtension: { '.js': '.mjs' },
  // The SDK's own chain of credential providers has 100 KB, and a function has its credentials in the environment.
  alias: {
    '@aws-sdk/credential-provider-node': join(lambdas, 'runtime', 'environment-credentials.ts'),
    // S3 needs the SDK's protocol of XML from the same index file, and esbuild puts what one file exports into one chunk. A cold start, which
    // needs JSON alone, would load 14 KB for S3.
    '#aws/json10': join(protocols, 'json', 'AwsJson1_0Protocol.js'),
    '#aws/rest-json': join(protocols, 'json', 'AwsRestJsonProtocol.js'),
    // A library that recognises file types logs with it, and it needs `require`.
    debug: join(lambdas, 'runtime', 'no-debug.ts'),
  },
} satisfies BuildOptions;

/**
 * Bundles a function with all its imports into `index.mjs` and the files that it loads later. The AWS SDK is included: it starts faster than the runtime's own, and it is the
 * version that was tested. esbuild runs in this process; CDK's own construct would start npm and esbuild for each function.
 */
export function bundleFunction(name: FunctionName, folder: string): void {
  const { entry, requires }: FunctionSource = functionSources[name];
  buildSync({
    entryPoints: [join(lambdas, entry)],
    outdir: folder,
    ...bundleOptions,
    banner: requires
      ? { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
      : {},
  });
}
