/** Where results are shown. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** Whether what was written can be written over. */
export function isRedrawable({ isTTY }: Terminal, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && env.TERM !== 'dumb'
}

/** A variable that is there and not empty, whatever it is (https://no-color.org). */
export function isColoured(terminal: Terminal, env: NodeJS.ProcessEnv): boolean {
  return isRedrawable(terminal, env) && !env.NO_COLOR
}

const [noWrap, wrap, clearBelow] = ['\u001b[?7l', '\u001b[?7h', '\u001b[J']

/** Draws lines, and the next time over them. A line that is too long is cut off by the terminal, who knows how wide it is. */
export function createDrawing(terminal: Terminal): (lines: readonly string[]) => void {
  let drawn = 0
  return (lines) => {
    const up = drawn > 0 ? `\u001b[${drawn}A` : ''
    terminal.write(`${up}${clearBelow}${noWrap}${lines.join('\n')}\n${wrap}`)
    drawn = lines.length
  }
}
