import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { instance, pageHeader } from './pages.ts'

/** Milliseconds until a server that does not answer counts as gone. It is on this machine. */
const patience = 2000

const addressFile = (directory: string) => join(directory, 'address')

/**
 * Says in a data folder where this process listens, for commands to work through it.
 * @returns what takes that back, unless another server has written its own there since
 */
export async function writeAddress(directory: string, url: string): Promise<() => Promise<void>> {
  const file = addressFile(directory)
  const text = `${url}\n${instance}\n`
  await mkdir(directory, { recursive: true })
  await writeFile(file, text)
  return async () => {
    if ((await readFile(file, 'utf8').catch(() => '')) === text) await rm(file, { force: true })
  }
}

/**
 * Where the `live-poll dev` of a data folder listens.
 * @returns undefined where none has said so, or it does not answer: it was killed, and another may have its port
 */
export async function findAddress(directory: string): Promise<string | undefined> {
  try {
    const [url = '', written] = (await readFile(addressFile(directory), 'utf8')).split('\n')
    const signal = AbortSignal.timeout(patience)
    const { headers } = await fetch(url, { method: 'HEAD', redirect: 'error', signal })
    return headers.get(pageHeader) === written ? url : undefined
  } catch {
    return undefined
  }
}
