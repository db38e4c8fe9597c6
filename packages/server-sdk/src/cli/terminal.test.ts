import { expect, it } from 'vitest'
import { createDrawing, isColoured, isRedrawable } from './terminal.ts'

const write = () => {}

it.each([
  [{ isTTY: true }, {}, [true, true]],
  [{ isTTY: true }, { NO_COLOR: '1' }, [true, false]],
  [{ isTTY: true }, { NO_COLOR: '' }, [true, true]],
  [{ isTTY: true }, { TERM: 'dumb' }, [false, false]],
  [{}, {}, [false, false]],
])('a terminal %j with %j can be drawn on, and in colours: %j', (terminal, env, expected) => {
  expect([isRedrawable({ ...terminal, write }, env), isColoured({ ...terminal, write }, env)]).toEqual(expected)
})

it('draws over what it has drawn', () => {
  let written = ''
  const draw = createDrawing({
    write(text) {
      written += text
    },
  })
  draw(['a', 'b'])
  expect(written).not.toContain('A')
  written = ''
  draw(['c'])
  expect(written.startsWith('\u001b[2A\u001b[J')).toBe(true) // two lines up, and all below is gone
})
