export function EmptyInbox({ onBegin }: { onBegin(): void }) {
  return (
    <div class="empty">
      <p>Nobody has written yet.</p>
      <p class="quiet">Find somebody by name, make a group, or join a room.</p>
      <button type="button" class="button" data-kind="main" onClick={onBegin}>
        Start a chat
      </button>
    </div>
  );
}
