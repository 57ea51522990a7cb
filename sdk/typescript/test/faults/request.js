// Reads HTTP requests from a socket, one after another, and discards their bodies.

/** @param {import('node:net').Socket} socket */
export async function* readRequest(socket) {
  let buffer = Buffer.alloc(0);
  let wake = null;
  let isOver = false;
  socket.on('data', (bytes) => {
    buffer = Buffer.concat([buffer, bytes]);
    wake?.();
  });
  socket.on('close', () => {
    isOver = true;
    wake?.();
  });
  const more = () => new Promise((resolve) => {
    wake = resolve;
  });
  for (;;) {
    let end;
    while ((end = buffer.indexOf('\r\n\r\n')) < 0 && !isOver) {
      await more();
    }

    if (end < 0) {
      return;
    }

    // Decode header bytes as UTF-8, because ids are sent as UTF-8.
    const [first, ...lines] = buffer.subarray(0, end).toString('utf8').split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    const total = end + 4 + Number(headers['content-length'] ?? 0);
    while (buffer.length < total && !isOver) {
      await more();
    }

    const body = buffer.subarray(end + 4, total).toString('utf8');
    buffer = buffer.subarray(total);
    const [method, target] = first.split(' ');
    yield { method, url: new URL(target, 'http://player'), headers, body };
  }
}
