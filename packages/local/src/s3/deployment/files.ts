import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { DeploymentRequest, MarkersConfig } from './request.ts';

/**
 * The files of all sources by path. A later source overrides an earlier one. In files of a source with markers, the markers are replaced by
 * their values, and AWS addresses by local ones.
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

/** CDK's marker for a value that is known at deployment. @throws BrokenStack */
function fillMarkers(text: string, markers: Readonly<Record<string, unknown>>, config: MarkersConfig): string {
  return Object.entries(markers).reduce((filled, [marker, value]) => {
    const encoding = config.markerEncodings[marker] ?? (config.jsonEscape ? 'UNQUOTED_JSON_VALUE' : 'LITERAL');
    return filled.replaceAll(marker, () => encode(value, encoding));
  }, text);
}

function encode(value: unknown, encoding: string): string {
  const json = JSON.stringify(value);
  if (encoding === 'LITERAL' && typeof value === 'string') return value;
  if (encoding === 'JSON_VALUE') return json;
  if (encoding === 'UNQUOTED_JSON_VALUE') return typeof value === 'string' ? json.slice(1, -1) : json;
  throw new BrokenStack(`unable to write ${json} into a deployed file; its encoding ${encoding} is not known locally`);
}

/** Whether the AWS CLI's `sync` includes the path. All `--exclude` come before all `--include`, and the last match wins. */
export function isIncluded(
  path: string,
  { Exclude, Include }: Pick<DeploymentRequest, 'Exclude' | 'Include'>,
): boolean {
  return Include.some((pattern) => matches(path, pattern)) || !Exclude.some((pattern) => matches(path, pattern));
}

/** Python's `fnmatch`: `*` also matches slashes. */
function matches(path: string, pattern: string): boolean {
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
