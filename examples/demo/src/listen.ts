import { once } from 'node:events'
import type { Server } from 'node:http'
import { SettingError } from './settings.ts'

/** Listens on every address of this machine. @returns the port @throws SettingError when it is taken, or not allowed */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new SettingError(`PORT ${port} is in use. Choose another: PORT=3100 npm start`)
    if (code === 'EACCES') throw new SettingError(`PORT ${port} is not allowed to this user. Choose one above 1023.`)
    throw error
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
