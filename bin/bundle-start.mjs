// Bundles `start.ts` with all that it imports: `node bundle-start.mjs <file>`. `<file>.sources` tells when each source was changed.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = resolve(process.argv[2]);

/** Files that a source reads beside itself stay beside it. */
const placeOfSource = {
  name: 'place of source',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    }));
  },
};

const { outputFiles, metafile } = await build({
  entryPoints: [resolve(root, 'bin/start.ts')],
  absWorkingDir: root,
  outfile: file,
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Packages that are CommonJS call `require` for Node's own modules.
  banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
  plugins: [placeOfSource],
  logLevel: 'error',
});
const own = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/'));
// The packages change with the lock file.
const sources = [...own, 'package-lock.json'].map((path) => resolve(root, path));
try {
  mkdirSync(dirname(file), { recursive: true });
  replace(file, outputFiles[0].contents);
  replace(`${file}.sources`, JSON.stringify(Object.fromEntries(sources.map((path) => [path, statSync(path).mtimeMs]))));
} catch (error) {
  console.error(`unable to start; nothing can be written into ${dirname(file)} (${error.code})`);
  process.exit(1);
}

/** Another `npm start` never sees half of a file. */
function replace(path, contents) {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}
