import type { Signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { IconButton } from '../ui/button.tsx';
import { t } from '../words/words.ts';

const VoiceRecorder = lazy((chunk) => chunk.VoiceRecorder);

/**
 * Records a voice message, where the browser can.
 * @param props.isRecording it tells whether a recording would be lost with the page
 * @param props.onRecorded `send`: shall it be sent at once?
 */
export function VoiceButton(props: {
  readonly isRecording: Signal<boolean>;
  onRecorded(file: File, send: boolean): void;
  onClose(): void;
}) {
  const [isOpen, setOpen] = useState(false);
  if (!globalThis.MediaRecorder || !navigator.mediaDevices) return null;
  return (
    <>
      <IconButton icon="mic" label={t('Record a voice message')} onClick={() => setOpen(true)} />
      {isOpen && (
        <VoiceRecorder
          {...props}
          onClose={() => {
            setOpen(false);
            props.onClose();
          }}
        />
      )}
    </>
  );
}
