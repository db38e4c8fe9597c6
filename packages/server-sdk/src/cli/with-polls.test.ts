import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { withPolls } from './with-polls.ts'

it('reads what the environment says without the spaces around it', async () => {
  const keys: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    keys.push(headers.authorization)
    response.end('{"id":"p_1"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { LIVE_POLL_URL: ` ${url} `, LIVE_POLL_ADMIN_KEY: 'lpa_key ' }
  expect(await withPolls({}, env, (polls) => polls.get('p_1'))).toMatchObject({ id: 'p_1' })
  await withPolls({}, { ...env, LIVE_POLL_ADMIN_KEY: ' ' }, (polls) => polls.get('p_1'))
  expect(keys).toEqual(['Bearer lpa_key', undefined])
})
