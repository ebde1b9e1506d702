/** Prints how many bytes the client adds to a page, file by file. */
import { clientSize, core } from './client-size.ts';

const { minified, gzipped, files, later } = await clientSize(core);
for (const { name, bytes } of files) console.log(`${String(bytes).padStart(6)}  ${name}`);
console.log(`${String(minified).padStart(6)}  minified\n${String(gzipped).padStart(6)}  minified and gzipped`);
for (const { name, bytes } of later) console.log(`${String(bytes).padStart(6)}  ${name}, when it is needed`);
