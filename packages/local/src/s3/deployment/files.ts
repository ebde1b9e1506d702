import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { fillMarkers } from './markers.ts';
import type { DeploymentRequest } from './request.ts';

/**
 * The files of all sources together, by path; of one path the last source's. Marks are filled, and AWS addresses beside them turned into local ones.
 * @throws BrokenStack
 */
export function readSources(
  stack: Pick<Stack, 'assetDirectory' | 'withLocalAddresses'>,
  request: DeploymentRequest,
): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  request.SourceObjectKeys.forEach((key, index) => {
    const directory = stack.assetDirectory(key);
    if (directory === undefined) {
      throw new BrokenStack(
        `unable to deploy ${key}; the assembly has no folder for it, and files are not unpacked here`,
      );
    }
    const markers = request.SourceMarkers[index] ?? {};
    const config = request.SourceMarkersConfig[index] ?? { jsonEscape: false, markerEncodings: {} };
    for (const path of pathsBelow(directory)) {
      const body = readFileSync(join(directory, path));
      const marked = Object.keys(markers).length > 0;
      files.set(
        path,
        marked ? Buffer.from(stack.withLocalAddresses(fillMarkers(body.toString(), markers, config))) : body,
      );
    }
  });
  return files;
}

/** Does the AWS CLI's `sync` see this path? All `--exclude` come before all `--include`, and the last one that fits decides. */
export function isChosen(path: string, { Exclude, Include }: Pick<DeploymentRequest, 'Exclude' | 'Include'>): boolean {
  return Include.some((pattern) => fits(path, pattern)) || !Exclude.some((pattern) => fits(path, pattern));
}

/** Python's `fnmatch`: `*` goes through slashes. */
function fits(path: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(path);
}

function pathsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
