const barWidth = 32
/** Milliseconds between two drawings. */
const interval = 100

export interface Progress {
  update(done: number): void
  /** Ends the line, so that what is printed next has its own. */
  end(): void
}

/** A bar on a terminal; elsewhere a line for each tenth. */
export function createProgress(total: number, output: NodeJS.WriteStream = process.stderr): Progress {
  return output.isTTY ? createBar(total, output) : createLines(total, output)
}

function createBar(total: number, output: NodeJS.WriteStream): Progress {
  const started = performance.now()
  let drawn = 0

  return {
    update(done) {
      const now = performance.now()
      if (now - drawn < interval && done < total) return
      drawn = now
      const filled = Math.round((barWidth * done) / total)
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
      const rate = Math.round((done * 1000) / (now - started))
      output.write(
        `\r${bar} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${rate.toLocaleString('en')}/s `,
      )
    },
    end: () => void output.write('\n'),
  }
}

function createLines(total: number, output: NodeJS.WriteStream): Progress {
  let tenths = 0
  return {
    update(done) {
      const now = Math.floor((10 * done) / total)
      if (now === tenths) return
      tenths = now
      output.write(`${now * 10} %: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}\n`)
    },
    end() {},
  }
}
