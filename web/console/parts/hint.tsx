// The command that helps, to copy.
export function Hint({ command }: { readonly command: string | null }) {
  if (command === null || command === '') return null;
  return (
    <p class="hint">
      On the machine: <code>{command}</code>
    </p>
  );
}
