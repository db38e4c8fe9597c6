import type { WebSocketServerName } from '../listeners.ts'
import { handshake } from './raw-frames.ts'
import type { Cases } from './world.ts'

/** A way to ask for the channel, and the statuses it is answered with; 0: the server hangs up. */
export interface HostileHandshake {
  readonly send: string
  readonly status: number | Readonly<Record<WebSocketServerName, number>>
}

const good = handshake()

/** uWebSockets.js looks at the path and the key alone; what it lets in must speak the protocol as well as anyone. */
const uws = (ws: number, other: number) => ({ ws, 'uWebSockets.js': other })

export const handshakeCases: Cases<HostileHandshake> = {
  'a page of a foreign origin': { send: handshake(['origin: https://evil.example']), status: 403 },
  'a page of no origin, as it says': { send: handshake(['origin: null']), status: 403 },
  'a page of an origin that only begins as ours': { send: handshake(['origin: http://x.evil.example']), status: 403 },
  'a page of an origin and a path': { send: handshake(['origin: http://x/../evil']), status: 403 },
  'a path of the folder above': { send: good.replace('/channel', '/x/../channel'), status: 404 },
  'a path of another channel': { send: good.replace('/channel', '/channel/__proto__'), status: 404 },
  'headers of 20 KB': { send: handshake([`x-a: ${'b'.repeat(20_000)}`]), status: uws(431, 101) },
  'no key': { send: good.replace(/sec-websocket-key.*\r\n/, ''), status: uws(400, 404) },
  'a key too short': { send: good.replace(/sec-websocket-key: .*/, 'sec-websocket-key: x'), status: uws(400, 404) },
  'a version to come': { send: good.replace('version: 13', 'version: 99'), status: uws(400, 101) },
  'another method': { send: good.replace('GET', 'POST'), status: uws(405, 404) },
  'another protocol': { send: good.replace('websocket', 'h2c'), status: uws(400, 101) },
  'another protocol for another path': {
    send: good.replace('websocket', 'h2c').replace('channel', 'voters'),
    status: 404,
  },
  'no HTTP': { send: '\x16\x03\x01\0\0\r\n\r\n', status: uws(400, 505) },
}
