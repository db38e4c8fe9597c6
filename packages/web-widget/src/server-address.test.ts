import { describe, expect, test } from 'vitest'
import { resolveServer, serverOf } from './server-address.ts'

describe('where the server is', () => {
  test.each([
    ['https://my.app/live-poll/widget.js', 'https://my.app/live-poll/'],
    ['https://my.app/live-poll/widget.js?v=2#x', 'https://my.app/live-poll/'],
    ['http://192.168.0.7:3000/polls/widget.js', 'http://192.168.0.7:3000/polls/'],
    ['https://my.app/widget.js', 'https://my.app/'],
    ['file:///tmp/widget.js', '/live-poll'],
    ['blob:https://my.app/4e1f', '/live-poll'],
    ['data:text/javascript,0', '/live-poll'],
  ])('by the script %s it is %s', (script, server) => {
    expect(serverOf(script)).toBe(server)
  })

  test.each([
    ['/live-poll', 'https://page.example/live-poll'],
    ['live-poll/', 'https://page.example/a/live-poll'],
    ['https://my.app/live-poll/', 'https://my.app/live-poll'],
    ['//my.app/live-poll', 'https://my.app/live-poll'],
  ])('%s on a page is %s', (server, address) => {
    expect(resolveServer(server, 'https://page.example/a/b')).toBe(address)
  })
})
