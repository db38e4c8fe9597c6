import { afterEach, expect, it, vi } from 'vitest'
import { channelUrlOf, serverUrl } from './server-url.ts'

afterEach(() => void vi.unstubAllGlobals())

it('is /live-poll on the page’s origin unless told', () => {
  vi.stubGlobal('location', { href: 'http://192.168.1.20:3000/deep/page?x=1#y' })
  expect(serverUrl()).toBe('http://192.168.1.20:3000/live-poll')
  expect(serverUrl('polls/')).toBe('http://192.168.1.20:3000/deep/polls')
  expect(serverUrl('https://polls.example/base//')).toBe('https://polls.example/base')
})

it('must be absolute where there is no page', () => {
  expect(() => serverUrl()).toThrow(TypeError)
  expect(serverUrl('http://localhost:3000/live-poll')).toBe('http://localhost:3000/live-poll')
})

it('keeps the channel on the API’s scheme, host and port', () => {
  expect(channelUrlOf('http://localhost:3000/live-poll')).toBe('ws://localhost:3000/live-poll/channel')
  expect(channelUrlOf('https://http.example/live-poll')).toBe('wss://http.example/live-poll/channel')
})
