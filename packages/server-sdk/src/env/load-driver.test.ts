import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadDriver } from './load-driver.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-poll-driver-'))
  await mkdir(join(folder, 'node_modules'))
  await writeFile(join(folder, 'node_modules/whole.js'), 'module.exports = "whole"')
  await writeFile(join(folder, 'node_modules/broken.js'), 'require("its-own-need")')
})
afterAll(() => rm(folder, { recursive: true }))

describe('a driver of the host', () => {
  it('is loaded from its folder, else from where this package is', () => {
    expect(loadDriver('whole', folder)).toBe('whole')
    expect(loadDriver('pg', folder)).toBe(createRequire(import.meta.url)('pg'))
  })

  it('is asked for where it is missing', () => {
    const line = 'the package no-such-driver is missing. Run: npm install no-such-driver'
    expect(() => loadDriver('no-such-driver/promise', folder)).toThrow(line)
  })

  it('says itself that it lacks a package', () => {
    expect(() => loadDriver('broken', folder)).toThrow("Cannot find module 'its-own-need'")
  })

  it('is no package of npm where it is uWebSockets.js', () => {
    const Module = createRequire(import.meta.url)('node:module')
    const missing = Object.assign(new Error('missing'), { code: 'MODULE_NOT_FOUND' })
    const resolve = vi.spyOn(Module, '_resolveFilename').mockImplementation(() => {
      throw missing
    })
    expect(() => loadDriver('uWebSockets.js', folder)).toThrow('npm install uNetworking/uWebSockets.js#')
    resolve.mockRestore()
  })
})
