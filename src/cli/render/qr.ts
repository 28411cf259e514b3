// Renders the QR code as half blocks for a terminal, or as a PNG, with the qrcode package.
import { isatty } from 'node:tty';
import QRCode from 'qrcode';
import { write } from '../output.js';
import { clock } from './time.js';

const QUIET_ZONE = 2;

export const png = (payload: string): Promise<Uint8Array> => QRCode.toBuffer(payload, { scale: 8 });

/** White blocks on black, independent of the terminal's colours; without colour support it assumes a dark terminal. */
async function blocks(payload: string, coloured: boolean): Promise<string[]> {
  const text = await QRCode.toString(payload, {
    type: 'utf8',
    margin: QUIET_ZONE,
    color: { dark: '#ffffff', light: '#000000' },
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return coloured ? lines.map((line) => `\u001b[97;40m${line}\u001b[0m`) : lines;
}

/** A code that is redrawn in place, if the terminal is high enough. */
export class Picture {
  readonly #inPlace: boolean;
  #height = 0;

  constructor(inPlace: boolean) {
    this.#inPlace = inPlace;
  }

  async draw({ qr, number, expiresAt }: { qr: string; number: number; expiresAt: string }): Promise<void> {
    const colour = isatty(1) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    const lines = await blocks(qr, colour);
    const until = clock(expiresAt);
    lines.push(`Scan it with the phone: WhatsApp > Linked devices > Link a device.`);
    lines.push(`Code ${number}, until ${until}; the next one appears by itself.`);
    const { columns = 80 } = this.#inPlace ? process.stdout : {};
    const width = QRCode.create(qr, {}).modules.size + 2 * QUIET_ZONE;
    if (this.#inPlace && columns < width) {
      write(
        2,
        `wactl: the terminal has ${columns} columns and the code ${width}; try: wactl qr --png FILE\n`,
      );
    }
    this.#put(lines);
  }

  /** Replaces an expired code by a line, so that no one scans it. */
  over(line: string): void {
    this.#put([line]);
  }

  #put(lines: readonly string[]): void {
    const { rows = 24 } = this.#inPlace ? process.stdout : {};
    // Moves the cursor to the start of the last picture. One that has scrolled out of sight cannot be overwritten.
    const over =
      this.#inPlace && this.#height > 0 && this.#height < rows ? `\u001b[${this.#height}A\u001b[J` : '';
    write(1, `${over}${lines.join('\n')}\n`);
    this.#height = lines.length;
  }
}
