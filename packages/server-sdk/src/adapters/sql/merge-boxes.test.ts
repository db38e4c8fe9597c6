import { expect, it } from 'vitest'
import { mergeBoxes } from './merge-boxes.ts'

const row = (box: number, seq: number, at: number) => ({
  ...{ pollId: 'p', box, epoch: 1, seq, at: new Date(at), happenings: [] },
})
const placesOf = (boxes: Parameters<typeof mergeBoxes>[0], most = 32) =>
  mergeBoxes(boxes, most).map(({ box, seq }) => `${box}/${seq}`)

it('puts rows of several boxes in the order in which they were written', () => {
  const merged = placesOf([[row(0, 1, 10), row(0, 2, 40)], [row(1, 7, 20), row(1, 8, 30)], []])
  expect(merged).toEqual(['0/1', '1/7', '1/8', '0/2'])
})

it('keeps the order of a box, whatever the clock has done meanwhile', () => {
  expect(placesOf([[row(0, 1, 50), row(0, 2, 10)], [row(1, 1, 20)]])).toEqual(['1/1', '0/1', '0/2'])
})

it('has a closing after the votes of the same millisecond', () => {
  expect(placesOf([[row(0, 9, 10)], [row(1, 1, 10)], [row(2, 1, 10)]])).toEqual(['2/1', '1/1', '0/9'])
})

it('goes no further than it knows of each box', () => {
  const cut = [row(0, 1, 10), row(0, 2, 20)]
  expect(placesOf([cut, [row(1, 1, 15), row(1, 2, 25)]], 2)).toEqual(['0/1', '1/1', '0/2'])
})
