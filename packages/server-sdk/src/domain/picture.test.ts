import { expect, it } from 'vitest'
import { pictureFault, widthToShow } from './picture.ts'

it.each([
  [8000, undefined, 1280],
  [8000, 1, 320],
  [8000, 320, 320],
  [8000, 321, 640],
  [8000, 5000, 1280],
  [500, 400, 500],
  [100, 320, 100],
])('of a picture %d wide, for a place of %s, shows %d', (width, asked, expected) => {
  expect(widthToShow(width, asked)).toBe(expected)
})

it('finds fault with what would take too much to decode', () => {
  expect(pictureFault(8000, 7500, 1)).toBeUndefined()
  expect(pictureFault(8000, 7501, 1)).toContain('pixels')
  expect(pictureFault(10, 10, 1000)).toBeUndefined()
  expect(pictureFault(10, 10, 1001)).toContain('frames')
  expect(pictureFault(0, 10, 1)).toContain('width')
  expect(pictureFault(Number.NaN, 10, 1)).toContain('width')
})
