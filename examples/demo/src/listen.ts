import { once } from 'node:events'
import type { Server } from 'node:http'
import { EnvError } from '@live-poll/server-sdk/from-env'

/** @returns the port @throws EnvError when it is taken, or not allowed */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string | undefined },
): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new EnvError('PORT', `${port} is in use. Choose another: PORT=3100 npm start`)
    if (code === 'EACCES') throw new EnvError('PORT', `${port} is not allowed to this user. Choose one above 1023.`)
    throw error
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
