/** What a service worker has, as far as this one uses it: the types of a page, which the others need, do not know it. */
export interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Events {
  readonly install: ExtendableEvent;
  readonly activate: ExtendableEvent;
  readonly fetch: ExtendableEvent & {
    readonly request: Request;
    respondWith(answer: Promise<Response>): void;
  };
  readonly push: ExtendableEvent & { readonly data: { json(): unknown } | null };
  readonly message: ExtendableEvent & { readonly data: unknown };
  readonly notificationclick: ExtendableEvent & { readonly notification: Notification };
}

export interface Page {
  readonly visibilityState: DocumentVisibilityState;
  postMessage(message: unknown, transfer: Transferable[]): void;
  focus(): Promise<unknown>;
}

export interface WorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): void;
}
