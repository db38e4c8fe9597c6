import { connect } from 'node:net'
import { type CpuTimes, differenceOf, type Parts, readCpuTimes } from '../measure/cpu.ts'

export interface GetPlan {
  readonly port: number
  readonly path: string
  /** Each sends its next request when it has the whole answer to the one before, on one connection. */
  readonly connections: number
  readonly warmUp: number
  readonly seconds: number
  readonly parts: Parts
}

export interface GetReport {
  readonly seconds: number
  /** Answered while it was measured. */
  readonly answers: number
  /** Of one answer, with its headers, in bytes. */
  readonly size: number
  readonly cpu: CpuTimes
}

/** Asks for one thing again and again. @throws Error for an answer that is not 200, or of another length than the first */
export async function getOften({ port, path, connections, warmUp, seconds, parts }: GetPlan): Promise<GetReport> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: image/webp,*/*\r\n\r\n`)
  let answers = 0
  let size = 0
  let isOver = false

  function ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true)
      let due = 0 // bytes of the answer that are still to come
      const fail = (reason: string) => {
        socket.destroy()
        reject(new Error(reason))
      }
      socket.on('connect', () => socket.write(request))
      socket.on('data', (bytes) => {
        if (due === 0) {
          const length = lengthOf(bytes)
          size ||= length
          if (length !== size) return fail(`Not as the first answer: ${bytes.toString('latin1', 0, 200)}`)
          due = length
        }
        due -= bytes.length
        if (due < 0) return fail('More came than was asked for.')
        if (due > 0) return
        answers++
        if (isOver) socket.end()
        else socket.write(request)
      })
      socket.on('error', reject)
      socket.on('close', () => (isOver ? resolve() : reject(new Error('The server has hung up.'))))
    })
  }

  const asking = Promise.all(Array.from({ length: connections }, ask))
  const pass = (length: number) =>
    Promise.race([asking, new Promise<void>((resolve) => void setTimeout(resolve, length * 1000))])
  await pass(warmUp)
  const [before, begun, cpu] = [answers, performance.now(), readCpuTimes(parts)]
  await pass(seconds)
  const report = {
    answers: answers - before,
    seconds: (performance.now() - begun) / 1000,
    size,
    cpu: differenceOf(cpu, readCpuTimes(parts)),
  }
  isOver = true
  await asking
  return report
}

/** Of a whole answer, whose head is in its first piece. 0 where it is not what was asked for. */
function lengthOf(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n')
  const head = bytes.toString('latin1', 0, end)
  const body = /^HTTP\/1\.1 200 .*\r\ncontent-length: (\d+)/is.exec(head)?.[1]
  return end < 0 || body === undefined ? 0 : end + 4 + Number(body)
}
