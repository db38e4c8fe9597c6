/** The first so many of what is there. */
export async function* first<T>(count: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  if (count <= 0) return
  let left = count
  for await (const item of items) {
    yield item
    left--
    if (left === 0) return
  }
}
