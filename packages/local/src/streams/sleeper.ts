/** Waits that a wake-up or the end cuts short. */
export interface Sleeper {
  /** Resolves after so many milliseconds (or never, when infinite), or at the next `wake`. A wake that came before is not lost. */
  sleep(milliseconds: number): Promise<void>;
  wake(): void;
}

export function createSleeper(): Sleeper {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    sleep(milliseconds) {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = Number.isFinite(milliseconds) ? setTimeout(() => end?.(), milliseconds) : undefined;
        end = () => {
          clearTimeout(timer);
          end = undefined;
          woken = false;
          resolve();
        };
      });
    },
    wake() {
      woken = true;
      end?.();
    },
  };
}
