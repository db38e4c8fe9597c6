/** What is used of an `EventEmitter`. */
export interface SocketIoEmitter {
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
}

/** What is used of an Engine.IO connection. Sockets of other namespaces may share it. */
export interface SocketIoConnection extends SocketIoEmitter {
  /** Long polling, a WebSocket, WebTransport: it may change once, to a better one. */
  readonly transport: SocketIoEmitter
  close(discard?: boolean): unknown
}

/** What Engine.IO keeps for itself: nothing else says how much waits. */
interface Backlog {
  /** Packets that the transport has not been given, since it is still writing. */
  readonly writeBuffer?: readonly { readonly data?: string | Uint8Array }[]
  readonly transport: { writable: boolean; readonly socket?: { readonly bufferedAmount?: number } }
}

/** Bytes written to a connection, and not yet taken by the network. */
export function waitingFor(connection: SocketIoConnection): number {
  const { writeBuffer = [], transport } = connection as unknown as Backlog
  const inSocket = transport.socket?.bufferedAmount
  if (inSocket === 0) return 0 // what is kept is only kept for the next turn
  let bytes = inSocket ?? 0
  for (const { data } of writeBuffer) if (data !== undefined) bytes += Buffer.byteLength(data)
  return bytes
}

/**
 * Lets what is written next through to the network, in this turn. Engine.IO keeps all that is written in one turn after its
 * first packet, without end: that there is no room for it would be seen too late. To be called where nothing waits.
 */
export function letThrough(connection: SocketIoConnection): void {
  const { transport } = connection as unknown as Backlog
  if (transport.socket?.bufferedAmount === 0) transport.writable = true // as it will be said in the next turn
}

/**
 * Calls `listener` whenever the network has taken what a connection's transport was given, whichever that is.
 * @returns stop
 */
export function onTaken(connection: SocketIoConnection, listener: () => void): () => void {
  let { transport } = connection
  function follow(upgraded: SocketIoEmitter) {
    transport.off('drain', listener)
    transport = upgraded
    transport.on('drain', listener)
  }
  transport.on('drain', listener)
  connection.on('upgrade', follow)
  return () => {
    transport.off('drain', listener)
    connection.off('upgrade', follow)
  }
}
