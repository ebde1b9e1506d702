/** A timer whose wait `wake` ends early. */
export interface WakeableTimer {
  /** Resolves after `milliseconds` (never if infinite) or at the next `wake`. A `wake` before the call ends it at once. */
  sleep(milliseconds: number): Promise<void>;
  wake(): void;
}

export function createWakeableTimer(): WakeableTimer {
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
