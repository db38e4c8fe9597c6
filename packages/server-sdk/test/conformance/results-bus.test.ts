import { createMemoryBus } from '../../src/adapters/memory/results-bus.ts'
import { describeResultsBus } from './results-bus.suite.ts'

describeResultsBus('memory', async () => {
  const bus = createMemoryBus()
  return [bus, bus]
})
