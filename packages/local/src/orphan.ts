import { hasCode } from './text.ts';

/** A process as this one sees its parent. */
export interface ParentView {
  /** The id of the parent. On Windows it stays the same when that has ended. */
  readonly ppid: number;
  /** @returns false when there is no such process */
  isAlive(pid: number): boolean;
}

/** How often it looks, in milliseconds. */
const interval = 500;

/**
 * Calls `end` once when the process that started this one has ended: npm and its shell pass no SIGTERM on to what they started, which would
 * go on and keep the port. An orphan gets another parent on Linux and macOS, and none on Windows, where its parent's id is of no process.
 */
export function whenOrphaned(end: () => void, view: ParentView = thisProcess): void {
  const parent = view.ppid;
  const timer = setInterval(() => {
    if (view.ppid === parent && view.isAlive(parent)) return;
    clearInterval(timer);
    end();
  }, interval);
  timer.unref();
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists, and belongs to another user.
    return hasCode(error, 'EPERM');
  }
}

const thisProcess: ParentView = {
  get ppid() {
    return process.ppid;
  },
  isAlive,
};
