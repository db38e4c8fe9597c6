import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'

/** Bytes that databases, browsers and profiles of a whole run take at most, and as much again. */
const enough = 6 * 2 ** 30

/**
 * A folder in memory for the temporary files of tests: most of what a test of a new database waits for is a disk. Nothing
 * here ends the machine, so nothing that is killed loses what it has written there.
 *
 * @returns environment for the run, and how to remove the folder; where there is no such memory, or `TMPDIR` is set, the
 * temporary folder stays what it is
 */
export function fastTemp() {
  const none = { env: {}, remove() {} }
  if (process.env.TMPDIR || process.platform !== 'linux' || freeMemoryDisk() < enough) return none
  const folder = mkdtempSync('/dev/shm/live-poll-')
  chmodSync(folder, 0o1777) // databases run as users of their own
  console.log(`Temporary files are in memory, in ${folder}. On the disk: TMPDIR=/tmp`)
  return { env: { TMPDIR: folder }, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function freeMemoryDisk() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize
  } catch {
    return 0 // there is none
  }
}
