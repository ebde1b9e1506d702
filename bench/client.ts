/** Prints how many bytes the client adds to a page, file by file. */
import { clientSize } from './client-size.ts';

const { minified, gzipped, files } = await clientSize(
  "export * from '@parley/client'; export * from '@parley/client/indexeddb';",
);
for (const { name, bytes } of files) console.log(`${String(bytes).padStart(6)}  ${name}`);
console.log(`${String(minified).padStart(6)}  minified\n${String(gzipped).padStart(6)}  minified and gzipped`);
