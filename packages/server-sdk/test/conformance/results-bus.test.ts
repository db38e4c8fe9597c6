import { createMemoryBus } from '../../src/adapters/memory/results-bus.ts'
import { describeResultsBus } from './results-bus.suite.ts'

describeResultsBus('memory', async () => {
  const bus = createMemoryBus()
  return { nodes: [bus, bus], hasGaps: false, close: async () => {} }
})
