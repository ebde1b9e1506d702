import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const packageDirectory = resolve(import.meta.dirname, '..');
const repository = resolve(packageDirectory, '../..');

/**
 * Installs the package into a folder as `npm install <tarball>` does: built, packed and unpacked. Its dependencies are those of the
 * repository, so that no registry is needed; no other packages can be found from there.
 * @param besides more packages, with their dependencies
 * @returns the path of the command
 */
export function installPackage(folder: string, besides: readonly string[] = []): string {
  const modules = join(folder, 'node_modules');
  const target = join(modules, '@parley', 'local');
  const built = join(folder, 'built');
  mkdirSync(target, { recursive: true });
  execFileSync(process.execPath, ['--import', 'tsx', join(packageDirectory, 'build.ts'), built]);
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: built });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', target, '--strip-components', '1']);
  rmSync(built, { recursive: true });

  const manifest = readManifest(target);
  const linked = new Set<string>();
  const link = (name: string) => {
    if (linked.has(name)) return;
    linked.add(name);
    const source = join(repository, 'node_modules', name);
    const wanted = readManifest(source, 'missing');
    // An optional package of another platform.
    if (!wanted) return;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(source, join(modules, name), 'junction');
    for (const dependency of Object.keys(wanted.dependencies ?? {})) link(dependency);
  };
  for (const name of Object.keys({ ...manifest?.dependencies, ...manifest?.optionalDependencies })) link(name);
  besides.forEach(link);
  return join(target, manifest?.bin?.['parley-local'] ?? '');
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

function readManifest(folder: string, absent?: 'missing'): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    if (absent === 'missing') return undefined;
    throw error;
  }
}
