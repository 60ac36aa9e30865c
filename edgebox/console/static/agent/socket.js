// The socket: opened again after 0.5 to 10 s, at random, so that 300 screens do not come at once.

const SILENCE = 25_000; // the box beats every 10 s
const FIRST = 500;
const LONGEST = 10_000;

/** Returns the milliseconds before try number `tries` (from 0); `random` is in [0, 1). */
export function pause(tries, random) {
  return FIRST + random * (Math.min(LONGEST, FIRST * 4 * 2 ** tries) - FIRST);
}

/**
 * Keeps a socket open. `tell` gets the box's messages and `{type: "ui.link", status, code, retry}`,
 * where `retry` is the time of the next try in milliseconds. `known` says whether the session is
 * still one, asked when the box refused the handshake: a browser does not tell why it did.
 */
export function connect(url, { tell, screen, known, random = Math.random }) {
  let socket = null;
  let tries = 0;
  let timer = 0;
  let silence = 0;

  function open() {
    clearTimeout(timer);
    socket?.close(); // one that still opens would be another screen of this person
    const mine = new WebSocket(url, "edgebox.v1");
    let opened = false;
    socket = mine;
    tell({ type: "ui.link", status: "connecting" });
    listen();
    mine.onopen = () => {
      opened = true;
      mine.send(JSON.stringify({ type: "hello", screen }));
    };
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      listen();
      const message = JSON.parse(data);
      if (message.type === "welcome") {
        tries = 0;
        tell({ type: "ui.link", status: "open" });
      }
      tell(message);
    };
    mine.onclose = async ({ code }) => {
      if (socket !== mine) return;
      clearTimeout(silence);
      socket = null;
      if (code === 4401 || (!opened && !(await known()))) lose("expired", code);
      else if (code === 4403 || code === 4409) lose("refused", code);
      else again(code);
    };
  }

  function lose(status, code) {
    tell({ type: "ui.link", status, code });
  }

  function again(code) {
    if (socket) return;
    const wait = pause(tries, random());
    tries += 1;
    tell({ type: "ui.link", status: "lost", code, retry: Date.now() + wait });
    clearTimeout(timer);
    timer = setTimeout(open, wait);
  }

  // A connection that the network dropped without a word stays "open" for minutes.
  function listen() {
    clearTimeout(silence);
    silence = setTimeout(drop, SILENCE);
  }

  function drop() {
    const old = socket;
    socket = null;
    clearTimeout(silence);
    old?.close();
    again(1006);
  }

  globalThis.addEventListener("offline", () => socket && drop());
  globalThis.addEventListener("online", () => {
    if (!socket && timer) open();
  });
  open();
  return {
    retry: open,
    /** Sends a message. Returns whether there was an open socket. */
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
