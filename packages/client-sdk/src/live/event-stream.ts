/**
 * Reads Server-Sent Events, whatever pieces they arrive in, and calls back with the data of each; comments, names and
 * ids are passed over. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createEventReader(onData: (data: string) => void): (text: string) => void {
  let rest = ''
  let data: string[] = []
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/) // a \r at the very end may be half of \r\n
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, value] = /^data(?:$|: ?)(.*)/s.exec(line) ?? []
      if (value !== undefined) data.push(value)
      if (line !== '' || data.length === 0) continue
      const whole = data.join('\n')
      data = []
      onData(whole)
    }
  }
}
