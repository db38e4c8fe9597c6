export {
  type ErrorCode,
  type Issue,
  type Poll,
  PollError,
  type Results,
} from './protocol/index.ts'
