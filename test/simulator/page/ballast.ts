/** Adds the weight of the real page: some megabytes of models, and a list of chats with pictures. */

const ROWS = 200;
const SIDE = 49;
/** The approximate size of one of the models below in V8. */
const MODEL_BYTES = 1_024;

// Kept as long as the document lives; nothing reads it.
const held: unknown[] = [];

export function takeBallast(megabytes: number): void {
  if (megabytes === 0) return;
  const body = 'm'.repeat(700);
  // Parsed, because V8 would store a repeated or joined string as a reference to its parts.
  for (let n = 0; n < (megabytes * 1_048_576) / MODEL_BYTES; n += 1)
    held.push(JSON.parse(`{"id":"ballast-model-${n}","t":${n},"ack":1,"type":"chat","body":"${n} ${body}"}`));
  const list = document.createElement('ol');
  for (let n = 0; n < ROWS; n += 1) list.append(row(n));
  document.body.append(list);
}

function row(n: number): HTMLElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext('2d');
  if (pen) {
    const hue = pen.createLinearGradient(0, 0, SIDE, SIDE);
    hue.addColorStop(0, `hsl(${n * 7} 60% 40%)`);
    hue.addColorStop(1, `hsl(${n * 13} 60% 80%)`);
    pen.fillStyle = hue;
    pen.arc(SIDE / 2, SIDE / 2, SIDE / 2, 0, 7);
    pen.fill();
  }
  const picture = document.createElement('img');
  picture.src = canvas.toDataURL();
  const item = document.createElement('li');
  item.append(picture, `chat ${n}`);
  return item;
}
