import { expect, it } from 'vitest'
import { imagePath, imageWidths } from './image-path.ts'

it.each([
  [1, [1]],
  [320, [320]],
  [321, [320, 321]],
  [900, [320, 640, 900]],
  [1280, [320, 640, 1280]],
  [8000, [320, 640, 1280]],
])('keeps a picture %d wide in %j', (width, expected) => {
  expect(imageWidths(width)).toEqual(expected)
})

it.each([
  [{}, undefined, '/images/i_1'],
  [{}, 640, '/images/i_1?w=640'],
  [{ key: 'a+b' }, undefined, '/images/i_1?key=a%2Bb'],
  [{ key: 'a' }, 320, '/images/i_1?w=320&key=a'],
])('is at a path with what is asked for: %j, %s wide', (image, width, expected) => {
  expect(imagePath({ id: 'i_1', ...image }, width)).toBe(expected)
})
