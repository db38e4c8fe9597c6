import { afterAll, beforeAll, describe } from 'vitest'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { describeBehindProxies, proxiedOptions } from './behind-proxies.suite.ts'
import { describeHttpAnswers } from './http-answers.suite.ts'
import { httpHosts } from './http-hosts.ts'
import { describeHttpOrigins, namedOrigin } from './http-origins.suite.ts'
import { describeMalformedRequests } from './malformed-requests.suite.ts'
import { describeOrganizerAnswers } from './organizer-answers.suite.ts'

const hostsSession = {
  identify: ({ headers }: { headers: Headers }) => headers.get('cookie') === 'session=editor' && { id: 'ed' },
  authorize: ({ user }: { user?: { id: string } }) => user?.id === 'ed',
}

let plain: RunningLivePoll
let named: RunningLivePoll
let open: RunningLivePoll
let proxied: RunningLivePoll
beforeAll(async () => {
  plain = await startLivePoll()
  const { directory } = plain
  named = await startLivePoll({ directory, origins: [namedOrigin], ...hostsSession })
  open = await startLivePoll({ directory, origins: '*', ...hostsSession })
  proxied = await startLivePoll({ directory, ...proxiedOptions })
})
afterAll(async () => {
  await proxied.stop()
  await named.stop()
  await open.stop()
  await plain.stop()
})

for (const [index, [name, host]] of Object.entries(httpHosts).entries()) {
  describe('Every route answers', () => describeHttpAnswers(name, host, () => plain))
  describe('Every route of organizers answers', () => describeOrganizerAnswers(name, host, () => plain))
  describe('Every route refuses', () => describeMalformedRequests(name, host, () => plain))
  describe('Behind a proxy', () => describeBehindProxies(name, host, index, () => proxied))
  describe('Origins and cookies', () => describeHttpOrigins(name, host, () => ({ named, open })))
}
