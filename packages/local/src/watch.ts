import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { AppContext } from './parse-context.ts';
import type { LocalRuntime } from './start.ts';
import { projectSources, synthesize } from './synthesize.ts';

/** Editors write a file in several steps, so changes within this time count as one. */
const debounceMs = 100;

/**
 * Synthesizes and reloads whenever a file is saved that `cdk watch` would watch. When that fails, the log says why, and the stack stays
 * as it was.
 */
export function watchProject(options: {
  projectDirectory: string;
  dataDirectory: string;
  /** Replaces values of `cdk.json` in every synthesis. */
  context?: AppContext;
  runtime: Pick<LocalRuntime, 'reload'>;
  log: (line: string) => void;
}): { stop(): Promise<void> } {
  const { projectDirectory, dataDirectory, context = {}, runtime, log } = options;
  const assemblyDirectory = join(dataDirectory, 'cdk.out');
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  let saved = '';

  const reload = async () => {
    const began = performance.now();
    log(`${saved} was saved: synthesizing …`);
    try {
      await synthesize({ projectDirectory, assemblyDirectory, context, signal: ending.signal });
      await runtime.reload(assemblyDirectory);
      log(`Reloaded after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!ending.signal.aborted) log(`Not reloaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const { folders, excludes } = projectSources(projectDirectory, dataDirectory);
  const watchFolder = (folder: string, recursive: boolean): FSWatcher =>
    watch(join(projectDirectory, folder), { recursive }, (_event, file) => {
      const path = join(folder, file ?? '');
      if (excludes(path)) return;
      saved = path;
      clearTimeout(timer);
      timer = setTimeout(() => {
        work = work.then(reload);
      }, debounceMs);
    });

  const inProject = readdirSync(projectDirectory, { withFileTypes: true });
  const subfolders = inProject.filter((entry) => entry.isDirectory() && !excludes(entry.name)).map(({ name }) => name);
  const watchers = folders
    // Watching the whole project recursively would include `node_modules`.
    .flatMap((folder) => (folder === '.' ? subfolders : folder))
    .filter((folder) => existsSync(join(projectDirectory, folder)))
    .map((folder) => watchFolder(folder, true));
  if (folders.includes('.')) watchers.push(watchFolder('.', false));
  log(`Watching ${folders.join(', ')}`);
  return {
    async stop() {
      clearTimeout(timer);
      ending.abort();
      for (const watcher of watchers) watcher.close();
      await work;
    },
  };
}
