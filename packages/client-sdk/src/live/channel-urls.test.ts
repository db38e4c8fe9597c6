import { expect, it } from 'vitest'
import { createChannelUrls } from './channel-urls.ts'

it('looks on the API’s own host and port when no poll says otherwise', () => {
  const urls = createChannelUrls('https://my.app/live-poll')
  expect(urls.current()).toBe('wss://my.app/live-poll/channel')
  urls.failed()
  urls.found(null)
  expect(urls.current()).toBe('wss://my.app/live-poll/channel')
})

it('goes where a poll says first, and to the API’s own port when that fails', () => {
  const urls = createChannelUrls('http://my.app:3000/live-poll')
  urls.found('ws://my.app:3001/live-poll/channel')
  expect(urls.current()).toBe('ws://my.app:3001/live-poll/channel')
  urls.failed()
  expect(urls.current()).toBe('ws://my.app:3000/live-poll/channel')
  urls.found('ws://my.app:3001/live-poll/channel') // known already: the turn stays where it is
  expect(urls.current()).toBe('ws://my.app:3000/live-poll/channel')
  urls.failed()
  expect(urls.current()).toBe('ws://my.app:3001/live-poll/channel')
})

it('follows a channel that moved', () => {
  const urls = createChannelUrls('https://my.app/live-poll')
  urls.found('wss://one.my.app/channel')
  urls.failed()
  urls.found('wss://two.my.app/channel')
  expect(urls.current()).toBe('wss://two.my.app/channel')
})

it.each([
  ['http://localhost:3000/live-poll', 'ws://localhost:3001/live-poll/channel'],
  ['http://192.168.1.20:3000/live-poll', 'ws://192.168.1.20:3001/live-poll/channel'],
  ['https://my.app/live-poll', 'wss://my.app:3001/live-poll/channel'],
  ['http://[::1]:3000/live-poll', 'ws://[::1]:3001/live-poll/channel'],
])('finds another port of %s', (server, url) => {
  const urls = createChannelUrls(server)
  urls.found(':3001/live-poll/channel')
  expect(urls.current()).toBe(url)
  urls.failed()
  urls.found(':3001/live-poll/channel') // known already
  expect(urls.current()).toBe(`${server.replace('http', 'ws')}/channel`)
})
