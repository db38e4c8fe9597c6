import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { byTurns } from '../at-length.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { webSocketServers } from '../listeners.ts'
import { invitationCases, ownerCases } from './access-cases.ts'
import { framingCases, type HostileBytes, slowCases } from './byte-cases.ts'
import { frameCases, type HostileFrames, messageCases } from './channel-cases.ts'
import { type HostileHandshake, handshakeCases } from './handshake-cases.ts'
import { shapeCases, textCases, timeCases } from './poll-cases.ts'
import { frame, openFrameSocket } from './raw-frames.ts'
import { connectTo, readAnswers, write } from './raw-http.ts'
import { bodyCases, credentialCases, type HostileRequest, idCases, voteCases } from './request-cases.ts'
import { type HostileProcess, hostNames, startHostileProcess } from './start-hostile-process.ts'
import { eraseCases, voidCases } from './void-cases.ts'
import { createChannelWitness, createHttpWitness, type Witness } from './witness.ts'
import { type Case, type Cases, caseIn, makeWorld, type Stage, setStage, type World } from './world.ts'

/** How often each case of a group comes again before its memory is looked at. */
const rounds = 2
/** Bytes of objects and buffers that the server may hold more of, once it has dealt with these rounds. */
const mostGrowth = 1024 * 1024

let server: HostileProcess
let call: HttpClient
let stage: Stage
let cases = 0

beforeAll(async () => {
  server = await startHostileProcess()
  call = createHttpClient(server.origins.node)
  stage = await setStage(call)
})
afterAll(async () => {
  console.log(`${cases} hostile cases`)
  await server.stop()
})

/** Where all cases come at once, one witness cannot tell whose doing it is. */
const nobody: Witness = { vote: async () => {}, stop: async () => {} }

/**
 * Runs every case: it is answered as it should be, and the next good vote is counted. Then all of them at once, again
 * and again, and the server holds no more than before.
 */
function describeCases<T extends object>(
  group: string,
  table: Cases<T>,
  attack: (given: T, world: World, witness: Witness) => Promise<void>,
  witness: () => Witness,
) {
  describe(group, () => {
    const run = (given: Case<T>, beside: Witness) => {
      const world = makeWorld(stage)
      return attack(caseIn(world, given), world, beside)
    }
    for (const [name, given] of Object.entries(table)) {
      it(name, async () => {
        cases++
        await run(given, witness())
        await witness().vote()
      })
    }

    it(`holds no memory, and no connection, after ${rounds} times all of it at once`, async () => {
      const before = await server.measure()
      for (let round = 0; round < rounds; round++) {
        await Promise.all(Object.values(table).map((given) => run(given, nobody)))
      }
      const after = await vi.waitFor(
        async () => {
          const held = await server.measure()
          expect(held.connections).toBeLessThanOrEqual(before.connections)
          expect(held.heap - before.heap).toBeLessThan(mostGrowth)
          return held
        },
        { timeout: 60_000, interval: 200 }, // a socket that does not close is cut off after 30 s
      )
      const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`
      const { heap, resident, faults } = after
      console.log(`${group}: ${kilobytes(heap - before.heap)}, process ${kilobytes(resident - before.resident)}`)
      expect(faults).toEqual([])
      await witness().vote()
    }, 120_000)
  })
}

for (const host of byTurns('hosts that are attacked', hostNames, 1)) {
  let witness: Witness
  describe(`HTTP on ${host}`, () => {
    let callHost: HttpClient
    beforeAll(async () => {
      callHost = createHttpClient(server.origins[host])
      witness = await createHttpWitness(callHost)
    })

    async function request({ method, path, code, at, shows, conceals = [], ...options }: HostileRequest) {
      const answer = await callHost(method, path, options)
      if (typeof code === 'number') expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: code })
      else expectError(answer, code)
      if (at !== undefined) expect(answer.body.error.issues?.map((issue) => issue.path)).toContain(at)
      if (shows) expect(answer.body).toMatchObject(shows)
      for (const text of conceals) expect(JSON.stringify(answer.body)).not.toContain(text)
    }

    async function sendBytes({ send, pace, statuses, codes, heldBy }: HostileBytes, _: World, good: Witness) {
      const sockets = await Promise.all(Array.from({ length: heldBy ?? 1 }, () => connectTo(server.origins[host])))
      const [socket] = sockets
      if (heldBy === undefined && socket) {
        const reading = readAnswers(socket)
        await write(socket, send, pace)
        const answers = await reading
        expect(answers.statuses).toEqual(statuses)
        if (codes) expect(answers.codes).toEqual(codes)
        return
      }
      await Promise.all(sockets.map((held) => write(held, send)))
      await good.vote()
      for (const held of sockets) held.destroy()
    }

    const theWitness = () => witness
    describeCases('shapes of JSON', shapeCases, request, theWitness)
    describeCases('ids, cursors and paths', idCases, request, theWitness)
    describeCases('votes', voteCases, request, theWitness)
    describeCases('credentials', credentialCases, request, theWitness)
    describeCases('bodies', bodyCases, request, theWitness)
    // uWebSockets.js reads HTTP in a way of its own, and none that comes byte by byte; Hono's server reads names of hosts.
    if (host !== 'uWebSockets.js') describeCases('slowness', slowCases, sendBytes, theWitness)
    if (host === 'node' || host === 'express') describeCases('framing', framingCases, sendBytes, theWitness)
    if (host !== 'node') return // what fields mean is the same for every host
    describeCases('texts of polls', textCases, request, theWitness)
    describeCases('times', timeCases, request, theWitness)
    describeCases('polls of others', ownerCases, request, theWitness)
    describeCases('invitations', invitationCases, request, theWitness)
    describeCases('voids', voidCases, request, theWitness)
    describeCases('erasures', eraseCases, request, theWitness)
  })
}

for (const name of webSocketServers) {
  let witness: Witness
  describe(`The channel on ${name}`, () => {
    let url: string
    beforeAll(async () => {
      url = server.channelUrls[name]
      witness = await createChannelWitness(call, url)
    })
    afterAll(() => witness.stop())

    async function shakeHands({ send, status }: HostileHandshake) {
      const socket = await connectTo(url.replace('ws', 'http'))
      const reading = readAnswers(socket)
      socket.end(send)
      const expected = typeof status === 'number' ? status : status[name]
      expect((await reading).statuses).toEqual(expected === 0 ? [] : [expected])
    }

    async function sendFrames(given: HostileFrames, { voter, relayTicket }: World, good: Witness) {
      const { as = 'voter', send, pace, outcome, isHeld } = given
      const socket = await openFrameSocket(url)
      const credentials = {
        nobody: undefined,
        visitor: {},
        voter: { token: voter.token },
        relay: { ticket: relayTicket },
      }
      if (as !== 'nobody') {
        await socket.send([frame({ payload: JSON.stringify({ type: 'hello', ...credentials[as] }) })])
        await socket.until('welcome')
      }
      await socket.send(
        send.map((part) => (typeof part === 'string' ? frame({ payload: part }) : part)),
        pace,
      )
      if (isHeld) await good.vote()
      const expected = typeof outcome === 'object' ? outcome[name] : outcome
      if (expected !== undefined) await socket.until(expected)
      expect(socket.outcomes).not.toContain('INTERNAL')
      socket.destroy()
    }

    const theWitness = () => witness
    describeCases('handshakes', handshakeCases, shakeHands, theWitness)
    describeCases('messages', messageCases, sendFrames, theWitness)
    describeCases('frames', frameCases, sendFrames, theWitness)
  })
}
