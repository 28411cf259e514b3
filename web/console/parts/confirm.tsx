// A button that asks before it acts. The dialog is the browser's own: it holds the focus, and Escape closes it.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface Props {
  /** On the button, and on the one that confirms. */
  readonly label: string;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}

export function Confirm({ label, title, children, busy, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = () => dialog.current?.close();
  return (
    <>
      <button type="button" class="danger" disabled={busy} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={heading}>
        <h2 id={heading}>{title}</h2>
        {children}
        {/* The harmless one is first: the dialog opens with the focus on it. */}
        <div class="row">
          <button type="button" class="quiet" onClick={close}>
            Cancel
          </button>
          <button
            type="button"
            class="danger"
            onClick={() => {
              close();
              onConfirm();
            }}
          >
            {label}
          </button>
        </div>
      </dialog>
    </>
  );
}
