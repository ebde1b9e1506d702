/** Prints how many bytes the client adds to a page: the core file by file, and what each other entry adds to it. */
import { clientSize, core, entrySizes } from './client-size.ts';

const { minified, gzipped, files, later } = await clientSize(core);
for (const { name, bytes } of files) console.log(`${String(bytes).padStart(6)}  ${name}`);
console.log(
  `${String(minified).padStart(6)}  minified\n${String(gzipped).padStart(6)}  minified and gzipped: the core`,
);
for (const { name, bytes } of later) console.log(`${String(bytes).padStart(6)}  ${name}, when it is needed`);
console.log();
for (const [entry, added] of Object.entries(await entrySizes())) {
  console.log(`${String(added).padStart(6)}  gzipped: @parley/client/${entry}`);
}
