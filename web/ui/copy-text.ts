import { showToast } from './toast.tsx';

export function copyText(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => showToast('Copied.'),
    () => showToast('Unable to copy; the browser does not allow it.'),
  );
}
