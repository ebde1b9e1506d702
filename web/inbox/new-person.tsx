import { useMessenger } from '../chat/use-messenger.ts';
import { PickPeople } from '../people/pick-people.tsx';
import { go } from '../route.ts';

export function NewPerson({ onDone }: { onDone(): void }) {
  const { me } = useMessenger();
  return (
    <PickPeople
      label="Who do you want to write to?"
      onPick={({ username }) => {
        onDone();
        go({ at: 'conversation', name: [me, username].sort().join('_') });
      }}
    />
  );
}
