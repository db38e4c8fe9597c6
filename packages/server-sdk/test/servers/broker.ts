import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OwnServer, type ServerPrograms, startOwnServer } from './own-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** See `Broker.url`; null where Postgres is not installed. */
    postgresBroker: string | null
    /** See `Broker.url`; null where MariaDB is not installed. */
    mariadbBroker: string | null
  }
}

/** The server that all test files of a run share. */
export interface ServerForTests {
  /** For creating databases. */
  readonly adminUrl: string
  /** A database with the schema and nothing else in it, to be copied. */
  readonly template: string
}

export interface Broker {
  /** Answers with a `ServerForTests`, once the server runs. */
  readonly url: string
  /** Ends the server, if anyone has asked for it. */
  close(): Promise<void>
}

/** Starts a server when the first test file asks for it, with `makeTemplate` done. */
export async function openBroker(
  programs: ServerPrograms,
  makeTemplate: (port: number) => Promise<ServerForTests>,
): Promise<Broker> {
  let starting: Promise<{ server: OwnServer; answer: ServerForTests }> | undefined

  async function start() {
    const server = await startOwnServer(programs)
    try {
      return { server, answer: await makeTemplate(server.port) }
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  const http = createServer(async (_, response) => {
    response.setHeader('connection', 'close') // a connection kept for the next file may end just as that file asks
    try {
      starting ??= start()
      response.end(JSON.stringify((await starting).answer))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      http.close()
      http.closeAllConnections()
      const started = await starting?.catch(() => undefined) // whoever asked has been told
      await started?.server.stop()
    },
  }
}

/**
 * Asks a broker for the server.
 * @param url null where the server is not installed
 * @throws Error that says what to install, or why the server did not start
 */
export async function askBroker(url: string | null, name: string, debianPackage: string): Promise<ServerForTests> {
  if (url === null) throw new Error(`These tests need ${name}: apt-get install ${debianPackage}`)
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json() as Promise<ServerForTests>
}
