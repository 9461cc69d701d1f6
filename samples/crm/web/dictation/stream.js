const frames_waiting_max = 300; // half a minute of sound, kept while the server cannot be reached
const retry_ms = [250, 500, 1000, 2000, 4000];
const end_wait_ms = 5000;

/**
 * Sound to the server, words back. It lives through a lost connection: it connects again by itself, and sends what was
 * said meanwhile. `on` has `state(available, reason)`, `interim(text)`, `final(text)` and `end()`, which comes once.
 *
 *     const stream = openStream({language: 'en', csrf, rate: 16000, on});
 *     stream.send(samples);
 *     stream.stop();          // `end` follows when the last words are there
 */
export function openStream({language, csrf, rate, on}) {
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/dictation/stream?` +
    new URLSearchParams({language, csrf});
  let socket;
  let waiting = [];
  let attempt = 0;
  let stopping = false;
  let ended = false;
  let timer = null;

  const end = () => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close();
    on.end();
  };

  const handle = {
    state: ({available, reason}) => on.state(available, reason),
    interim: ({text}) => on.interim(text),
    final: ({text}) => on.final(text),
    end,
  };

  const connect = () => {
    socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      socket.send(JSON.stringify({type: 'start', rate}));
      for (const frame of waiting) socket.send(frame);
      waiting = [];
    };
    socket.onmessage = ({data}) => {
      attempt = 0;
      const message = JSON.parse(data);
      handle[message.type]?.(message);
    };
    socket.onclose = () => {
      if (ended) return;
      if (stopping) {
        end();
        return;
      }
      on.state(false, 'connection');
      timer = setTimeout(connect, retry_ms[Math.min(attempt++, retry_ms.length - 1)]);
    };
  };
  connect();

  return {
    send(samples) {
      if (ended || stopping) return;
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(samples);
      } else {
        waiting.push(samples);
        if (waiting.length > frames_waiting_max) waiting.shift();
      }
    },
    stop() {
      if (ended || stopping) return;
      stopping = true;
      if (socket.readyState !== WebSocket.OPEN) {
        end();
        return;
      }
      socket.send(JSON.stringify({type: 'stop'}));
      clearTimeout(timer);
      timer = setTimeout(end, end_wait_ms);
    },
  };
}
