import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enginePackages, engineVersion, findEngine, type System } from '#dynamodb/find-engine';
import { defaultNames } from '#setting-names';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-engine-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A system that this machine is not, so that nothing that is installed here is found. */
const system = (other: Partial<System>): System => ({ platform: 'win32', arch: 'x64', env: {}, folder, ...other });
const find = (other: Partial<System>) => findEngine({}, defaultNames, system(other));

/** A folder with an executable file. */
function program(path: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '', { mode: 0o755 });
  return file;
}

describe('the engine', () => {
  test('is the package of the platform, which npm puts beside this program or into the current folder', () => {
    const path = program('project/node_modules/@dynoxide/win32-x64/dynoxide.exe');
    writeFileSync(join(path, '../package.json'), '{}');
    expect(find({ folder: join(folder, 'project') })).toEqual({ kind: 'program', path });
  });

  test('is dynoxide on the PATH, dynoxide.exe on Windows; a folder of that name is none', () => {
    const windows = program('windows/dynoxide.exe');
    const mac = program('mac/dynoxide');
    mkdirSync(join(folder, 'first/dynoxide.exe'), { recursive: true });
    const PATH = ['first', 'windows', 'mac'].map((name) => join(folder, name)).join(delimiter);
    expect(find({ env: { PATH } })).toEqual({ kind: 'program', path: windows });
    expect(find({ env: { PATH }, platform: 'darwin', arch: 'arm64' })).toEqual({ kind: 'program', path: mac });
  });

  test.each([
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['linux', 'arm64'],
    ['win32', 'x64'],
  ])('that is missing on %s-%s is refused with the command that installs it', (platform, arch) => {
    expect(() => find({ platform, arch })).toThrow(
      `unable to start DynamoDB; its engine is not installed: npm install --no-save @dynoxide/${platform}-${arch}@${engineVersion} (or name a dynoxide program in DYNOXIDE_PATH, or a running DynamoDB Local in DYNAMODB_LOCAL_URL)`,
    );
  });

  test('that does not exist for a platform is refused with what would be right', () => {
    expect(() => find({ platform: 'freebsd' })).toThrow(
      'unable to start DynamoDB; there is no engine for freebsd-x64: name a dynoxide program in DYNOXIDE_PATH, or a running DynamoDB Local in DYNAMODB_LOCAL_URL',
    );
  });

  test('is an optional dependency for each platform, so that npm goes on where a registry lacks some', () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(manifest.optionalDependencies).toEqual(
      Object.fromEntries(enginePackages.map((name) => [name, engineVersion])),
    );
  });
});
