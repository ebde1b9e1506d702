import { existsSync, type FSWatcher, watch } from 'node:fs';
import { join, sep } from 'node:path';
import type { LocalRuntime } from './start.ts';
import { synthesize, unwatchedFolders, watchedFolders } from './synthesize.ts';

/** Editors write a file in several steps; what is saved within so many milliseconds is one change. */
const quiet = 100;

/**
 * Synthesizes again and reloads whenever a file is saved in the folders that `cdk.json` names under `watch.include`. What fails is told,
 * and the stack before it goes on.
 */
export function watchProject(options: {
  projectDirectory: string;
  dataDirectory: string;
  runtime: Pick<LocalRuntime, 'reload'>;
  log: (line: string) => void;
}): { stop(): Promise<void> } {
  const { projectDirectory, runtime, log } = options;
  const assemblyDirectory = join(options.dataDirectory, 'cdk.out');
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  let saved = '';

  const reload = async () => {
    const began = performance.now();
    log(`${saved} was saved: synthesizing …`);
    try {
      await synthesize({ projectDirectory, assemblyDirectory, signal: ending.signal });
      await runtime.reload(assemblyDirectory);
      log(`Reloaded after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!ending.signal.aborted) log(`Not reloaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const unwatched = unwatchedFolders(projectDirectory);
  const changed = (folder: string, file: string | null) => {
    const path = join(folder, file ?? '');
    if (unwatched.some((each) => path === each || path.startsWith(each + sep))) return;
    saved = path;
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(reload);
    }, quiet);
  };

  const folders = watchedFolders(projectDirectory);
  const watchers: FSWatcher[] = folders
    .filter((folder) => existsSync(join(projectDirectory, folder)))
    .map((folder) =>
      watch(join(projectDirectory, folder), { recursive: true }, (_event, file) => changed(folder, file)),
    );
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
